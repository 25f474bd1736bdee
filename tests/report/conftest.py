"""Loads the builder of the synthetic index by its path: with import mode `importlib` test folders are no packages."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Build = Callable[..., sqlite3.Connection]


def _load() -> Build:
    spec = importlib.util.spec_from_file_location("fixture_index", Path(__file__).with_name("fixture_index.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fixture_index"] = module
    spec.loader.exec_module(module)
    build: Build = module.build
    return build


@pytest.fixture(scope="session")
def build_index() -> Build:
    """Builds a synthetic index at a path, with payloads in each field that evidence fills."""
    return _load()


@pytest.fixture(scope="session")
def index(build_index: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The synthetic case, shared: tests of the report do not write to it."""
    connection = build_index(tmp_path_factory.mktemp("case") / "evidence.sqlite")
    yield connection
    connection.close()
