"""One writer per custody log.

POSIX: `flock` on the log itself, released by the kernel when the process dies however it dies. Windows:
`msvcrt.locking` of one byte far behind the end (its locks are mandatory, and readers must still read). Where the file
system knows neither (some network mounts), a lock file `.work/custody.lock` made with O_EXCL; a crash leaves it
behind, and the message says so. Which of the three held is written into the line that opens the session (`lock`).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from triage.errors import LockedError

_WINDOWS_BYTE = 1 << 62
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP}
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK, errno.EWOULDBLOCK}


def _refuse(case_dir: Path, remedy: str = "Wait until it ends, then run again.") -> LockedError:
    return LockedError("another run is writing to this case.", where=str(case_dir), remedy=remedy)


def acquire(fd: int, case_dir: Path) -> str:
    """Lock the open log, or raise LockedError. Gives `flock`, `msvcrt` or `lock-file`."""
    try:
        return _lock_descriptor(fd)
    except OSError as error:
        if error.errno in _BUSY:
            raise _refuse(case_dir) from None
        if error.errno not in _UNSUPPORTED:
            raise
    return _lock_file(case_dir)


def _lock_descriptor(fd: int) -> str:
    try:
        import fcntl
    except ImportError:
        return _lock_windows(fd)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return "flock"


def _lock_windows(fd: int) -> str:
    import msvcrt

    place = os.lseek(fd, 0, os.SEEK_CUR)
    os.lseek(fd, _WINDOWS_BYTE, os.SEEK_SET)
    try:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    finally:
        os.lseek(fd, place, os.SEEK_SET)
    return "msvcrt"


def _lock_path(case_dir: Path) -> Path:
    return case_dir / ".work" / "custody.lock"


def _lock_file(case_dir: Path) -> str:
    path = _lock_path(case_dir)
    try:
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise _refuse(case_dir, f"If no other run is at work, delete {path} and run again.") from None
    os.write(fd, str(os.getpid()).encode("ascii"))
    os.close(fd)
    return "lock-file"


def release(kind: str, case_dir: Path) -> None:
    """Give the lock back. The kernel's locks go with the descriptor; only a lock file needs removing."""
    if kind == "lock-file":
        _lock_path(case_dir).unlink(missing_ok=True)
