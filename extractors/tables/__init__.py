"""Tables the extractors work from: one TOML file per table, one row per format, each row with its vectors.

A new national format is a new row; `tests/extractors/test_tables.py` runs the vectors of every row. Rows state
facts of public standards (form, length, code lists); where each comes from stands at the head of its file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """The parsed table `name`, read once per process."""
    with (Path(__file__).parent / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
