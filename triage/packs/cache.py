"""Compiled packs kept by content hash: compiling takes seconds, and every worker needs the result.

The file lies in the case's private working folder. It is read with an unpickler that knows the classes of compiled
packs and plain containers and nothing else, so that a case folder from somebody else cannot make it run anything; a
file that does not fit is ignored and written anew.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from dataclasses import replace
from pathlib import Path

from extractors.language import compiled
from triage import __version__
from triage.model import Resources
from triage.packs.compile import compiled_packs
from triage.packs.identity import pack_hash

_BUILTINS = {"frozenset", "set", "range"}


class _Reader(pickle.Unpickler):
    """Finds the classes of `extractors.language.compiled` and a few containers."""

    def find_class(self, module: str, name: str) -> object:
        if module == compiled.__name__ and isinstance(getattr(compiled, name, None), type):
            return getattr(compiled, name)
        if module == "builtins" and name in _BUILTINS:
            return {"frozenset": frozenset, "set": set, "range": range}[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a compiled pack")


def with_packs(resources: Resources) -> Resources:
    """`resources` with its packs compiled, from the cache where it holds them."""
    if resources.compiled:
        return resources
    if resources.cache is None:
        return replace(resources, compiled=compiled_packs(resources))
    path = resources.cache / f"packs-{__version__}-{pack_hash(resources)}.bin"
    packs = _read(path)
    if packs is None:
        packs = compiled_packs(resources)
        _write(path, packs)
    return replace(resources, compiled=packs)


def _read(path: Path) -> tuple[compiled.CompiledPack, ...] | None:
    try:
        with path.open("rb") as source:
            packs = _Reader(source).load()
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError, KeyError):
        return None
    good = isinstance(packs, tuple) and all(isinstance(p, compiled.CompiledPack) for p in packs)
    return packs if good else None


def _write(path: Path, packs: tuple[compiled.CompiledPack, ...]) -> None:
    """In one step, so that workers that start together never see half a file; a full disk costs only the cache."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            pickle.dump(packs, out, protocol=5)
        Path(name).replace(path)
    except OSError:
        return
