"""The controller's phone as a UFDR: `report.xml` (Cellebrite, reports 2.0) and the files it lists, zipped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from samples.build.archives import zipped
from samples.build.story import DRIVER, HOUSE, MARIBEL, NAMES, NILDA, OSCAR, PARTNERS, Line

PICTURE = "files/Image/cuenta.jpg"
_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<project id="debt-house-1" name="exhibit 1" reportVersion="5.6.0.0" extractionType="Logical"
 xmlns="http://pa.cellebrite.com/report/2.0">
<sourceExtractions><extractionInfo id="0" name="Logical" type="Logical"/></sourceExtractions>
<metadata section="Extraction Data">
<item name="DeviceInfoExtractionStartDateTime">05/03/2024 10:00:00(UTC+0)</item></metadata>
<metadata section="Device Info"><item name="IMEI">356938035643809</item><item name="MSISDN">{owner}</item></metadata>
"""


def _field(name: str, value: str, kind: str = "String") -> str:
    return f'<field name="{name}" type="{kind}"><value type="{kind}"><![CDATA[{value}]]></value></field>'


def _time(name: str, at: str) -> str:
    stamp = at.replace(" ", "T") + "+00:00"
    return (
        f'<field name="{name}" type="TimeStamp"><value type="TimeStamp" format="TimeStampKnown" '
        f'formattedTimestamp="{stamp}">{stamp}</value></field>'
    )


def _jid(number: str) -> str:
    return number.removeprefix("+") + "@s.whatsapp.net"


def _party(model: str, number: str, role: str = "") -> str:
    owner = "True" if number == NILDA else "False"
    inner = _field("Identifier", _jid(number)) + _field("Name", NAMES[number])
    inner += _field("Role", role or "General") + _field("IsPhoneOwner", owner, "Boolean")
    return f'<model type="Party" id="{model}" deleted_state="Intact">{inner}</model>'


def _message(chat: str, number: int, line: Line, others: Sequence[str]) -> str:
    model = f"{chat}-m{number:02d}"
    state = "Deleted" if line.deleted else "Intact"
    parts = [f'<modelField name="From" type="Party">{_party(model + "-f", line.sender, "From")}</modelField>']
    to = "".join(_party(f"{model}-t{n}", o, "To") for n, o in enumerate(o for o in others if o != line.sender))
    parts.append(f'<multiModelField name="To" type="Party">{to}</multiModelField>')
    parts += [_field("Body", line.text), _time("TimeStamp", line.at), _field("Source", "WhatsApp")]
    if line.file:
        attachment = _field("Filename", line.file) + _field("ContentType", "image/jpeg")
        parts.append(
            '<multiModelField name="Attachments" type="Attachment"><model type="Attachment" '
            f'id="{model}-a" deleted_state="Intact">{attachment}'
            f'<field name="attachment_extracted_path" type="String"><value type="String">{PICTURE}</value></field>'
            "</model></multiModelField>"
        )
    return f'<model type="InstantMessage" id="{model}" deleted_state="{state}">{"".join(parts)}</model>'


def _chat(chat: str, name: str, lines: Sequence[Line], members: Sequence[str]) -> str:
    people = "".join(_party(f"{chat}-p{n}", m) for n, m in enumerate(members))
    messages = "".join(_message(chat, n, line, members) for n, line in enumerate(lines, 1))
    return (
        f'<model type="Chat" id="{chat}" deleted_state="Intact">{_field("Source", "WhatsApp")}{_field("Id", chat)}'
        f'{_field("Name", name)}<multiModelField name="Participants" type="Party">{people}</multiModelField>'
        f'<multiModelField name="Messages" type="InstantMessage">{messages}</multiModelField></model>'
    )


def _contact(number: int, phone: str) -> str:
    entry = _field("Category", "Mobile") + _field("Value", phone)
    return (
        f'<model type="Contact" id="contact-{number}" deleted_state="Intact">{_field("Source", "Phone")}'
        f'{_field("Name", NAMES[phone])}<multiModelField name="Entries" type="ContactEntry"><model type="PhoneNumber" '
        f'id="contact-{number}-e" deleted_state="Intact">{entry}</model></multiModelField></model>'
    )


def _call(at: str, phone: str, direction: str) -> str:
    return (
        f'<model type="Call" id="call-1" deleted_state="Intact">{_field("Source", "Phone")}'
        f"{_field('Direction', direction)}{_field('Type', 'Missed')}{_time('TimeStamp', at)}"
        f'{_field("Duration", "00:00:00", "TimeSpan")}<multiModelField name="Parties" type="Party">'
        f"{_party('call-1-p', phone, 'From')}</multiModelField></model>"
    )


def _models(kind: str, models: Sequence[str]) -> str:
    return f'<modelType type="{kind}">{"".join(models)}</modelType>'


def _tagged(files: Mapping[str, bytes], wrong: str) -> str:
    out = []
    for n, (path, data) in enumerate(files.items()):
        digest = hashlib.sha256(data).hexdigest() if path != wrong else "0" * 64
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        out.append(
            f'<file id="file-{n}" path={quoteattr("/data/media/0/" + path.rsplit("/", 1)[1])} size="{len(data)}">'
            f'<metadata section="File"><item name="Local Path">{escape(path)}</item>'
            f'<item name="MD5">{md5}</item><item name="SHA256">{digest}</item></metadata></file>'
        )
    return f"<taggedFiles>{''.join(out)}</taggedFiles>"


def build(picture: bytes, note: bytes) -> bytes:
    """The archive. One file's hash in the report is wrong on purpose: the tool must say so."""
    files = {PICTURE: picture, "files/Text/nota.txt": note}
    decoded = _models("Chat", [
        _chat("chat-1", "Maribel", HOUSE, (NILDA, MARIBEL)), _chat("chat-2", "Óscar Agencia", PARTNERS, (NILDA, OSCAR)),
    ]) + _models("Call", [_call("2024-02-27 22:20:00", MARIBEL, "Incoming")])  # fmt: skip
    decoded += _models("Contact", [_contact(n, p) for n, p in enumerate((MARIBEL, OSCAR, DRIVER))])
    report = _HEAD.format(owner=NILDA) + _tagged(files, "files/Text/nota.txt")
    report += f"<decodedData>{decoded}</decodedData></project>\n"
    return zipped({"report.xml": report.encode(), **files})
