"""Containers that are known by their first bytes and not opened: each is listed with what to do instead.

RAR has no free library that unpacks it; disk images and installers belong to other tools. The backup of Signal for
Android is a stream of frames: a big-endian length, then a protobuf whose header frame holds a vector of 16 bytes and a
salt of 32 (the app's published `Backups.proto`); it needs a passphrase of 30 digits and is not decrypted here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from triage.containers.archive import Archive, Container
from triage.containers.protobuf import message, part
from triage.model import Blob, Head
from triage.problems import ReadError, problem

UNPACK = "Unpack it with another tool and give the folder as a source."
IMAGE = "Mount it read-only or extract its files with another tool, and give the folder as a source."
SIGNAL = "Restore it with its 30-digit passphrase, or decrypt it with another tool, and give what comes out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One form that is listed only."""

    name: str
    form: str
    media_type: str
    remedy: str
    fits: Callable[[bytes], bool]


def is_signal_backup(start: bytes) -> bool:
    """The header frame of a Signal backup."""
    size = int.from_bytes(start[:4], "big")
    if not 40 <= size <= 256 or len(start) < 4 + size:
        return False
    try:
        header = message(part(message(start[4 : 4 + size]), 1))
    except ValueError:
        return False
    return len(part(header, 1)) == 16 and len(part(header, 2)) == 32


KNOWN: tuple[Known, ...] = (
    Known(name="rar", form="RAR archive", media_type="application/vnd.rar", remedy=UNPACK,
          fits=lambda start: start.startswith((b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"))),
    Known(name="cabinet", form="Cabinet archive", media_type="application/vnd.ms-cab-compressed", remedy=UNPACK,
          fits=lambda start: start.startswith(b"MSCF\0\0\0\0")),
    Known(name="ewf", form="EnCase image", media_type="application/x-ewf", remedy=IMAGE,
          fits=lambda start: start.startswith((b"EVF\x09\x0d\x0a\xff\0", b"LVF\x09\x0d\x0a\xff\0", b"EVF2\r\n\x81"))),
    Known(name="iso9660", form="ISO 9660 image", media_type="application/x-iso9660-image", remedy=IMAGE,
          fits=lambda start: start[0x8001:0x8006] == b"CD001"),
    Known(name="signal_backup", form="Signal backup", media_type="application/x-signal-backup", remedy=SIGNAL,
          fits=is_signal_backup),
)  # fmt: skip


def container(known: Known) -> Container:
    """The row of CONTAINERS for one form."""

    def refuse(blob: Blob) -> Archive:
        raise ReadError(problem("C-CLOSED", "container", format=known.form, remedy=known.remedy))

    def detect(head: Head) -> int:
        return 88 if known.fits(head.start) else 0

    return Container(name=known.name, version="1", media_type=known.media_type, detect=detect, open=refuse)


CONTAINERS = tuple(container(known) for known in KNOWN)
