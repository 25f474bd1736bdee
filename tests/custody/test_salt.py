"""The per-case key: made once, kept out of everything that is shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.custody import manifest
from triage.custody.salt import case_key
from triage.errors import CaseError


def test_the_key_is_made_once_and_differs_between_cases(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    key = case_key(tmp_path / "one")
    assert case_key(tmp_path / "one") == key
    assert len(key.secret) == 32
    other = case_key(tmp_path / "two")
    assert key.ident != other.ident
    assert key.digest("phone", "+15550100") != other.digest("phone", "+15550100")
    assert (tmp_path / "one" / ".work" / "case.key").stat().st_mode & 0o777 == 0o600


def test_equal_values_of_one_domain_have_equal_digests(tmp_path: Path) -> None:
    key = case_key(tmp_path)
    assert key.digest("card", "x") == key.digest("card", "x")
    assert key.digest("card", "x") != key.digest("code", "x")
    assert len(key.digest("card", "\ud800")) == 64


def test_the_key_is_in_no_list_and_in_no_repr(case_dir: Path) -> None:
    key = case_key(case_dir)
    assert all(b".work" not in found.name for found in manifest.walk_case(case_dir))
    assert key.secret.hex() not in repr(key) and repr(key.secret) not in repr(key)


@pytest.mark.parametrize("content", [b"", b"short", b'"00"', b"[1]", b"\xff" * 32, b'"' + b"zz" * 32 + b'"', b"0" * 99])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work" / "case.key").write_bytes(content)
    with pytest.raises(CaseError):
        case_key(tmp_path)
