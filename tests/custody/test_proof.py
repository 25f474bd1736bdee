"""Proof documents: one event shown alone, and a later checkpoint shown to continue an earlier one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.custody import proof, signature
from triage.errors import IntegrityError, UsageError


def as_read(document: Mapping[str, object]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(document))
    return made


def test_every_event_can_be_proved_alone(pristine: Path) -> None:
    lines = (pristine / "custody.jsonl").read_text().splitlines()
    for number, seqs in ((1, (0, 1, 100, 157)), (2, (0, 158, 199))):
        for seq in seqs:
            document = as_read(proof.prove_inclusion(pristine, seq, number))
            assert document["line"] == lines[seq] and proof.check_proof(document) == ""
            assert lines[seq - 1] not in json.dumps(document), "nothing else is disclosed"


def test_an_item_is_found_by_its_id(pristine: Path) -> None:
    assert proof.prove(pristine, f"i_{7:032x}", None, None)["seq"] == 10
    for wrong in ("i_" + "f" * 32, "", "200", "-1", "x"):
        with pytest.raises(UsageError):
            proof.prove(pristine, wrong, None, None)
    with pytest.raises(UsageError):
        proof.prove(pristine, "1", 9, None)
    with pytest.raises(UsageError):
        proof.prove(None, "1", None, None)


def test_a_later_checkpoint_continues_an_earlier_one(pristine: Path) -> None:
    document = as_read(proof.prove(pristine, "", None, 1))
    assert proof.check_proof(document) == ""
    document["first"], document["second"] = document["second"], document["first"]
    assert proof.check_proof(document)


def test_a_proof_with_anything_changed_does_not_hold(pristine: Path) -> None:
    good = as_read(proof.prove_inclusion(pristine, 50))
    event = json.loads(good["line"])
    event["data"]["units"] += 1
    for change in (
        {"seq": 51},
        {"seq": "50"},
        {"line": json.dumps(event, separators=(",", ":"))},
        {"line": 5},
        {"proof": good["proof"][:-1]},
        {"proof": [good["proof"][0], *good["proof"]]},
        {"proof": "x"},
        {"proof": ["?"]},
        {"checkpoint": good["checkpoint"].replace("200", "201", 1)},
        {"checkpoint": proof.prove_inclusion(pristine, 50, 1)["checkpoint"]},
        {"form": "other"},
    ):
        assert proof.check_proof({**good, **change}), change


VALUES = st.sampled_from([proof.INCLUSION, proof.CONSISTENCY]) | st.none() | st.integers() | st.text(max_size=5)
FIELDS = st.sampled_from(["form", "seq", "line", "proof", "checkpoint", "first", "second"])


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dictionaries(FIELDS, VALUES | st.lists(st.text(max_size=5), max_size=3)))
def test_checking_anything_never_raises(document: dict[str, object]) -> None:
    assert proof.check_proof(document)


def test_signatures_travel_with_the_proof(case_dir: Path, keys: Any, tmp_path: Path) -> None:
    signature.sign(case_dir, 2, keys.key("examiner"))
    document = as_read(proof.prove_inclusion(case_dir, 3))
    kept = tmp_path / "sig"
    kept.write_text(document["signatures"][0])
    signed = signature.check(
        document["checkpoint"].encode(), "2024-03-02T22:14:05.000000Z", kept, keys.signers("examiner")
    )
    assert signed.outcome == "good"


def test_a_document_is_checked_from_its_file(pristine: Path, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    document = proof.prove_inclusion(pristine, 3)
    path.write_text(json.dumps(document))
    assert "holds" in proof.check_file(path)
    path.write_text(json.dumps({**document, "seq": 4}))
    with pytest.raises(IntegrityError):
        proof.check_file(path)
    for garbage in ("", "[1]", "{", "[" * 100_000):
        path.write_text(garbage)
        with pytest.raises((UsageError, IntegrityError)):
            proof.check_file(path)
