"""A small sealed case with fixed clocks: 200 events, two runs, two checkpoints, some files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.custody.events import Event, item
from triage.custody.log import CustodyLog
from triage.custody.manifest import write_manifest
from triage.custody.scripts import write_verify_script
from triage.custody.seal import seal
from triage.custody.session import Actor, Host
from triage.custody.verify import verify_case

CASE = "7b1d2f60-3c84-4a55-9e0a-52d3c1f0a901"
RUNS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")


class FixedClock:
    """Advances a millisecond at every question."""

    def __init__(self, start: int = 0) -> None:
        self.ticks = start

    def now(self) -> datetime:
        self.ticks += 1
        return datetime(2024, 3, 2, 22, 14, 5, tzinfo=UTC) + timedelta(milliseconds=self.ticks)

    def mono_ns(self) -> int:
        return self.ticks * 1_000_000

    def boot_id(self) -> str:
        return "0f0e0d0c-0b0a-4908-8706-050403020100"


def open_log(case_dir: Path, run: int = 0) -> CustodyLog:
    """The log of a case, by an invented examiner."""
    return CustodyLog.open(
        case_dir,
        actor=Actor(os_user="examiner", uid=1000, declared_name="A. Examiner", role="examiner"),
        host=Host(label="lab-3", os="Linux", kernel="6.1"),
        clock=FixedClock(run * 100_000),
        run_id=RUNS[run],
    )


def some_items(first: int, count: int) -> list[Event]:
    """Item events that differ."""
    return [
        item(
            id=f"i_{n:032x}",
            sha256=hashlib.sha256(b"%d" % n).hexdigest(),
            size=n * 37,
            status="read" if n % 5 else "no-reader",
            reader="whatsapp_txt" if n % 5 else "",
            units=n % 11,
            findings=n % 3,
        )
        for n in range(first, first + count)
    ]


def add_run(case_dir: Path, run: int, first: int, count: int, case: str = CASE) -> None:
    """One run as the pipeline does it, up to its checkpoint."""
    with open_log(case_dir, run) as log:
        if not log.state.case:
            log.append("case.created", {"case": case})
        log.append("source.added", {"label": f"phone-{run}"})
        log.append("run.start", {"tool": {"version": "0.1.0"}})
        events = some_items(first, count)
        for at in range(0, count, 50):
            log.append_many(events[at : at + 50])
        (case_dir / "report").mkdir(exist_ok=True)
        for path, text in (("index.jsonl", f'{{"run":{run}}}\n'), ("report/index.html", f"<p>run {run}</p>\n")):
            (case_dir / path).write_text(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            log.append("output.written", {"path": path, "sha256": digest, "size": len(text)})
        unread = sum(1 for _, data in events if data["status"] == "no-reader")
        log.append(
            "run.end", {"walked": count, "statuses": {"read": count - unread, "no-reader": unread}, "items": count}
        )
        write_manifest(case_dir, [(f"phone-0/chat {n}.txt", hashlib.sha256(b"%d" % n).hexdigest()) for n in range(9)])
        seal(log)


def build_case(case_dir: Path, case: str = CASE, first: int = 0) -> Path:
    """Exactly 200 events, the checkpoints over 158 and 200 of them."""
    case_dir.mkdir(mode=0o700, parents=True)
    (case_dir / "case.toml").write_text('number = "invented"\n')
    write_verify_script(case_dir)
    add_run(case_dir, 0, first, 151, case)
    add_run(case_dir, 1, first + 151, 36, case)
    assert (case_dir / "custody.jsonl").read_bytes().count(b"\n") == 200
    return case_dir


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case, never to be changed."""
    case_dir = build_case(tmp_path_factory.mktemp("custody") / "case")
    verdict = verify_case(case_dir)
    assert verdict.ok and verdict.events == verdict.anchored == 200, verdict.summary
    return case_dir


@pytest.fixture
def case_dir(pristine: Path, tmp_path: Path) -> Path:
    """A copy to attack."""
    return Path(shutil.copytree(pristine, tmp_path / "case"))


@pytest.fixture
def opener() -> Callable[..., CustodyLog]:
    return open_log


@pytest.fixture
def runner() -> Callable[..., None]:
    return add_run


@pytest.fixture
def builder() -> Callable[..., Path]:
    return build_case


@pytest.fixture
def items() -> Callable[[int, int], list[Event]]:
    return some_items


def need(program: str) -> None:
    """Skip where a program is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def run_tool(*arguments: str | Path, cwd: Path | None = None) -> bytes:
    """A program that must succeed."""
    return subprocess.run([*map(str, arguments)], check=True, capture_output=True, cwd=cwd).stdout


class Keys:
    """Ed25519 keys of invented people, made when asked for, and lists of signers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            run_tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path)
        return path

    def sign(self, name: str, space: str, text: bytes) -> bytes:
        """A signature in some namespace over some text."""
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", space, "-f", str(self.key(name))]
        return subprocess.run(command, check=True, capture_output=True, input=text).stdout

    def signers(self, *names: str, options: str = 'namespaces="triage-checkpoint@v1"') -> Path:
        path = self.folder / f"allowed-{'-'.join(names)}-{abs(hash(options))}"
        entries = [(name, " ".join(self.key(name).with_suffix(".pub").read_text().split()[:2])) for name in names]
        path.write_text("".join(f"{name}@lab.invalid {options} {public}\n" for name, public in entries))
        return path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    need("ssh-keygen")
    return Keys(tmp_path_factory.mktemp("keys"))


TSA_CONF = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[tsa_cert]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = answer
[answer]
dir = .
serial = ./serial
signer_cert = ./tsa.pem
certs = ./root.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


class Authority:
    """A time-stamping authority of our own: a root, a signing certificate under it, answers by `openssl ts`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "tsa.cnf").write_text(TSA_CONF)
        (folder / "serial").write_text("01\n")
        new = ("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-config", "/dev/null")
        ca = ("-x509", "-days", "3650", "-subj", f"/CN=Root {folder.name}", "-keyout", "root.key", "-out", "root.pem")
        run_tool(*new[:-2], *ca, "-extensions", "ca", "-config", self._request_conf(), cwd=folder)
        leaf = ("-subj", f"/CN=Stamps {folder.name}", "-keyout", "tsa.key", "-out", "tsa.csr")
        run_tool(*new[:-2], *leaf, "-config", self._request_conf(), cwd=folder)
        issue = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "tsa.cnf")
        run_tool("openssl", "x509", "-req", "-in", "tsa.csr", *issue, "-extensions", "tsa_cert", "-days", "3650",
                 "-out", "tsa.pem", cwd=folder)  # fmt: skip

    def _request_conf(self) -> Path:
        path = self.folder / "req.cnf"
        path.write_text("[req]\ndistinguished_name = dn\n[dn]\n" + TSA_CONF)
        return path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, request: Path, *, chain: bool = False) -> Path:
        target = self.folder / f"{request.parent.parent.name}-{request.name}-{chain}.tsr"
        more = ("-chain", self.folder / "root.pem") if chain else ()
        run_tool("openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", request, *more, "-out", target,
                 cwd=self.folder)  # fmt: skip
        return target


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """One to trust, one not."""
    need("openssl")
    folder = tmp_path_factory.mktemp("tsa")
    return Authority(folder / "good"), Authority(folder / "other")
