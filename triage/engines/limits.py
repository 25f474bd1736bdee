"""Limits and layers around a worker, each tried and then *proved*; the broker logs which hold.

    memory     RLIMIT_AS: a parser that runs away dies alone
    files      RLIMIT_NOFILE, RLIMIT_CORE 0
    writes     RLIMIT_FSIZE caps any file a worker writes (scratch copies)
    privileges PR_SET_NO_NEW_PRIVS (Linux)
    network    sockets replaced by a refusal inside the interpreter everywhere; a seccomp filter on Linux denies
               socket(2) for any family but AF_UNIX to native code as well
    programs   parser profile only: execve(2) denied by the same filter; the ocr profile may start Tesseract

Where a system lacks a layer (Windows, macOS), the worker runs without it and says so.
Reference: seccomp(2), prctl(2), linux/filter.h, linux/audit.h; `custody.md` section 4.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from typing import Literal

Profile = Literal["parser", "ocr"]
MEMORY = 6 << 30
FILE_SIZE = 64 << 30
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_MACHINES: dict[str, tuple[int, int, tuple[int, ...]]] = {
    # audit architecture, socket(2), (execve(2), execveat(2))
    "x86_64": (0xC000003E, 41, (59, 322)),
    "aarch64": (0xC00000B7, 198, (221, 281)),
}
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06


def restrict(profile: Profile) -> dict[str, bool]:
    """Apply every layer this system has and return which ones were proved to hold."""
    layers = {"memory": _resource_limits(), "network_interpreter": _no_sockets()}
    layers["privileges"] = _no_new_privileges()
    filtered = layers["privileges"] and _filter(profile)
    layers["network_kernel"] = filtered and _socket_denied()
    layers["programs"] = filtered and profile == "parser" and _exec_denied()
    return layers


def _resource_limits() -> bool:
    try:
        import resource
    except ImportError:
        return False
    wanted = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: FILE_SIZE}
    try:
        for which, limit in wanted.items():
            hard = resource.getrlimit(which)[1]
            top = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(which, (top, top))
    except (ValueError, OSError):
        return False
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


def _refuse(*args: object, **kwargs: object) -> socket.socket:
    raise OSError(errno.EACCES, "the network is not available to evidence-triage")


def _no_sockets() -> bool:
    """Python code in this process can open no socket any more."""
    socket.socket.connect = _refuse  # type: ignore[method-assign, assignment]
    socket.create_connection = _refuse
    socket.getaddrinfo = _refuse  # type: ignore[assignment]
    try:
        socket.create_connection(("127.0.0.1", 9))
    except OSError as error:
        return error.errno == errno.EACCES
    return False


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _no_new_privileges() -> bool:
    libc = _libc()
    return libc is not None and libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0


def _program(profile: Profile) -> bytes | None:
    """The filter: wrong architecture → allow nothing of ours to change; socket of another family → EACCES."""
    known = _MACHINES.get(platform.machine())
    if known is None or sys.byteorder != "little":
        return None
    arch, sock, execs = known
    denied = execs if profile == "parser" else ()
    steps: list[tuple[int, int, int, int]] = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _ALLOW)]
    steps.append((_LOAD, 0, 0, 0))
    for call in denied:
        steps += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _ERRNO | errno.EACCES)]
    steps += [(_EQUAL, 1, 0, sock), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, 16)]
    steps += [(_EQUAL, 0, 1, socket.AF_UNIX if hasattr(socket, "AF_UNIX") else 1), (_RETURN, 0, 0, _ALLOW)]
    steps.append((_RETURN, 0, 0, _ERRNO | errno.EACCES))
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def _filter(profile: Profile) -> bool:
    libc, program = _libc(), _program(profile)
    if libc is None or program is None:
        return False
    held = ctypes.create_string_buffer(program, len(program))
    wanted = _Filter(len(program) // 8, ctypes.cast(held, ctypes.c_void_p))
    return int(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(wanted), 0, 0)) == 0


def _socket_denied() -> bool:
    libc = _libc()
    if libc is None:
        return False
    made = libc.socket(2, 1, 0)
    if made >= 0:
        os.close(made)
        return False
    return ctypes.get_errno() == errno.EACCES


def _exec_denied() -> bool:
    """execve of a path that does not exist: EACCES from the filter, ENOENT without it."""
    libc = _libc()
    if libc is None:
        return False
    nothing = (ctypes.c_char_p * 1)(None)
    libc.execve(b"/nonexistent/evidence-triage-probe", nothing, nothing)
    return ctypes.get_errno() == errno.EACCES
