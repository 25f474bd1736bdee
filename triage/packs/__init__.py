"""Rule packs: written by people as TOML (`patterns/`), checked strictly, compiled for the language extractor.

The format and how to write in it: `patterns/README.md`.
"""

from triage.packs.compile import compile_pack, compiled_packs
from triage.packs.load import PackError, available, load_pack

__all__ = ["PackError", "available", "compile_pack", "compiled_packs", "load_pack"]
