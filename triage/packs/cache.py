"""Compiled packs kept by content hash: compiling takes seconds, and every worker needs the result.

The file lies in the case's private working folder, or beside the packs where the installation made it
(`python -m triage.packs.cache`). Its name is a hash of packs, compiler and version, so it is never stale. It is read
with an unpickler that knows the classes of compiled packs and plain containers and nothing else, so that a case folder
from somebody else cannot make it run anything; a file that does not fit is ignored and written anew.
"""

from __future__ import annotations

import hashlib
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
from triage.packs.load import default_root

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
    name = f"packs-{_identity(resources)}.bin"
    folders = [shipped(), *([resources.cache] if resources.cache else [])]
    for folder in folders:
        if (packs := _read(folder / name)) is not None:
            return replace(resources, compiled=packs)
    packs = compiled_packs(resources)
    if resources.cache is not None:
        _write(resources.cache / name, packs)
    return replace(resources, compiled=packs)


def shipped() -> Path:
    """Where an installation keeps what it compiled; a run never writes there."""
    return default_root() / "compiled"


def _identity(resources: Resources) -> str:
    """Packs, the code that compiles them, and the version, as one hash."""
    digest = hashlib.sha256(f"{__version__} {pack_hash(resources)}".encode())
    code = [*Path(__file__).parent.glob("*.py"), *Path(compiled.__file__).parent.glob("*.py")]
    for path in sorted(code):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install() -> Path:
    """Compile the packs that ship, once, at installation."""
    folder = shipped()
    folder.mkdir(exist_ok=True)
    for old in folder.glob("packs-*.bin"):
        old.unlink()
    resources = Resources()
    path = folder / f"packs-{_identity(resources)}.bin"
    _write(path, compiled_packs(resources))
    return path


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


if __name__ == "__main__":
    install()
