"""Attacks on the log: each is detected, the first bad event is named exactly, and nothing raises.

The share that always runs is cut with fixed seeds; `prove` runs every byte, every prefix and 500 of each attack.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from triage.custody import canonical
from triage.custody.verdict import Verdict
from triage.custody.verify import verify_case

Lines = list[bytes]
Attack = Callable[[Lines, random.Random], tuple[Lines, int]]


def log_of(case_dir: Path) -> Path:
    return case_dir / "custody.jsonl"


def split(raw: bytes) -> Lines:
    return raw.split(b"\n")[:-1]


def join(lines: Lines) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def rechained(lines: Lines, start: int) -> Lines:
    """Recompute seq and prev from a line on, as a forger would."""
    out = lines[:start]
    for seq in range(start, len(lines)):
        event = json.loads(lines[seq])
        event["seq"], event["prev"] = seq, hashlib.sha256(out[-1]).hexdigest() if out else "0" * 64
        out.append(canonical.encode(event))
    return out


def delete(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    at = pick.randrange(len(lines))
    return lines[:at] + lines[at + 1 :], at


def swap(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    at = pick.randrange(len(lines) - 1)
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]], at


def duplicate(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    at = pick.randrange(len(lines))
    return [*lines[: at + 1], *lines[at:]], at + 1


def insert(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    """A well-formed event that names its predecessor rightly."""
    at = pick.randrange(1, len(lines))
    event = json.loads(lines[at])
    event["data"] = {"forged": pick.randrange(10**6)}
    return [*lines[:at], canonical.encode(event), *lines[at:]], at


def rechain(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    """Change one event and recompute everything after it."""
    at = pick.randrange(len(lines))
    event = json.loads(lines[at])
    event["data"] = {**event["data"], "units": pick.randrange(10**6) + 100}
    return rechained([*lines[:at], canonical.encode(event), *lines[at + 1 :]], at), at


def rollback(lines: Lines, pick: random.Random) -> tuple[Lines, int]:
    """The log of an earlier day; the later checkpoint is still there."""
    keep = pick.randrange(len(lines))
    return lines[:keep], keep


ATTACKS: dict[str, Attack] = {
    "delete": delete,
    "swap": swap,
    "duplicate": duplicate,
    "insert": insert,
    "re-chain": rechain,
    "rollback": rollback,
}


def caught(case_dir: Path, raw: bytes, first_bad: int, what: str) -> Verdict:
    log_of(case_dir).write_bytes(raw)
    verdict = verify_case(case_dir)
    assert not verdict.ok, what
    assert verdict.first_bad_seq == first_bad, (what, verdict.first_bad_seq, verdict.summary)
    assert not any("V-INTERNAL" in check.detail or "Please report" in check.detail for check in verdict.checks), what
    return verdict


def flips(raw: bytes, step: int, seed: int) -> Iterator[tuple[int, bytes]]:
    pick = random.Random(seed)
    for at in range(seed % step, len(raw), step):
        changed = bytearray(raw)
        changed[at] ^= 1 << pick.randrange(8)
        yield at, bytes(changed)


def run_flips(case_dir: Path, step: int) -> None:
    raw = log_of(case_dir).read_bytes()
    for at, changed in flips(raw, step, 7):
        caught(case_dir, changed, raw[:at].count(b"\n"), f"flip at {at}")


def run_prefixes(case_dir: Path, step: int) -> None:
    raw = log_of(case_dir).read_bytes()
    for length in range(0, len(raw), step):
        verdict = caught(case_dir, raw[:length], raw[:length].count(b"\n"), f"prefix of {length}")
        whole = length == 0 or raw[length - 1 : length] == b"\n"
        assert whole or "torn" in verdict.checks[0].detail, verdict.summary
    log_of(case_dir).write_bytes(raw)


def run_attack(case_dir: Path, name: str, times: int) -> None:
    lines = split(log_of(case_dir).read_bytes())
    pick = random.Random(name)
    for _ in range(times):
        changed, first_bad = ATTACKS[name](lines, pick)
        caught(case_dir, join(changed), first_bad, name)


def test_a_flipped_bit_is_found_at_its_event(case_dir: Path) -> None:
    run_flips(case_dir, 211)


@pytest.mark.prove
def test_a_flip_of_every_byte_is_found_at_its_event(case_dir: Path) -> None:
    run_flips(case_dir, 1)


def test_a_shortened_log_is_found_where_it_ends(case_dir: Path) -> None:
    run_prefixes(case_dir, 331)


@pytest.mark.prove
def test_every_prefix_is_found_where_it_ends(case_dir: Path) -> None:
    run_prefixes(case_dir, 1)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_at_its_first_event(case_dir: Path, name: str) -> None:
    run_attack(case_dir, name, 50)


@pytest.mark.prove
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_500_times(case_dir: Path, name: str) -> None:
    run_attack(case_dir, name, 500)


def run_foreign(pristine: Path, tmp_path: Path, builder: Callable[..., Path], times: int) -> None:
    """The log of another case, alone and with everything that belongs to it."""
    pick = random.Random("foreign")
    for n in range(times):
        other_uuid = f"{pick.getrandbits(32):08x}-0000-4000-8000-{n:012x}"
        other = builder(tmp_path / f"other-{n}", other_uuid, pick.randrange(1000, 9000))
        mixed = Path(shutil.copytree(pristine, tmp_path / f"mixed-{n}"))
        shutil.copy(log_of(other), log_of(mixed))
        caught(mixed, log_of(other).read_bytes(), 0, "foreign log")
        shutil.copytree(other / "checkpoints", mixed / "checkpoints", dirs_exist_ok=True)
        verdict = verify_case(mixed, outside=pristine / "checkpoints" / "000002.txt")
        assert any(check.name == "checkpoint given" and check.outcome == "fail" for check in verdict.checks)
        shutil.rmtree(other)
        shutil.rmtree(mixed)


def test_a_foreign_log_is_found(pristine: Path, tmp_path: Path, builder: Callable[..., Path]) -> None:
    run_foreign(pristine, tmp_path, builder, 10)


@pytest.mark.prove
def test_foreign_logs_500(pristine: Path, tmp_path: Path, builder: Callable[..., Path]) -> None:
    run_foreign(pristine, tmp_path, builder, 500)


def test_an_older_whole_folder_is_found_with_a_later_checkpoint(
    tmp_path: Path, pristine: Path, runner: Callable[..., None]
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    runner(old, 0, 0, 151)
    assert verify_case(old).ok, "nothing inside the folder can tell"
    verdict = verify_case(old, outside=pristine / "checkpoints" / "000002.txt")
    assert not verdict.ok and "rolled back" in verdict.summary
    assert verdict.first_bad_seq == 158, "the lines of the first run are the same in both"


def test_without_leaves_the_chain_still_names_the_event(case_dir: Path) -> None:
    for path in (case_dir / "checkpoints").glob("*.leaves"):
        path.unlink()
    raw = log_of(case_dir).read_bytes()
    last = raw.rstrip(b"\n").rfind(b"\n") - 500
    for at, changed in flips(raw[:last], 503, 11):
        caught(case_dir, changed + raw[last:], raw[:at].count(b"\n"), f"flip at {at}")
    lines = split(raw)
    for name in ("delete", "swap", "duplicate", "insert"):
        pick = random.Random(name)
        for _ in range(10):
            changed_lines, first_bad = ATTACKS[name](lines[:-1], pick)
            caught(case_dir, join([*changed_lines, lines[-1]]), first_bad, name)


def test_an_event_added_after_the_checkpoint_is_reported_as_unanchored(case_dir: Path) -> None:
    lines = split(log_of(case_dir).read_bytes())
    for count in range(1, 6):
        event = json.loads(lines[150])
        lines = rechained([*lines, canonical.encode(event)], len(lines))
        log_of(case_dir).write_bytes(join(lines))
        verdict = verify_case(case_dir)
        assert verdict.ok and verdict.unanchored == count
        assert "UNANCHORED TAIL" in verdict.summary
        assert verdict.anchored == 200


def test_a_bad_line_after_the_checkpoint_is_a_fault(case_dir: Path) -> None:
    raw = log_of(case_dir).read_bytes()
    for added in (b"\n", b"{}\n", b"[]\n", b"\xff\n", b'{"data":{}}\n', b"nul\x00\n", b"[" * 5000 + b"\n"):
        caught(case_dir, raw + added, 200, repr(added[:20]))


@pytest.mark.parametrize(
    ("what", "pattern", "replacement"),
    [
        ("space", rb'"seq":160', b'"seq": 160'),
        ("float", rb'"seq":160', b'"seq":160.0'),
        ("huge", rb'"seq":160', b'"seq":' + b"9" * 5000),
        ("minus zero", rb'"mono_ns":[0-9]+', b'"mono_ns":-0'),
        ("duplicate key", rb'"seq":160', b'"seq":160,"seq":160'),
        ("escape", rb'"type":"item"', rb'"type":"it\\u0065m"'),
        ("surrogate", rb'"type":"item"', rb'"type":"\\ud800"'),
        ("order", rb'"time":("[^"]*"),"type":("[^"]*")', rb'"type":\2,"time":\1'),
        ("CRLF", rb"\}$", b"}\r"),
        ("BOM", rb"^\{", b"\xef\xbb\xbf{"),
        ("NaN", rb'"mono_ns":[0-9]+', b'"mono_ns":NaN'),
        ("key", rb'"mono_ns"', b'"mono_nt"'),
        ("deep", rb'"data":\{', b'"data":{"a":' + b"[" * 60000 + b"]" * 60000 + b","),
    ],
)
def test_other_spellings_of_an_event_are_refused(case_dir: Path, what: str, pattern: bytes, replacement: bytes) -> None:
    """Even where the whole chain behind it is recomputed."""
    lines = split(log_of(case_dir).read_bytes())
    lines[160], count = re.subn(pattern, replacement, lines[160], count=1)
    assert count == 1, what
    tail = rechained(lines, 161)
    verdict = caught(case_dir, join(tail), 160, what)
    assert verdict.checks[0].name == "log" and verdict.checks[0].seq == 160


def test_garbage_never_raises(case_dir: Path) -> None:
    pick = random.Random(5)
    for name in (
        "custody.jsonl",
        "checkpoints/000002.txt",
        "case.sha256",
        "manifest.sha256",
        "checkpoints/000001.leaves",
    ):
        path = case_dir / name
        raw = path.read_bytes()
        for garbage in (b"", b"\x00" * 999, pick.randbytes(5000), raw[::-1], raw * 2, b"\n" * 50, b"{" * 9999):
            path.write_bytes(garbage)
            assert not verify_case(case_dir).ok, name
        path.write_bytes(raw)
    assert verify_case(case_dir).ok
