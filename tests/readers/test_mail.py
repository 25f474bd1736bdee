"""E-mail: messages, mailboxes, what they carry, and what is wrong with them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import SHARED, assert_accounts, codes, read, score, tallies, units
from triage.containers import mail_files
from triage.containers.archive import Member
from triage.engines.blob import HeldBlob
from triage.formats.mail_parts import header_text, tree_of
from triage.model import Unit
from triage.readers.mail import READER
from triage.readers.mail_dates import mail_time
from triage.readers.mail_units import Party, parties

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
LETTER = (
    b"Received: from relay.example (relay.example [192.0.2.7]) by mx.example; Fri, 1 Mar 2024 10:00:05 +0000\r\n"
    b"Message-ID: <abc-1@mail.example>\r\nIn-Reply-To: <abc-0@mail.example>\r\n"
    b"From: =?utf-8?Q?Marta_Pe=C3=B1a?= <marta@example.org>\r\n"
    b'To: "Ruiz, Ana" <ana@example.org>, bob@example.org (Bob B.)\r\nCc: <c@example.org>\r\n'
    b"Subject: Re: =?iso-8859-1?Q?La_deuda_de_se?=\r\n =?iso-8859-1?Q?=F1ora?=\r\n"
    b"Date: Fri, 01 Mar 2024 11:00:00 +0100 (CET)\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=_outer"\r\n\r\nThis is a multi-part message.\r\n'
    b'--=_outer\r\nContent-Type: multipart/alternative; boundary="inner"\r\n\r\n'
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Debes 500 =E2=82=AC. Paga ma=C3=B1=\r\nana.\r\n"
    b"--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Debes 500 &euro;. Paga ma\xc3\xb1ana.</p>\r\n"
    b"--inner--\r\n"
    b'--=_outer\r\nContent-Type: image/png; name="foto.png"\r\nContent-Disposition: attachment;\r\n'
    b" filename*=utf-8''foto%20n%C2%BA1.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(PICTURE)
    + b"--=_outer\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@example.org\r\nSubject: dentro\r\n\r\nhola\r\n"
    b"--=_outer--\r\n"
)
BOX = (
    b"From marta@example.org Fri Mar  1 10:00:00 2024\nFrom: marta@example.org\nSubject: uno\n\nhola\n>From casa\n\n"
    b"From ana@example.org Fri Mar  1 11:00:00 2024\nFrom: ana@example.org\nSubject: dos\n\nFrom noon on I work.\n\n"
    b"From - Fri Mar  1 12:00:00 2024\n\nsin campos\n"
)


def _files(data: bytes) -> dict[str, bytes]:
    archive = mail_files.MailFiles(HeldBlob(size=len(data), sha256="", scratch=Path(), data=data))
    found = {}
    for member in archive.members():
        assert isinstance(member, Member)
        found[member.path] = archive.open(member).read()
    return found


def _mail(text: str) -> Unit:
    return units(read(READER, text.encode()))[0]


def test_a_message_with_everything() -> None:
    found = read(READER, LETTER)
    assert_accounts(found)
    (one,) = units(found)
    assert one.origin == "email"
    assert one.text == "Re: La deuda de señora\nDebes 500 €. Paga mañana."
    assert (one.sender, one.sender_name, one.conversation) == ("marta@example.org", "Marta Peña", "La deuda de señora")
    assert one.recipients == ("ana@example.org", "bob@example.org", "c@example.org")
    assert (one.when.at, one.when.local, one.when.basis) == (
        "2024-03-01T10:00:00+00:00", "2024-03-01T11:00:00", "offset")  # fmt: skip
    assert (one.native_id, one.reply_to) == ("abc-1@mail.example", "abc-0@mail.example")
    assert one.attachments == ("1/foto nº1.png", "1/part-2.eml")
    assert one.detail["relays"] == 1
    assert codes(found) == []


def test_its_files_are_listed_with_their_own_bytes() -> None:
    files = _files(LETTER)
    assert list(files) == ["1/foto nº1.png", "1/part-2.eml"]
    assert files["1/foto nº1.png"] == PICTURE
    assert files["1/part-2.eml"] == b"From: x@example.org\r\nSubject: dentro\r\n\r\nhola"
    assert score(READER, files["1/part-2.eml"]) >= 30


def test_a_mailbox() -> None:
    found = read(READER, BOX)
    assert_accounts(found)
    one, two, three = units(found)
    assert (one.text, one.locator) == ("uno\nhola\nFrom casa", "msg=1;line=2-7")
    assert (two.text, two.locator) == ("dos\nFrom noon on I work.", "msg=2;line=9-13")
    assert (three.text, three.flags) == ("sin campos", ("no_headers",))
    assert (one.when.local, one.when.basis, one.detail["time_from"]) == (
        "2024-03-01T10:00:00", "device-local", "mailbox line")  # fmt: skip


def test_an_emlx_ends_where_it_says() -> None:
    body = b"From: a@example.org\nTo: b@example.org\nSubject: x\n\nhola\n"
    found = read(READER, str(len(body)).encode() + b"      \n" + body + b"<?xml version='1.0'?><plist/>\n")
    (one,) = units(found)
    assert one.text == "x\nhola"
    short = read(READER, b"900\n" + body)
    assert codes(short) == ["R-TRUNCATED"]


def test_html_alone_and_html_that_says_something_else() -> None:
    head = "From: a@example.org\nTo: b@example.org\nSubject: s\n"
    only = _mail(f"{head}Content-Type: text/html\n\n<p>Hola <a href='https://wa.me/34600000001'>aquí</a></p>")
    assert only.text == "s\nHola aquí <https://wa.me/34600000001>"
    assert only.flags == ("html_only",)
    both = (
        f"{head}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nhola\n"
        "--b\nContent-Type: text/html\n\n<p>paga quinientos euros mañana</p>"
        "<p style='display:none'>clave oculta</p>\n--b--\n"
    )
    found = read(READER, both.encode())
    assert_accounts(found)
    assert [(u.flags, u.text) for u in units(found)][1:] == [
        (("html_alternative",), "paga quinientos euros mañana"), (("hidden_text",), "clave oculta")]  # fmt: skip


def test_raw_bytes_in_headers_and_unknown_charsets() -> None:
    data = b"From: Jos\xe9 <j@example.org>\nTo: x@example.org\nSubject: ma\xf1ana\n"
    data += b"Content-Type: text/plain; charset=x-nope\n\nse\xf1or"
    (one,) = units(read(READER, data))
    assert (one.sender_name, one.text) == ("José", "mañana\nseñor")
    assert header_text("=?utf-8?B?bm8gdmFsaWQ?=") == "no valid"
    assert header_text("=?nope?Q?a=E1?= b") == "aá b"


@pytest.mark.parametrize(
    ("said", "at", "local", "basis"),
    [
        ("Fri, 01 Mar 2024 11:00:00 +0100", "2024-03-01T10:00:00+00:00", "2024-03-01T11:00:00", "offset"),
        ("1 Mar 24 11:00 EST", "2024-03-01T16:00:00+00:00", "2024-03-01T11:00:00", "offset"),
        ("Fri, 1 Mar 2024 11:00:00 -0000", "2024-03-01T11:00:00+00:00", None, "utc"),
        ("Fri, 1 Mar 2024 11:00:00 GMT", "2024-03-01T11:00:00+00:00", None, "utc"),
        ("Fri, 1 Mar 2024 11:00:00", None, "2024-03-01T11:00:00", "device-local"),
        ("Fri, 1 Mar 2024 11:00:00 IST", None, "2024-03-01T11:00:00", "device-local"),
        ("16 May 2016 at 09:30:32  GMT+1", "2016-05-16T08:30:32+00:00", "2016-05-16T09:30:32", "offset"),
        ("vie., 1 de marzo de 2024 11:00:00 +0100", None, "2024-03-01T11:00:00", "device-local"),
        ("Fri, 31 Feb 2024 11:00:00 +0100", None, None, "none"),
        ("<HR>", None, None, "none"),
    ],
)  # fmt: skip
def test_times(said: str, at: str | None, local: str | None, basis: str) -> None:
    moment = mail_time(said, None)
    assert (moment.at, moment.local, moment.basis, moment.source) == (at, local, basis, said)


def test_addresses() -> None:
    said = ["Equipo: d@example.org, e@example.org;; undisclosed-recipients:;", '"x, y" <z@example.org>; solo nombre']
    assert parties(said) == [
        Party("", "d@example.org"), Party("", "e@example.org"), Party("x, y", "z@example.org"),
        Party("solo nombre", "")]  # fmt: skip


def test_what_is_no_mail() -> None:
    assert score(READER, b"From here on we walk.\nTo the sea.") == 0
    assert score(READER, b"Subject: a list\n\nof things") == 0
    assert score(READER, b"2024-03-01 10:00 - Ana: hola") == 0
    assert score(READER, LETTER) == 85


def test_gmail_labels_and_delivered_to_tell_the_direction() -> None:
    head = "From: a@example.org\nTo: b@example.org\nDate: Fri, 1 Mar 2024 11:00:00 +0100\n"
    assert _mail(f"{head}X-Gmail-Labels: Sent,Opened\n\nx").direction == "outgoing"
    assert _mail(f"{head}Delivered-To: b@example.org\n\nx").direction == "incoming"
    assert _mail(f"{head}\nx").direction is None


def test_a_message_cut_anywhere_never_raises_and_the_loss_is_told() -> None:
    begin = LETTER.index(b"--=_outer")
    for cut in range(1, len(LETTER), 7):
        found = read(READER, LETTER[:cut])
        assert_accounts(found)
        if 12 < cut < len(LETTER) - 14 and cut not in range(begin - 40, begin):
            assert "R-TRUNCATED" in codes(found), cut
        _files(LETTER[:cut])


def test_deep_and_many_parts_are_bounded() -> None:
    deep = b"From: a@b.example\nTo: c@d.example\nSubject: s\n"
    for n in range(60):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
    assert "R-LIMIT" in codes(read(READER, deep + b"\nhola"))
    many = b"From: a@b.example\nTo: c@d.example\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
    many += b"--b\nContent-Type: image/png\n\nx\n" * 3000 + b"--b--\n"
    found = read(READER, many)
    assert "R-LIMIT" in codes(found)
    assert tallies(found)["attachments"] == 2000


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=300), st.sampled_from([b"", LETTER[:900], BOX[:120], b"12\n", b"From x 10:00 2024\n"]))
def test_any_bytes_never_raise(data: bytes, before: bytes) -> None:
    score(READER, before + data)
    assert_accounts([*read(READER, before + data)])
    _files(before + data)
    tree_of(before + data)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200), st.binary(max_size=500))
def test_what_the_standard_library_writes_is_read(text: str, content: bytes) -> None:
    from email.message import EmailMessage

    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.org", "b@example.org", "asunto"
    made.set_content(text + "\n")
    made.add_attachment(content, maintype="application", subtype="octet-stream", filename="datos.bin")
    (one,) = units(read(READER, made.as_bytes()))
    assert one.text.split() == ["asunto", *text.split()]
    assert _files(made.as_bytes()) == {"1/datos.bin": content}


@pytest.mark.skipif(not (SHARED / "email").is_dir(), reason="the shared corpus is not there")
def test_the_corpus() -> None:
    folder = SHARED / "email" / "apache__tika"
    counts = {path.name: tallies(read(READER, path.read_bytes())) for path in sorted(folder.iterdir())}
    assert counts.pop("complex.mbox")["records"] == 3
    assert {one["records"] for one in counts.values()} == {1}
    assert counts["testRFC822_multipart_attachments.eml"]["attachments"] == 2
    assert len(_files((folder / "testEmailWithPNGAtt.eml").read_bytes())["1/testPNG.png"]) > 10_000
    (one,) = units(read(READER, (folder / "testRFC822_date_utf8").read_bytes()))
    assert one.sender_name == "Philipp Steinkrüger"
