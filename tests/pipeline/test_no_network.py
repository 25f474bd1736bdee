"""No network: a whole run opens no internet socket, and writes nowhere but to its case."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRACE = shutil.which("strace")
_WRITE = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)", [A-Z_|]*O_(?:WRONLY|RDWR)')


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_a_run_opens_no_internet_socket_and_writes_to_its_case_alone(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "WhatsApp Chat with Ana.txt").write_text("13/01/2024, 10:00 - Ana: call +34 612 34 56 78\n" * 3)
    shutil.copy(ROOT / "samples" / "debt-house" / "recruiter" / "parada.jpg", sources)
    record = tmp_path / "calls"
    command = [
        str(STRACE),
        "-f",
        "-qq",
        "-e",
        "trace=socket,open,openat",
        "-o",
        str(record),
        sys.executable,
        "-B",
        "-m",
    ]
    command += ["tests.pipeline.one_run", str(sources), str(tmp_path / "case"), "1"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    if b"PTRACE" in done.stderr or b"ptrace" in done.stderr:
        pytest.skip("this machine does not allow tracing")
    assert done.returncode == 0, done.stderr.decode()
    calls = record.read_text(errors="replace")
    opened = [line for line in calls.splitlines() if "socket(AF_INET" in line and "EACCES" not in line]
    assert opened == []
    allowed = (str(tmp_path), "/dev/null", "/dev/shm", "/proc/self", "/dev/tty")
    elsewhere = {m[1] for line in calls.splitlines() if "ENOENT" not in line for m in [_WRITE.search(line)] if m}
    assert {path for path in elsewhere if path.startswith("/") and not path.startswith(allowed)} == set()
