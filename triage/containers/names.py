"""Paths as the contract writes them: POSIX, relative, nested as `a.zip!/b/c.txt`.

Undecodable bytes and a literal `!/` are percent-encoded (and a literal `%` that would read as an escape), so that
every path is valid text, unique, and can be turned back into the bytes the evidence used.
"""

from __future__ import annotations

import re

NESTED = "!/"
_ESCAPE = re.compile(r"%(?=[0-9A-F]{2})")
_SURROGATE = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def encode(name: str) -> str:
    """A file-system or member name (surrogate-escaped where undecodable) as a contract path part."""
    out = _ESCAPE.sub("%25", name)
    out = _SURROGATE.sub(lambda m: f"%{ord(m[0]) - 0xDC00:02X}", out)
    out = _CONTROL.sub(lambda m: f"%{ord(m[0]):02X}", out)
    out = out.encode("utf-8", "replace").decode("utf-8")
    return out.replace(NESTED, "%21/")


def raw(path: str) -> bytes:
    """The bytes a file system holds for an encoded path without `!/`."""
    return re.sub(rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), path.encode())


def join(container: str, member: str) -> str:
    """The path of a member inside the item `container`; both already encoded."""
    return container + NESTED + member


def base(path: str) -> str:
    """The last name of a contract path."""
    return path.rsplit("/", 1)[-1]


def depth(path: str) -> int:
    """How many containers the path goes through."""
    return path.count(NESTED)


def unsafe(name: str) -> bool:
    """True where a naive extraction would leave its folder (`..`, absolute, drive, UNC, backslash, NUL)."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or "\0" in name or re.match(r"[A-Za-z]:", name) is not None


def clean_member(name: str) -> str:
    """A member's name as a relative contract path: leading slashes and drive-less dots dropped, `..` kept as text.

    Nothing is ever written under this name; it only tells where in the archive the member lies.
    """
    parts = [p for p in name.split("/") if p not in ("", ".")]
    return encode("/".join(parts)) or encode(name) or "(no name)"
