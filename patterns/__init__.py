"""Rules as data: `<lang>/<topic>.toml`. Imports nothing of ours; `root()` says where the data lies."""

from pathlib import Path


def root() -> Path:
    """The folder that holds one folder for each language, and the shared tables."""
    return Path(__file__).resolve().parent
