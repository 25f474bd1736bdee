"""Builds `samples/debt-house`, byte for byte the same each time: `python -m samples.build.build [--check]`.

Three devices: a controller's phone (UFDR), a recruiter's folder, an affected person's WhatsApp export with media;
beside them a cut-off archive, a locked one and a file nobody can read. `expected.jsonl` says what must be found and
what must not; `expected.json` holds the options of the run.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from samples.build import pictures, ufdr
from samples.build.archives import locked, zipped
from samples.build.story import (
    CHANNEL,
    DAYANA,
    HOME,
    HOUSE,
    MARIBEL,
    NAMES,
    NILDA,
    OFFERS,
    OSCAR,
    PARTNERS,
    WATCH,
    Line,
)

CASE = Path(__file__).resolve().parents[1] / "debt-house"
CHAT = "Chat de WhatsApp con Sandra.txt"
REGIONS = {"controller.ufdr": ["ES"], "recruiter": ["MX", "ES"], "affected.zip": ["HN", "ES"]}


def whatsapp(lines: Sequence[Line]) -> tuple[str, list[str]]:
    """An Android export in Spanish; the locator of each line."""
    out = ["27/2/24, 21:50 - Los mensajes y las llamadas están cifrados de extremo a extremo."]
    locators = []
    for line in lines:
        day, clock = line.at.split(" ")
        year, month, date = day.split("-")
        text = line.text or f"{line.file} (archivo adjunto)"
        out.append(f"{int(date)}/{int(month)}/{year[2:]}, {clock[:5]} - {line.sender}: {text}")
        locators.append(f"line={len(out)}")
    return "\n".join(out) + "\n", locators


def sms(lines: Sequence[Line]) -> tuple[str, list[str]]:
    """An SMS Backup & Restore file of the recruiter's phone, with an emoji written as two surrogate references."""
    from datetime import UTC, datetime
    from xml.sax.saxutils import escape

    out = ["<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>", f'<smses count="{len(lines)}">']
    for line in lines:
        stamp = int(datetime.fromisoformat(line.at + "+00:00").astimezone(UTC).timestamp() * 1000)
        outgoing = line.sender == OSCAR
        address = (DAYANA if line.at >= "2024-01-18" else MARIBEL) if outgoing else line.sender
        body = escape(line.text, {'"': "&quot;"}).replace("🙂", "&#55357;&#56898;")
        out.append(
            f'  <sms protocol="0" address="{address}" date="{stamp}" type="{2 if outgoing else 1}" subject="null" '
            f'body="{body}" service_center="null" read="1" status="-1" contact_name="{NAMES[address]}" />'
        )
    return "\n".join([*out, "</smses>"]) + "\n", [f"xml=/smses/sms[{n}]" for n in range(1, len(lines) + 1)]


def telegram(lines: Sequence[Line]) -> tuple[str, list[str]]:
    """A Telegram Desktop export of one chat."""
    from datetime import UTC, datetime

    messages = [
        {"id": n, "type": "message", "date": line.at,
         "date_unixtime": str(int(datetime.fromisoformat(line.at + "+00:00").astimezone(UTC).timestamp())),
         "from": line.sender, "from_id": f"user{len(line.sender)}", "text": line.text, "text_entities": []}
        for n, line in enumerate(lines, 1)
    ]  # fmt: skip
    chat = {"name": "Ruta", "type": "private_group", "id": 4242, "messages": messages}
    return json.dumps(chat, ensure_ascii=False, indent=1) + "\n", [f"ptr=/messages/{n}" for n in range(len(lines))]


def cards() -> str:
    """Two vCards of the recruiter's phone book."""
    people = ((NILDA, "Nilda Casa"), (DAYANA, "Dayana GT"))
    made = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=CELL:{number}\r\nEND:VCARD\r\n" for number, name in people
    ]
    return "".join(made)


def files() -> tuple[dict[str, bytes], list[dict[str, object]]]:
    """Every file of the sample by its path, and the key."""
    home, home_at = whatsapp(HOME)
    offers, offers_at = sms(OFFERS)
    channel, channel_at = telegram(CHANNEL)
    affected = {
        CHAT: home.encode(), "IMG-20240227-WA0003.png": pictures.dark_chat(),
        "IMG-20240228-WA0001.jpg": pictures.receipt(),
    }  # fmt: skip
    whole = zipped({f"copia/{n}.txt": (f"hoja {n}\n" * 400).encode() for n in range(6)}, 0)
    made: dict[str, bytes] = {
        "controller.ufdr": ufdr.build(pictures.ledger_page(), b"cambiar el candado de la puerta\n"),
        "affected.zip": zipped(affected),
        "recruiter/sms-20240301100000.xml": offers.encode(),
        "recruiter/telegram/result.json": channel.encode(),
        "recruiter/contactos.vcf": cards().encode(),
        "recruiter/pantalla.png": pictures.light_chat(),
        "recruiter/parada.jpg": pictures.photo_with_place(40.416775, -3.70379),
        "recruiter/vista.jpg": pictures.photo_without_place(),
        "recruiter/copia-cortada.zip": whole[: len(whole) * 3 // 5],
        "recruiter/cerrado.zip": locked("cuentas.txt", b"numeros de cuenta\n", b"clave"),
        "recruiter/datos.bin": random.Random(11).randbytes(3000),
        "watch.csv": WATCH.encode(),
    }
    key = [
        *_key("affected.zip", f"affected.zip!/{CHAT}", HOME, home_at),
        *_key("recruiter", "sms-20240301100000.xml", OFFERS, offers_at),
        *_key("recruiter", "telegram/result.json", CHANNEL, channel_at),
        *_key("controller.ufdr", "controller.ufdr!/report.xml", HOUSE, _ids("chat-1", HOUSE)),
        *_key("controller.ufdr", "controller.ufdr!/report.xml", PARTNERS, _ids("chat-2", PARTNERS)),
        _want("affected.zip!/IMG-20240228-WA0001.jpg", None, "WU_MTCN=4832219075"),
        _want("affected.zip!/IMG-20240227-WA0003.png", None, "debt_bondage"),
        _want("pantalla.png", None, "PHONE=+12015550123"),
        _want("parada.jpg", None, "GEO_POINT=40.416775,-3.703790"),
        _want("contactos.vcf", None, f"PHONE={NILDA}"),
        _want("vista.jpg", None, "!GEO_POINT"),
    ]
    made["expected.jsonl"] = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in key).encode()
    options = {"watch": ["watch.csv"], "regions": REGIONS, "zones": {"affected.zip": "Europe/Madrid"}}
    made["expected.json"] = (json.dumps(options, indent=1) + "\n").encode()
    return made, key


def _ids(chat: str, lines: Sequence[Line]) -> list[str]:
    return [f"msg={chat}-m{n:02d}" for n in range(1, len(lines) + 1)]


def _key(source: str, path: str, lines: Sequence[Line], locators: Sequence[str]) -> Iterator[dict[str, object]]:
    for line, locator in zip(lines, locators, strict=True):
        for expected in line.expect:
            yield _want(path, locator, expected)


def _want(path: str, locator: str | None, expected: str) -> dict[str, object]:
    type, _, value = expected.removeprefix("!").partition("=")
    row: dict[str, object] = {"path": path, "type": type, "must": not expected.startswith("!")}
    if locator is not None:
        row["locator"] = locator
    if value:
        row["value_normalised"] = value
    return row


def differing(made: Mapping[str, bytes]) -> list[str]:
    """Paths whose bytes on the disk are not those that were built."""
    known = {p.relative_to(CASE).as_posix() for p in CASE.rglob("*") if p.is_file()}
    return sorted(
        p for p in known | made.keys() if p not in made or p not in known or (CASE / p).read_bytes() != made[p]
    )


def main() -> int:
    made, _ = files()
    if "--check" in sys.argv:
        wrong = differing(made)
        print("\n".join(f"differs: {p}" for p in wrong) or "every file is as built")
        return 1 if wrong else 0
    for path, data in made.items():
        target = CASE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    print(f"{len(made)} files in {CASE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
