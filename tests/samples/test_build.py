"""The shipped samples are what their script builds, byte for byte."""

from __future__ import annotations

from samples.build.build import differing, files


def test_every_file_is_as_built() -> None:
    made, key = files()
    assert differing(made) == []
    assert {row["must"] for row in key} == {True, False}
