"""Signatures by ssh-keygen: who may sign, what is refused, and what a missing signature means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from triage.custody import checkpoint, signature
from triage.custody.log import CustodyLog
from triage.custody.seal import seal
from triage.custody.verdict import Verdict
from triage.custody.verify import verify_case
from triage.errors import CaseError, UsageError


def outcome(verdict: Verdict, name: str) -> str:
    return next(check.outcome for check in verdict.checks if check.name.startswith(f"signature {name}"))


def test_two_people_sign_and_both_count(case_dir: Path, keys: Any) -> None:
    first = signature.sign(case_dir, 2, keys.key("examiner"))
    second = signature.sign(case_dir, 2, keys.key("supervisor"))
    assert (first.name, second.name) == ("000002.txt.1.sig", "000002.txt.2.sig")
    signers = keys.signers("examiner", "supervisor")
    verdict = verify_case(case_dir, allowed_signers=signers)
    assert verdict.ok and verdict.allowed_signers == f"{signers} (given from outside)"
    told = [check.detail for check in verdict.checks if check.name.startswith("signature")]
    assert "examiner@lab.invalid SHA256:" in told[0] and "supervisor@lab.invalid" in told[1]


def test_a_signature_without_a_list_is_a_note(case_dir: Path, keys: Any) -> None:
    signature.sign(case_dir, 2, keys.key("examiner"))
    verdict = verify_case(case_dir)
    assert verdict.ok and outcome(verdict, "000002.txt.1.sig") == "note"


def test_a_list_inside_the_folder_is_used_and_named(case_dir: Path, keys: Any) -> None:
    signature.sign(case_dir, 2, keys.key("examiner"))
    (case_dir / "checkpoints" / "allowed_signers").write_text(keys.signers("examiner").read_text())
    verdict = verify_case(case_dir)
    assert verdict.ok and "inside the case folder" in verdict.allowed_signers


def test_one_listed_signer_is_enough(case_dir: Path, keys: Any) -> None:
    for name in ("examiner", "stranger"):
        signature.sign(case_dir, 2, keys.key(name))
    verdict = verify_case(case_dir, allowed_signers=keys.signers("examiner"))
    assert verdict.ok and outcome(verdict, "000002.txt.2.sig") == "note"


def test_a_signature_survives_a_later_run_and_may_not_vanish_then(
    case_dir: Path, keys: Any, opener: Callable[..., CustodyLog]
) -> None:
    made = signature.sign(case_dir, 2, keys.key("examiner"))
    with opener(case_dir, 1) as log:
        seal(log)
    assert verify_case(case_dir).ok
    made.unlink()
    assert "000002.txt.1.sig was changed or removed" in verify_case(case_dir).summary


@pytest.mark.parametrize(
    "case",
    [
        "unlisted",
        "unsigned",
        "namespace in list",
        "not yet valid",
        "expired",
        "altered",
        "other namespace",
        "other text",
    ],
)
def test_what_is_no_good_signature_is_refused(case_dir: Path, keys: Any, case: str) -> None:
    body = checkpoint.body_path(case_dir, 2)
    target = body.with_name(body.name + ".1.sig")
    signers = keys.signers("examiner")
    if case == "unlisted":
        signature.sign(case_dir, 2, keys.key("stranger"))
    elif case == "namespace in list":
        signature.sign(case_dir, 2, keys.key("examiner"))
        signers = keys.signers("examiner", options='namespaces="git"')
    elif case in ("not yet valid", "expired"):
        signature.sign(case_dir, 2, keys.key("examiner"))
        limit = 'valid-after="20250101"' if case == "not yet valid" else 'valid-before="20240301"'
        signers = keys.signers("examiner", options=limit)
    elif case == "altered":
        lines = signature.sign(case_dir, 2, keys.key("examiner")).read_text().splitlines()
        lines[3] = lines[3][:20] + ("A" if lines[3][20] != "A" else "B") + lines[3][21:]
        target.write_text("\n".join(lines) + "\n")
    elif case in ("other namespace", "other text"):
        text = body.read_bytes() + (b"x" if case == "other text" else b"")
        space = "file" if case == "other namespace" else signature.NAMESPACE
        target.write_bytes(keys.sign("examiner", space, text))
    verdict = verify_case(case_dir, allowed_signers=signers)
    assert not verdict.ok, case
    assert verdict.first_wrong is not None and verdict.first_wrong.name.startswith("signature")


def test_signing_wants_a_key_and_a_checkpoint(case_dir: Path, keys: Any) -> None:
    with pytest.raises(UsageError):
        signature.sign(case_dir, 2, keys.folder / "no-such-key")
    with pytest.raises(CaseError):
        signature.sign(case_dir, 7, keys.key("examiner"))


def test_without_ssh_keygen_nothing_is_claimed(case_dir: Path, keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    signature.sign(case_dir, 2, keys.key("examiner"))
    monkeypatch.setenv("PATH", "/nonexistent")
    verdict = verify_case(case_dir, allowed_signers=keys.signers("examiner"))
    assert verdict.ok and outcome(verdict, "000002.txt.1.sig") == "unchecked"
