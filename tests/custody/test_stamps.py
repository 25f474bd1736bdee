"""RFC 3161 stamps from an authority of our own: made offline, imported whole, refused when anything is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from triage.custody import checkpoint, stamp
from triage.custody.verdict import Verdict
from triage.custody.verify import verify_case
from triage.errors import IntegrityError, PrerequisiteError


def outcome(verdict: Verdict) -> str:
    return next(check.outcome for check in verdict.checks if check.name.startswith("stamp 000002.txt.1.tsr"))


def test_openssl_reads_the_request(case_dir: Path, authorities: Any) -> None:
    from triage.custody import programs

    body = checkpoint.body_path(case_dir, 2).read_bytes()
    for nonce in (1, 127, 128, 255, 2**31, 2**62 + 12345, 2**63 - 1):
        (case_dir / "r").write_bytes(stamp.request_bytes(body, nonce))
        shown = programs.run("openssl", "ts", "-query", "-in", case_dir / "r", "-text")
        assert shown is not None and shown.code == 0, shown
        text = shown.out.decode()
        assert "Hash Algorithm: sha256" in text and "Certificate required: yes" in text
        assert f"Nonce: 0x{nonce:0{16 if nonce >= 2**56 else 2}X}" in text


def test_the_request_is_what_rfc3161_client_reads(case_dir: Path) -> None:
    client = pytest.importorskip("rfc3161_client")
    built = (
        client.TimestampRequestBuilder()
        .data(b"text")
        .hash_algorithm(client.HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .build()
    )
    nonce = built.nonce
    assert stamp.request_bytes(b"text", nonce).hex() == built.as_bytes().hex()


@pytest.mark.parametrize("chain", [False, True])
def test_a_stamp_is_imported_and_verified(case_dir: Path, authorities: Any, chain: bool) -> None:
    good, _ = authorities
    request = stamp.write_request(case_dir, 2)
    assert request.name == "000002.txt.1.tsq"
    assert verify_case(case_dir).ok, "an open request is no fault"
    answer = good.answer(request, chain=chain)
    kept = stamp.import_answer(case_dir, 2, answer, good.root)
    assert kept.read_bytes() == answer.read_bytes(), "the whole answer is kept"
    verdict = verify_case(case_dir, tsa_roots=good.root)
    assert verdict.ok and outcome(verdict) == "ok", verdict.summary
    verdict = verify_case(case_dir)
    assert verdict.ok and outcome(verdict) == "note", "no root, no trust"
    shutil.copy(good.root, case_dir / "checkpoints" / "tsa.pem")
    assert outcome(verify_case(case_dir)) == "ok"


def test_two_authorities_stamp_the_same_checkpoint(case_dir: Path, authorities: Any) -> None:
    both = case_dir.parent / "roots.pem"
    both.write_text("".join(authority.root.read_text() for authority in authorities))
    for number, authority in enumerate(authorities, 1):
        request = stamp.write_request(case_dir, 2)
        assert request.name == f"000002.txt.{number}.tsq"
        stamp.import_answer(case_dir, 2, authority.answer(request), both)
    verdict = verify_case(case_dir, tsa_roots=both)
    assert verdict.ok and sum(check.name.startswith("stamp") for check in verdict.checks) == 2


def test_what_is_no_good_stamp_is_refused_at_import(case_dir: Path, tmp_path: Path, authorities: Any) -> None:
    good, other = authorities
    first = stamp.write_request(case_dir, 1)
    request = stamp.write_request(case_dir, 2)
    earlier = tmp_path / "earlier" / "checkpoints"
    earlier.mkdir(parents=True)
    another = earlier / "nonce.tsq"
    another.write_bytes(stamp.request_bytes(checkpoint.body_path(case_dir, 2).read_bytes(), 99))
    garbage = tmp_path / "garbage.tsr"
    garbage.write_bytes(b"garbage")
    for answer, roots, why in (
        (good.answer(first), good.root, "not for this checkpoint"),
        (good.answer(another), good.root, "nonce"),
        (other.answer(request), good.root, "erif"),
        (garbage, good.root, "not for this checkpoint"),
        (garbage, None, "not for this checkpoint"),
    ):
        with pytest.raises(IntegrityError, match=why):
            stamp.import_answer(case_dir, 2, answer, roots)
    stamp.import_answer(case_dir, 2, good.answer(request), good.root)
    with pytest.raises(IntegrityError, match="no open request"):
        stamp.import_answer(case_dir, 2, good.answer(request), good.root)


@pytest.mark.parametrize("case", ["other checkpoint", "nonce", "root", "flipped", "no request", "garbage"])
def test_what_is_no_good_stamp_fails_verification(case_dir: Path, authorities: Any, case: str) -> None:
    good, other = authorities
    request = stamp.write_request(case_dir, 2)
    first = stamp.write_request(case_dir, 1)
    answer = good.answer(request).read_bytes()
    target = request.with_suffix(".tsr")
    if case == "other checkpoint":
        answer = good.answer(first).read_bytes()
    elif case == "nonce":
        request.write_bytes(stamp.request_bytes(checkpoint.body_path(case_dir, 2).read_bytes(), 99))
    elif case == "root":
        answer = other.answer(request).read_bytes()
    elif case == "flipped":
        answer = answer[:-20] + bytes([answer[-20] ^ 1]) + answer[-19:]
    elif case == "no request":
        request.unlink()
    elif case == "garbage":
        answer = b"\x30\x03\x02\x01\x00"
    target.write_bytes(answer)
    verdict = verify_case(case_dir, tsa_roots=good.root)
    assert not verdict.ok and outcome(verdict) == "fail", case


def test_without_openssl_nothing_is_claimed(case_dir: Path, authorities: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    good, _ = authorities
    request = stamp.write_request(case_dir, 2)
    answer = good.answer(request)
    stamp.import_answer(case_dir, 2, answer, good.root)
    monkeypatch.setenv("PATH", "/nonexistent")
    verdict = verify_case(case_dir, tsa_roots=good.root)
    assert verdict.ok and outcome(verdict) == "unchecked"
    with pytest.raises(PrerequisiteError):
        stamp.import_answer(case_dir, 2, answer, good.root)
