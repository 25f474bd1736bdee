"""The synthetic index of the report's tests, and an empty one with a short way to fill it."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from triage.index import schema


@pytest.fixture(scope="session")
def fixture_index() -> ModuleType:
    """The module that builds synthetic cases (test folders are no packages)."""
    path = Path(__file__).parents[1] / "report" / "fixture_index.py"
    spec = importlib.util.spec_from_file_location("fixture_index", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fixture_index"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def index(fixture_index: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection: sqlite3.Connection = fixture_index.build(tmp_path_factory.mktemp("case") / "evidence.sqlite")
    yield connection
    connection.close()


@pytest.fixture
def empty(tmp_path: Path) -> sqlite3.Connection:
    return schema.create(tmp_path / "evidence.sqlite")


@pytest.fixture
def case(empty: sqlite3.Connection, fixture_index: ModuleType) -> Any:
    """A way to write small cases over two sources."""
    made = fixture_index.Case(empty)
    for label in ("phone-a", "phone-b"):
        made.source(label, "zip", "user-export")
    return made
