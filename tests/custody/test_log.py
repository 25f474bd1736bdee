"""The writer: form of the lines, one writer only, faults of the disk, torn tails, and being killed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785

from triage.custody import checkpoint
from triage.custody.events import Event
from triage.custody.log import CustodyLog
from triage.custody.seal import seal
from triage.custody.verify import verify_case
from triage.errors import CaseError, IntegrityError, LockedError

Opener = Callable[..., CustodyLog]
Items = Callable[[int, int], list[Event]]
GOOD: dict[str, object] = {
    "id": "i_" + "0" * 32, "sha256": None, "size": 0, "status": "failed", "reader": "", "units": 0, "findings": 0,
    "problems": 1,
}  # fmt: skip
REPO = Path(__file__).resolve().parents[2]


def lines(case_dir: Path) -> list[bytes]:
    return (case_dir / "custody.jsonl").read_bytes().splitlines()


def begin(case_dir: Path, opener: Opener, run: int = 0) -> CustodyLog:
    case_dir.mkdir(exist_ok=True)
    log = opener(case_dir, run)
    if not log.state.case:
        log.append("case.created", {"case": "7b1d2f60-3c84-4a55-9e0a-52d3c1f0a901"})
    return log


def test_every_line_is_canonical_numbered_and_chained(pristine: Path) -> None:
    prev = "0" * 64
    for seq, line in enumerate(lines(pristine)):
        event = json.loads(line)
        assert rfc8785.dumps(event) == line
        assert (event["seq"], event["prev"]) == (seq, prev)
        assert {"data", "mono_ns", "prev", "seq", "time", "type"} <= event.keys()
        assert ("run_id" in event) == (event["type"] in ("case.created", "run.start") or seq == 158)
        prev = hashlib.sha256(line).hexdigest()


def test_a_session_says_who_where_and_which_run(pristine: Path) -> None:
    first = json.loads(lines(pristine)[0])
    assert first["v"] == 1 and first["lock"] == "flock"
    assert first["actor"]["declared_name"] == "A. Examiner" and first["host"]["label"] == "lab-3"
    assert first["run_id"] != json.loads(lines(pristine)[158])["run_id"]


def test_seq_and_head_are_those_of_the_acknowledged_lines(tmp_path: Path, opener: Opener, items: Items) -> None:
    with begin(tmp_path, opener) as log:
        assert log.seq == 0
        log.append("run.start", {"tool": {}})
        assert log.append_many(items(0, 5)) == range(2, 7)
        assert log.append_many([]) == range(7, 7)
        assert log.head == hashlib.sha256(lines(tmp_path)[-1]).hexdigest()
    with opener(tmp_path, 1) as log:
        assert log.seq == 6


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("item", {"id": "i_" + "0" * 32}),
        ("item", {**GOOD, "id": "+1 555 0100"}),
        ("item", {**GOOD, "sha256": "AB"}),
        ("item", {**GOOD, "size": -1}),
        ("item", {**GOOD, "units": True}),
        ("item", {**GOOD, "status": "lost"}),
        ("item", {**GOOD, "reader": "meet me at 9"}),
        ("item", {**GOOD, "path": "IMG_0001.jpg"}),
        ("run.end", {"walked": 3, "statuses": {"read": 2}}),
        ("run.end", {"walked": 2, "statuses": {"lost": 2}}),
        ("message.read", {"text": "x"}),
        ("note.added", {"text": "x"}),
        ("refresh", {"n": 1.5}),
        ("refresh", {"n": 2**53}),
        ("refresh", {"text": "x" * (1 << 20)}),
    ],
)
def test_a_wrong_event_is_refused_and_nothing_is_written(
    tmp_path: Path, opener: Opener, kind: str, data: dict[str, object]
) -> None:
    with begin(tmp_path, opener) as log:
        before = (tmp_path / "custody.jsonl").read_bytes()
        with pytest.raises(ValueError):
            log.append_many([("refresh", {}), (kind, data)])
        assert (tmp_path / "custody.jsonl").read_bytes() == before
        log.append("refresh", {})
    assert verify_case(tmp_path).ok


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, opener: Opener) -> None:
    for case_dir in (tmp_path / "nowhere", Path("/dev/null")):
        with pytest.raises(CaseError, match="cannot be opened"):
            opener(case_dir)


def test_an_interrupted_append_closes_the_log(
    tmp_path: Path, opener: Opener, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the next event would follow a line that is on disk and not counted."""

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    log = begin(tmp_path, opener)
    with monkeypatch.context() as patched:
        patched.setattr("triage.custody.log.sync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            log.append_many(items(0, 3))
    with pytest.raises(CaseError, match="interrupted"):
        log.append("refresh", {})
    log.close()
    with opener(tmp_path, 1) as log:
        log.append("refresh", {})
    assert verify_case(tmp_path).ok


def test_two_writers_are_refused_also_in_another_process(tmp_path: Path, opener: Opener) -> None:
    with begin(tmp_path, opener) as log:
        with pytest.raises(LockedError):
            opener(tmp_path)
        ended = run_writer(tmp_path, "open_log(Path(sys.argv[1]))")
        assert "LockedError" in ended.stderr
        log.append("refresh", {})
    opener(tmp_path).close()


def test_without_kernel_locks_a_lock_file_is_used(
    tmp_path: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with begin(tmp_path, opener):
        assert json.loads(lines(tmp_path)[0])["lock"] == "lock-file"
        with pytest.raises(LockedError, match=r"custody\.lock"):
            opener(tmp_path)
    opener(tmp_path).close()


@pytest.mark.parametrize("kind", ["symlink", "hard link", "fifo", "folder"])
def test_a_log_that_is_no_file_of_its_own_is_refused(tmp_path: Path, opener: Opener, kind: str) -> None:
    log, other = tmp_path / "custody.jsonl", tmp_path / "other"
    other.write_bytes(b"")
    {
        "symlink": lambda: log.symlink_to(other),
        "hard link": lambda: log.hardlink_to(other),
        "fifo": lambda: os.mkfifo(log),
        "folder": lambda: log.mkdir(),
    }[kind]()
    with pytest.raises((CaseError, IntegrityError)):
        opener(tmp_path)
    assert other.read_bytes() == b""


def test_a_run_without_an_end_is_recorded_by_the_next(tmp_path: Path, opener: Opener, items: Items) -> None:
    with begin(tmp_path, opener) as log:
        log.append("run.start", {"tool": {}})
        log.append_many(items(0, 3))
    with opener(tmp_path, 1) as log:
        log.append("run.start", {"tool": {}})
    kinds = [json.loads(line)["type"] for line in lines(tmp_path)]
    assert kinds == ["case.created", "run.start", "item", "item", "item", "run.aborted", "run.start"]
    aborted = json.loads(lines(tmp_path)[5])["data"]
    assert aborted == {"run_id": "11111111-1111-4111-8111-111111111111", "start_seq": 1}
    verdict = verify_case(tmp_path)
    assert verdict.ok and verdict.unanchored == 7


@pytest.mark.parametrize("where", ["write", "short write", "sync"])
def test_a_full_disk_is_fatal_and_leaves_what_was_acknowledged(
    tmp_path: Path, opener: Opener, items: Items, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    log = begin(tmp_path, opener)
    log.append("run.start", {"tool": {}})
    before = (tmp_path / "custody.jsonl").read_bytes()
    real = os.write
    calls = iter(range(100))

    def failing(fd: int, data: bytes) -> int:
        if where == "short write" and next(calls) == 0:
            return real(fd, bytes(data[:100]))
        raise OSError(errno.ENOSPC, "No space left on device")

    def no_sync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        if where == "sync":
            patched.setattr("triage.custody.log.sync", no_sync)
        else:
            patched.setattr("triage.custody.log.os.write", failing)
        with pytest.raises(CaseError, match="could not be written"):
            log.append_many(items(0, 20))
        with pytest.raises(CaseError):
            log.append("refresh", {})
    log.close()
    assert (tmp_path / "custody.jsonl").read_bytes() == before
    assert verify_case(tmp_path).ok
    with opener(tmp_path, 1) as log:
        log.append("run.start", {"tool": {}})


SETUP = f"""
import importlib.util, sys
from pathlib import Path
sys.path.insert(0, {str(REPO)!r})
spec = importlib.util.spec_from_file_location("shared", {str(Path(__file__).with_name("conftest.py"))!r})
shared = importlib.util.module_from_spec(spec)
sys.modules["shared"] = shared
spec.loader.exec_module(shared)
open_log, some_items = shared.open_log, shared.some_items
"""


def run_writer(case_dir: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own."""
    code = SETUP + textwrap.dedent(body)
    return subprocess.run([sys.executable, "-c", code, str(case_dir)], capture_output=True, text=True, check=False)


def test_a_short_write_of_the_kernel_is_cut_back(tmp_path: Path, opener: Opener) -> None:
    """RLIMIT_FSIZE makes the kernel itself write a part and then refuse."""
    begin(tmp_path, opener).close()
    body = """
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
    log = open_log(Path(sys.argv[1]))
    for n in range(100):
        log.append_many(some_items(n * 7, 7))
        print(log.seq, flush=True)
    """
    ended = run_writer(tmp_path, body)
    assert ended.returncode != 0 and "could not be written" in ended.stderr
    acknowledged = int(ended.stdout.split()[-1])
    assert len(lines(tmp_path)) == acknowledged + 1
    assert verify_case(tmp_path).ok


@pytest.mark.parametrize("tail", [b"{", b'{"data":{"find', b"\x00" * 4096, b"\xff\xfe", b"x" * 3000])
def test_a_torn_tail_is_cut_kept_and_recorded(case_dir: Path, opener: Opener, tail: bytes) -> None:
    before = (case_dir / "custody.jsonl").read_bytes()
    (case_dir / "custody.jsonl").write_bytes(before + tail)
    verdict = verify_case(case_dir)
    assert not verdict.ok and verdict.first_bad_seq == 200 and "torn" in verdict.summary
    with opener(case_dir, 1) as log:
        seal(log)
    assert (case_dir / "custody.jsonl").read_bytes().startswith(before)
    event = json.loads(lines(case_dir)[200])
    digest = hashlib.sha256(tail).hexdigest()
    assert event["type"] == "log.recovered" and event["data"] == {"bytes": len(tail), "sha256": digest}
    assert (case_dir / ".work" / "torn" / f"{digest}.bin").read_bytes() == tail
    assert verify_case(case_dir).ok
    with opener(case_dir, 1) as log:
        assert log.seq == 201, "recorded once"


def test_a_torn_tail_is_recorded_even_when_the_recovery_was_interrupted(
    case_dir: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (case_dir / "custody.jsonl").open("ab") as log_file:
        log_file.write(b"torn")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("triage.custody.log.CustodyLog.append_many", killed)
        with pytest.raises(KeyboardInterrupt):
            opener(case_dir, 1)
    assert len(lines(case_dir)) == 200
    opener(case_dir, 1).close()
    assert json.loads(lines(case_dir)[200])["type"] == "log.recovered"


def test_every_cut_of_the_last_lines_is_recovered(case_dir: Path, opener: Opener) -> None:
    """Without checkpoints, as after a crash in the first run."""
    for path in (case_dir / "checkpoints").iterdir():
        path.unlink()
    raw = (case_dir / "custody.jsonl").read_bytes()
    head = raw[: raw.index(b"\n", 3000) + 1]
    following = raw[len(head) : len(head) + 900]
    for cut in range(0, len(following), 23):
        (case_dir / "custody.jsonl").write_bytes(head + following[:cut])
        opener(case_dir, 1).close()
        last = json.loads(lines(case_dir)[-1])
        assert (case_dir / "custody.jsonl").read_bytes().startswith(head)
        assert last["type"] == ("log.recovered" if not (head + following[:cut]).endswith(b"\n") else last["type"])
        for kept in (case_dir / ".work" / "torn").glob("*"):
            kept.unlink()


def test_a_broken_log_is_never_added_to(case_dir: Path, opener: Opener) -> None:
    raw = (case_dir / "custody.jsonl").read_bytes()
    middle = bytearray(raw)
    middle[raw.index(b'"size":') + 7] ^= 1
    cut = raw[: raw.rindex(b"\n", 0, -1) + 1]
    for broken in (bytes(middle), cut, raw[::-1], b"x\n" + raw, raw + b"{}\n", raw + b"x" * (1 << 20) + b"\n"):
        (case_dir / "custody.jsonl").write_bytes(broken)
        with pytest.raises(IntegrityError):
            opener(case_dir, 1)
        assert (case_dir / "custody.jsonl").read_bytes() == broken


def test_an_unreadable_checkpoint_stops_the_writer(case_dir: Path, opener: Opener) -> None:
    checkpoint.body_path(case_dir, 2).write_bytes(b"triage/none\n")
    with pytest.raises(IntegrityError):
        opener(case_dir, 1)


KILLED = """
import random
log = open_log(Path(sys.argv[1]))
if not log.state.case:
    log.append("case.created", {"case": shared.CASE})
log.append("run.start", {"tool": {}})
for n in range(100_000):
    log.append_many(some_items(n * 3, 3))
    print(log.seq, flush=True)
"""


def kill_writers(case_dir: Path, opener: Opener, times: int) -> None:
    case_dir.mkdir(exist_ok=True)
    pick = random.Random(3)
    for _ in range(times):
        child = subprocess.Popen(
            [sys.executable, "-c", SETUP + KILLED, str(case_dir)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert child.stdout is not None
        acknowledged = [child.stdout.readline() for _ in range(pick.randrange(1, 60))][-1]
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
        child.communicate()
        last = int(rest[-1]) if rest else int(acknowledged)
        with opener(case_dir, 1) as log:
            assert log.seq >= last, "an acknowledged event is lost"
        verdict = verify_case(case_dir)
        assert verdict.ok, verdict.summary


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path, opener: Opener) -> None:
    kill_writers(tmp_path, opener, 5)


@pytest.mark.prove
def test_writers_killed_100_times(tmp_path: Path, opener: Opener) -> None:
    kill_writers(tmp_path, opener, 100)
