"""`verify.sh` and `triage verify` say the same of every mutant, under every shell there is here."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from triage.custody import canonical, signature, stamp
from triage.custody.log import CustodyLog
from triage.custody.scripts import script, write_verify_script
from triage.custody.verify import verify_case

SHELLS = {"dash": ("dash",), "bash": ("bash", "--posix"), "busybox": ("busybox", "sh"), "mksh": ("mksh",)}
FILES = (
    "custody.jsonl", "case.toml", "index.jsonl", "report/index.html", "manifest.sha256", "case.sha256", "verify.sh",
    "checkpoints/000001.txt", "checkpoints/000002.txt", "checkpoints/000001.leaves", "checkpoints/000002.leaves",
    "checkpoints/000001.txt.1.sig", "checkpoints/000002.txt.1.sig", "checkpoints/000002.txt.1.tsr",
    "checkpoints/000002.txt.1.tsq",
)  # fmt: skip


def sh(case_dir: Path, *options: str | Path, shell: tuple[str, ...] = ("sh",)) -> subprocess.CompletedProcess[str]:
    """Run our own copy of the script on a case."""
    own = case_dir.parent / "own-verify.sh"
    own.write_bytes(script("verify.sh"))
    command = [*shell, str(own), *map(str, options), str(case_dir)]
    return subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")


def agree(case_dir: Path, signers: Path | None, roots: Path | None, what: str) -> bool:
    """Both verdicts; gives whether the case holds."""
    verdict = verify_case(case_dir, allowed_signers=signers, tsa_roots=roots)
    options: list[str | Path] = ["--allowed-signers", signers] if signers else []
    ended = sh(case_dir, *options, *(("--tsa-ca", roots) if roots else ()))
    assert ended.returncode in (0, 4), (what, ended.stdout, ended.stderr)
    assert (ended.returncode == 0) == verdict.ok, (what, verdict.summary, ended.stdout, ended.stderr)
    if verdict.ok:
        counted = re.search(r"UNANCHORED TAIL: (\d+) events", ended.stdout)
        assert (int(counted[1]) if counted else 0) == verdict.unanchored, what
    return verdict.ok


@pytest.fixture(scope="module")
def marked(pristine: Path, tmp_path_factory: pytest.TempPathFactory, keys: Any, authorities: Any) -> Path:
    """The case with both checkpoints signed and the newest stamped."""
    case_dir = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("marked") / "case"))
    for number in (1, 2):
        signature.sign(case_dir, number, keys.key("examiner"))
    request = stamp.write_request(case_dir, 2)
    stamp.import_answer(case_dir, 2, authorities[0].answer(request), authorities[0].root)
    return case_dir


def add_event(case_dir: Path, pick: random.Random) -> None:
    """One to three well-formed events after the checkpoint."""
    log = case_dir / "custody.jsonl"
    lines = log.read_bytes().splitlines()
    for _ in range(pick.randrange(1, 4)):
        event = json.loads(lines[150])
        event |= {"seq": len(lines), "prev": hashlib.sha256(lines[-1]).hexdigest()}
        lines.append(canonical.encode(event))
    log.write_bytes(b"".join(line + b"\n" for line in lines))


def edit_lines(case_dir: Path, pick: random.Random) -> None:
    """Delete, double, swap or cut lines."""
    log = case_dir / "custody.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    at = pick.randrange(len(lines) - 1)
    match pick.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case 3:
            del lines[at:]
        case 4:
            lines[-1] = lines[-1][: pick.randrange(len(lines[-1]))]
    log.write_bytes(b"".join(lines))


def bad_tail(case_dir: Path, pick: random.Random) -> None:
    """A line after the checkpoint that is no event, or does not chain."""
    add_event(case_dir, pick)
    log = case_dir / "custody.jsonl"
    raw = bytearray(log.read_bytes())
    start = raw.rindex(b"\n", 0, -1) + 1
    where = pick.choice([raw.index(b'"prev":"', start) + 10, raw.index(b'"seq":', start) + 6, len(raw) - 1, start])
    raw[where] ^= 4
    log.write_bytes(bytes(raw))


def harm_file(case_dir: Path, pick: random.Random) -> None:
    """Flip, empty, grow, remove, rename or link a file."""
    path = case_dir / pick.choice([name for name in FILES if (case_dir / name).exists()])
    raw = path.read_bytes()
    match pick.randrange(7):
        case 0 | 1:
            at = pick.randrange(len(raw))
            path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << pick.randrange(8))]) + raw[at + 1 :])
        case 2:
            path.write_bytes(raw[: pick.randrange(len(raw))])
        case 3:
            path.write_bytes(raw + pick.randbytes(3))
        case 4:
            path.unlink()
        case 5:
            path.rename(path.with_name("x" + path.name))
        case 6:
            away = case_dir.parent / f"away-{pick.getrandbits(60)}"
            path.rename(away)
            path.symlink_to(away) if pick.random() < 0.5 else path.hardlink_to(away)


def add_file(case_dir: Path, pick: random.Random) -> None:
    """A file nobody listed, also with a name that is hard to write down."""
    folder = case_dir / pick.choice((".", "report", "checkpoints", "new/folder"))
    folder.mkdir(parents=True, exist_ok=True)
    name = pick.choice(("a", ".a", "a b", "a\nb", "a\\b", "-rf", "$(id)", "000003.txt", "000001.txt.9.sig", "é", "'"))
    (folder / name).write_bytes(pick.randbytes(9))


def nothing(case_dir: Path, pick: random.Random) -> None:
    """What is left out may change."""
    (case_dir / pick.choice(("evidence.sqlite", "evidence.sqlite-wal", ".work/x"))).write_bytes(pick.randbytes(9))


MUTATIONS = (harm_file, harm_file, harm_file, edit_lines, add_event, bad_tail, add_file, nothing)


def run_mutants(bases: tuple[Path, ...], folder: Path, signers: Path, roots: Path, times: int) -> None:
    """Mutants of the signed and of the unsigned case in turn; the latter is verified without lists."""
    pick = random.Random(8)
    held = 0
    for n in range(times):
        base = bases[n // len(MUTATIONS) % len(bases)]
        case_dir = Path(shutil.copytree(base, folder / f"{n}" / "case"))
        mutate = MUTATIONS[n % len(MUTATIONS)]
        mutate(case_dir, pick)
        signed = base is bases[0]
        held += agree(case_dir, signers if signed else None, roots if signed else None, f"{n} {mutate.__name__}")
        shutil.rmtree(folder / f"{n}")
    assert times / 10 < held < times / 2, "both verdicts occur"


def test_mutants_get_the_same_verdict(
    marked: Path, pristine: Path, tmp_path: Path, keys: Any, authorities: Any
) -> None:
    run_mutants((marked, pristine), tmp_path, keys.signers("examiner"), authorities[0].root, 16)


@pytest.mark.prove
def test_a_thousand_mutants_get_the_same_verdict(
    marked: Path, pristine: Path, tmp_path: Path, keys: Any, authorities: Any
) -> None:
    run_mutants((marked, pristine), tmp_path, keys.signers("examiner"), authorities[0].root, 1000)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_agrees(marked: Path, tmp_path: Path, keys: Any, authorities: Any, shell: str) -> None:
    if shutil.which(SHELLS[shell][0]) is None:
        pytest.skip(f"{shell} is not installed")
    options = ("--allowed-signers", keys.signers("examiner"), "--tsa-ca", authorities[0].root)
    case_dir = Path(shutil.copytree(marked, tmp_path / "case"))
    ended = sh(case_dir, *options, *(["--chain"] if shell in ("dash", "busybox") else []), shell=SHELLS[shell])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert not ended.stderr and "holds: 200 events" in ended.stdout
    assert "examiner@lab.invalid" in ended.stdout
    assert ("chain from seq 0 to 199" in ended.stdout) == (shell in ("dash", "busybox"))
    (case_dir / "report" / "index.html").write_text("x")
    ended = sh(case_dir, shell=SHELLS[shell])
    assert ended.returncode == 4 and "report/index.html" in ended.stdout


def test_wrong_keys_namespaces_roots_and_nonces_get_the_same_verdict(
    marked: Path, tmp_path: Path, keys: Any, authorities: Any
) -> None:
    case_dir = Path(shutil.copytree(marked, tmp_path / "case"))
    good, other = authorities
    for signers in (keys.signers("stranger"), keys.signers("examiner", options='namespaces="git"'),
                    keys.signers("examiner", options='valid-after="20250101"')):  # fmt: skip
        assert not verify_case(case_dir, allowed_signers=signers, tsa_roots=good.root).ok
        assert sh(case_dir, "--allowed-signers", signers, "--tsa-ca", good.root).returncode == 4
    assert not verify_case(case_dir, tsa_roots=other.root).ok
    assert sh(case_dir, "--tsa-ca", other.root).returncode == 4
    request = case_dir / "checkpoints" / "000002.txt.1.tsq"
    request.write_bytes(stamp.request_bytes((case_dir / "checkpoints" / "000002.txt").read_bytes(), 99))
    assert not verify_case(case_dir, tsa_roots=good.root).ok
    assert sh(case_dir, "--tsa-ca", good.root).returncode == 4


def test_without_programs_it_says_so(marked: Path, tmp_path: Path) -> None:
    """Coreutils alone: everything but signatures and stamps is checked, and the exit code says that it was not all."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sha256sum", "sed", "grep", "find", "head", "tail", "tr", "wc", "cut", "od", "sort", "cmp", "comm",
                 "mktemp", "rm", "basename", "dirname", "printf", "cat", "date"):  # fmt: skip
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    own = tmp_path / "verify.sh"
    own.write_bytes(script("verify.sh"))
    shell = shutil.which("dash") or "/bin/sh"
    ended = subprocess.run([shell, str(own), str(marked)], env={"PATH": str(tools)}, capture_output=True, text=True)
    assert ended.returncode == 5 and "is missing: not everything could be checked" in ended.stdout, ended.stderr
    (tools / "sha256sum").unlink()
    ended = subprocess.run([shell, str(own), str(marked)], env={"PATH": str(tools)}, capture_output=True, text=True)
    assert ended.returncode == 5 and "shasum" in ended.stderr


def test_the_script_in_the_folder_runs_where_it_lies(pristine: Path, tmp_path: Path) -> None:
    case_dir = Path(shutil.copytree(pristine, tmp_path / "a case with spaces"))
    ended = subprocess.run(["sh", str(case_dir / "verify.sh")], capture_output=True, text=True, cwd="/", check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_case_without_checkpoint_gets_the_same_verdict(tmp_path: Path, opener: Any, items: Any) -> None:
    log: CustodyLog
    with opener(tmp_path) as log:
        log.append("case.created", {"case": "7b1d2f60-3c84-4a55-9e0a-52d3c1f0a901"})
        log.append("run.start", {"tool": {}})
        log.append_many(items(0, 20))
    verdict, ended = verify_case(tmp_path), sh(tmp_path)
    assert verdict.ok and verdict.unanchored == 22
    assert ended.returncode == 0 and "chain from seq 0 to 21" in ended.stdout, ended.stdout + ended.stderr


def test_the_scripts_are_written_once(tmp_path: Path) -> None:
    write_verify_script(tmp_path)
    before = (tmp_path / "verify.sh").stat()
    write_verify_script(tmp_path)
    assert (tmp_path / "verify.sh").stat().st_mtime_ns == before.st_mtime_ns
    (tmp_path / "verify.sh").write_text("exit 0\n")
    write_verify_script(tmp_path)
    assert (tmp_path / "verify.sh").read_bytes() == script("verify.sh")
    assert (tmp_path / "verify.ps1").read_bytes() == script("verify.ps1")


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed")
def test_powershell_agrees(marked: Path, tmp_path: Path, keys: Any, authorities: Any) -> None:
    own = tmp_path / "verify.ps1"
    own.write_bytes(script("verify.ps1"))
    for mutate in (nothing, harm_file, edit_lines, add_event, add_file):
        case_dir = Path(shutil.copytree(marked, tmp_path / mutate.__name__ / "case"))
        mutate(case_dir, random.Random(4))
        signers = keys.signers("examiner")
        verdict = verify_case(case_dir, allowed_signers=signers, tsa_roots=authorities[0].root)
        command = ["pwsh", "-NoProfile", "-File", str(own), "-AllowedSigners", str(signers)]
        command += ["-TsaCa", str(authorities[0].root), "-Case", str(case_dir)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
        assert ended.returncode == (0 if verdict.ok else 4), (mutate.__name__, ended.stdout, ended.stderr)
