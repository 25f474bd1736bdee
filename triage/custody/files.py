"""Opening, hashing and writing files of a case folder so that neither links nor crashes can mislead.

Reading never follows a link and never opens anything but a regular file (a FIFO would block, a device would act).
Writing goes to `.work/` first, is synced, and is renamed into place: a reader sees the old file or the new one,
never half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from triage.errors import CaseError

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
CHUNK = 1 << 20


class NotRegularError(OSError):
    """The name is a link, a folder, a FIFO, a device or a socket."""


def open_regular(path: Path) -> int:
    """A read-only descriptor of a regular file that is no link; OSError otherwise."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise NotRegularError(f"not a regular file: {path.name}")
    fd = os.open(path, _READ | _NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise NotRegularError(f"not a regular file: {path.name}")
    return fd


def sha256_file(path: Path) -> str:
    """SHA-256 of a regular file, in lower-case hex."""
    with os.fdopen(open_regular(path), "rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_small(path: Path, limit: int = 64 * CHUNK) -> bytes:
    """All bytes of a regular file; OSError where there are more than `limit`."""
    with os.fdopen(open_regular(path), "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"longer than {limit} bytes")
    return data


def sync(fd: int) -> None:
    """Returns when the bytes are on the medium, as far as the system tells."""
    full = _full_sync_command()
    if full is not None:
        import fcntl

        with contextlib.suppress(OSError):  # macOS offers it; not every file system there does
            fcntl.fcntl(fd, full)
            return
    if hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:
        os.fsync(fd)


def _full_sync_command() -> int | None:
    """`F_FULLFSYNC` on macOS, where fsync alone leaves the data in the drive's cache."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    command: int | None = getattr(fcntl, "F_FULLFSYNC", None)
    return command


def sync_folder(folder: Path) -> None:
    """Make a new or renamed entry of a folder last. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def work_folder(case_dir: Path) -> Path:
    """`.work/` of a case, made when absent."""
    folder = case_dir / ".work"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def place(case_dir: Path, target: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at `target` in the case folder, whole or not at all."""
    temporary = work_folder(case_dir) / f"{target.name}.{os.getpid()}.tmp"
    temporary.unlink(missing_ok=True)
    fd = os.open(temporary, _CREATE, mode)
    try:
        with os.fdopen(fd, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def keep(case_dir: Path, target: Path, data: bytes) -> None:
    """`place` for the commands: CaseError where the folder cannot be written."""
    try:
        place(case_dir, target, data)
    except OSError as error:
        raise CaseError(f"cannot be written ({error.strerror or error}).", where=str(target)) from error
