"""OLE2 files: Outlook messages with what they carry, protected and older documents, damage."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.document_building import compound
from tests.readers.export_reading import SHARED, assert_accounts, codes, read, score, tallies, units
from triage.containers.archive import Member
from triage.containers.ole_files import OleFiles
from triage.engines.blob import HeldBlob
from triage.formats.msg_store import unpacked_rtf
from triage.model import SourceFact
from triage.readers.ole_file import READER

PROTECTED = SHARED / "documents" / "apache__tika" / "testWORD_protected_passtika.docx"
_SENT = (1_709_290_800 + 11_644_473_600) * 10_000_000  # 2024-03-01 11:00 UTC in steps of 100 ns


def _fixed(header: int, values: dict[int, bytes]) -> bytes:
    rows = b"".join(struct.pack("<HHI8s", 0x40, number, 6, value) for number, value in values.items())
    return bytes(header) + rows


def _texts(prefix: str, values: dict[int, str]) -> dict[str, bytes]:
    return {f"{prefix}__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in values.items()}


def _message(prefix: str, header: int, subject: str, body: str) -> dict[str, bytes]:
    made = {f"{prefix}__properties_version1.0": _fixed(header, {0x39: struct.pack("<Q", _SENT)})}
    made |= _texts(prefix, {0x37: subject, 0x1000: body, 0x0C1A: "Marta Peña", 0x5D01: "marta@example.org"})
    return made


def _msg() -> dict[str, bytes]:
    inner = "__attach_version1.0_#00000001/__substg1.0_3701000D/"
    return (
        _message("", 32, "La deuda", "Debes 500 €.\r\nPaga ya.")
        | _texts("", {0x1035: "<abc@example.org>"})
        | _texts("__recip_version1.0_#00000000/", {0x3001: "Ana", 0x39FE: "ana@example.org"})
        | {"__recip_version1.0_#00000000/__properties_version1.0": _fixed(8, {})}
        | _texts("__attach_version1.0_#00000000/", {0x3707: "foto nº1.png"})
        | {"__attach_version1.0_#00000000/__substg1.0_37010102": b"\x89PNG\r\n\x1a\n" + bytes(5000)}
        | {"__attach_version1.0_#00000001/__properties_version1.0": _fixed(8, {})}
        | _message(inner, 24, "dentro", "hola")
    )


MSG = compound(_msg())
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of MS-OXRTFCP 4.1.1."""


def test_a_message_and_the_one_attached_to_it() -> None:
    found = read(READER, MSG)
    assert_accounts(found)
    assert codes(found) == []
    outer, inner = units(found)
    assert (outer.origin, outer.text, outer.locator) == ("email", "La deuda\nDebes 500 €.\nPaga ya.", "msg=1")
    assert (outer.sender, outer.sender_name, outer.recipients) == (
        "marta@example.org", "Marta Peña", ("ana@example.org",))  # fmt: skip
    assert (outer.when.at, outer.native_id) == ("2024-03-01T11:00:00+00:00", "abc@example.org")
    assert outer.attachments == ("1/foto nº1.png",)
    assert (inner.text, inner.locator, inner.detail["inside"]) == ("dentro\nhola", "msg=2", "msg=1")
    assert tallies(found)["records"] == 2
    assert [f.value for f in found if isinstance(f, SourceFact)] == ["Outlook message"]


def test_its_files_are_listed() -> None:
    archive = OleFiles(HeldBlob(size=len(MSG), sha256="", scratch=Path(), data=MSG))
    (member,) = [one for one in archive.members() if isinstance(one, Member)]
    assert member.path == "1/foto nº1.png"
    assert len(archive.open(member).read()) == 5008
    archive.close()


def test_compressed_rtf_bodies() -> None:
    assert unpacked_rtf(PACKED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpacked_rtf(struct.pack("<II4sI", 20, 5, b"MELA", 0) + b"{\\rtf") == b"{\\rtf"
    for cut in range(len(PACKED)):
        unpacked_rtf(PACKED[:cut])
    data = {"__properties_version1.0": _fixed(32, {}), "__substg1.0_10090102": PACKED}
    (one,) = units(read(READER, compound(data)))
    assert one.text == "hello world"


@pytest.mark.parametrize(
    ("stream", "code"),
    [("EncryptedPackage", "R-LOCKED"), ("WordDocument", "R-NOT-READ"), ("Workbook", "R-NOT-READ"),
     ("PowerPoint Document", "R-NOT-READ"), ("Contents", "R-NOT-READ")],
)  # fmt: skip
def test_other_files_are_listed_with_the_reason(stream: str, code: str) -> None:
    found = read(READER, compound({stream: b"x" * 600}))
    assert codes(found) == [code]
    assert_accounts(found)


def test_a_file_cut_anywhere_never_raises() -> None:
    whole = [u.text for u in units(read(READER, MSG))]
    for cut in range(8, len(MSG) - 512, 499):
        found = read(READER, MSG[:cut])
        assert_accounts(found)
        assert codes(found) or [u.text for u in units(found)] == whole, cut


@settings(derandomize=True, deadline=None, max_examples=120)
@given(st.lists(st.tuples(st.integers(8, len(MSG) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_damaged_bytes_never_raise(changes: list[tuple[int, int]]) -> None:
    data = bytearray(MSG)
    for at, value in changes:
        data[at] = value
    assert_accounts(read(READER, bytes(data)))


def test_detection() -> None:
    assert score(READER, MSG) == 70
    assert score(READER, b"\xd0\xcf\x11\xe0") == 0


@pytest.mark.skipif(not PROTECTED.is_file(), reason="the shared corpus is not there")
def test_the_corpus() -> None:
    assert codes(read(READER, PROTECTED.read_bytes())) == ["R-LOCKED"]
