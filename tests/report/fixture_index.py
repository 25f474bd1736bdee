"""A synthetic index for the tests of the report: three sources, some seventy units, findings of each kind, problems.

Everybody is invented; numbers are of ranges reserved for fiction or examples. The case is told in Spanish, English,
Arabic, Chinese, Hindi and Romanian, with emoji and hostile names, so that the page meets what real evidence does to it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from triage.analysis import entities, identities, ledger, reading_order
from triage.ids import finding_id, item_id, problem_id, unit_id
from triage.index import schema
from triage.model import Finding, ItemId, Kind, Problem, Status, Toward, UnitId

RAMON, MARIA, SISTER, IVAN, LAWYER = "+34600555010", "+34600555011", "+573005550112", "+34600555013", "+34915550199"
IBAN = "ES9121000418450200051332"


@dataclass(slots=True)
class Case:
    """Writes rows as the index writer would: ids from content, JSON columns canonical."""

    db: sqlite3.Connection
    seqs: dict[str, int] = field(default_factory=dict)
    exhibit: int = 0
    texts: dict[str, str] = field(default_factory=dict)

    def source(
        self, label: str, kind: str, provenance: str, zone: str | None = None, exhibit: str | None = None
    ) -> None:
        digest = hashlib.sha256(label.encode()).hexdigest()
        row = (label, f"{label}.zip", digest, exhibit, kind, provenance, zone, None, "2024-05-02T09:00:00+00:00")
        self.db.execute("insert into sources values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def item(
        self, source: str, path: str, status: Status = "read", media: str = "text/plain", size: int = 4096
    ) -> ItemId:
        digest = hashlib.sha256(f"{source}/{path}".encode("utf-8", "replace")).hexdigest()
        item = item_id(source, path, digest)
        reader = "whatsapp_txt@1" if status == "read" else None
        self.db.execute(
            "insert into items(id, parent_id, source, path, size, sha256, media_type, reader, status, flags)"
            " values (?, null, ?, ?, ?, ?, ?, ?, ?, '[]')",
            (item, source, path, size, digest, media, reader, status),
        )
        return item

    def unit(
        self, item: ItemId, text: str, *, sender: str = "", name: str = "", to: tuple[str, ...] = (), talk: str = "",
        at: str | None = None, local: str | None = None, written: str = "", origin: str = "message",
        app: str = "WhatsApp", direction: str | None = None, deleted: bool = False, lang: str | None = None,
        flags: tuple[str, ...] = (),
    ) -> UnitId:  # fmt: skip
        seq = self.seqs[item] = self.seqs.get(item, -1) + 1
        unit = unit_id(item, f"line={seq + 1}", origin)
        basis = "utc" if at else "device-local" if local else "ambiguous" if written else "none"
        self.db.execute(
            """insert into units(id, item_id, origin, locator, app, conversation, sender, recipients, sent_at,
               sent_at_local, sent_at_source, time_basis, direction, deleted, lang, text, flags, sender_name, detail,
               native_id, reply_to, seq) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'{}','','',?)""",
            (
                unit, item, origin, f"line={seq + 1}", app, talk, sender, json.dumps(to, ensure_ascii=False), at, local,
                written or at or local or "", basis, direction, int(deleted), lang, text,
                json.dumps(sorted(flags)), name, seq,
            ),
        )  # fmt: skip
        self.texts[unit] = text
        return unit

    def find(
        self, unit: UnitId, kind: Kind, type_: str, quote: str, value: str | None = None, *, grade: str = "strong",
        toward: Toward = "", flags: tuple[str, ...] = (), reported: bool = True, rule: str = "es.debt.work_off@1",
        parts: tuple[tuple[str, str], ...] = (), detail: dict[str, object] | None = None,
    ) -> str:  # fmt: skip
        start = self.texts[unit].index(quote)
        made = Finding(
            kind=kind, type=type_, value=quote if value is None else value, start=start, end=start + len(quote),
            grade=grade, rule=rule, toward=toward, flags=tuple(sorted(flags)), reported=reported,  # type: ignore[arg-type]
        )  # fmt: skip
        name = finding_id(unit, made)
        self.db.execute(
            """insert into findings(id, unit_id, kind, type, value, quote, start, "end", grade, reported, toward, flags,
               rule, detail) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                name, unit, kind, type_, made.value, quote, made.start, made.end, grade, int(reported), toward,
                json.dumps(sorted(flags)), rule, json.dumps(detail or {}, ensure_ascii=False),
            ),
        )  # fmt: skip
        for n, (role, words) in enumerate(parts):
            low = self.texts[unit].index(words)
            self.db.execute(
                "insert into finding_parts values (?,?,?,?,?,?)", (name, n, role, unit, low, low + len(words))
            )
        if reported:
            self.number(unit)
        return name

    def number(self, unit: UnitId) -> None:
        if self.db.execute("select 1 from exhibits where unit_id = ?", (unit,)).fetchone() is None:
            self.exhibit += 1
            item = self.db.execute("select item_id from units where id = ?", (unit,)).fetchone()[0]
            self.db.execute("insert into exhibits values (?, ?, ?)", (self.exhibit, item, unit))

    def problem(self, item: ItemId, code: str, message: str, locator: str = "", records: int = 0) -> None:
        made = Problem(code=code, stage="read", locator=locator, message=message, records=records)
        row = (problem_id(item, made), code, "read", item, locator, message, records)
        self.db.execute("insert into problems values (?,?,?,?,?,?,?)", row)

    def finish(self) -> None:
        self.db.execute(
            """insert into tallies select i.id, 'records', count(u.id) + coalesce(
                 (select sum(p.records) from problems p where p.item_id = i.id), 0)
               from items i left join units u on u.item_id = i.id where i.status = 'read' group by i.id"""
        )
        entities.fill(self.db)
        identities.fill(self.db)
        ledger.fill(self.db)
        reading_order.fill(self.db)
        meta = {
            "case_uuid": "0d7c1f52-6a0e-4b7e-9a51-3f6f2f0c9a11",
            "created_at": "2024-05-02T10:31:07+00:00",
            "tool_version": "0.1.0",
            "index_root": hashlib.sha256(b"root").hexdigest(),
            "custody_head": hashlib.sha256(b"head").hexdigest(),
            "pack_hash": hashlib.sha256(b"packs").hexdigest(),
            "run_state": "complete",
            "case": json.dumps({"number": "2024/0815", "examiner": "A. Prüfer", "authority": "Order 77/2024"}),
            "settings": json.dumps({"packs": ["en", "es"], "regions": ["ES"], "tz": {"maria": None}, "ocr": True}),
            "versions": json.dumps(
                {"python": "3.11.7", "sqlite": "3.40.1", "tzdata": "2026.1", "phonenumbers": "9.0.43"}
            ),
            "watch_lists": json.dumps([WATCH], ensure_ascii=False),
        }
        self.db.executemany("insert into meta values (?, ?)", meta.items())


WATCH = {
    "name": "task-force-7.csv", "sha256": hashlib.sha256(b"list").hexdigest(), "entries": 4, "hits": 2,
    "unhit": [{"row": 3, "value": "Hotel Miramar"}, {"row": 4, "value": "+40 712 555 019"}],
}  # fmt: skip


def build(path: Path, payloads: tuple[str, ...] = ()) -> sqlite3.Connection:
    """The index at `path`; each of `payloads` becomes a source of trouble in every field that evidence fills."""
    case = Case(schema.create(path))
    case.db.execute("begin")
    _controller(case)
    _affected(case)
    _recruiter(case)
    _unread(case)
    for number, payload in enumerate(payloads):
        _hostile(case, number, payload)
    case.finish()
    case.db.execute("commit")
    case.db.executescript(schema.INDEXES)
    return case.db


def _controller(case: Case) -> None:
    case.source("controller-phone", "ufdr", "vendor-extraction", "Europe/Madrid", "K-2024-17/3")
    item = case.item("controller-phone", "extraction.ufdr!/report.xml", media="application/xml", size=18_400_211)
    for key, value in (("model", "Galaxy A54"), ("decoded_by", "Example Reader 7.60"), ("imei", "490154203237518")):
        case.db.execute("insert into source_facts values (?, ?, ?)", (item, key, value))

    def say(text: str, at: str, mine: bool = True, **more: object) -> UnitId:
        sender, name, to = (RAMON, "Ramón", (MARIA,)) if mine else (MARIA, "María nueva", (RAMON,))
        return case.unit(
            item, text, sender=sender, name=name, to=to, talk="María nueva", at=f"2024-03-{at}:00+00:00",
            direction="outgoing" if mine else "incoming", lang="es", **more,  # type: ignore[arg-type]
        )  # fmt: skip

    say("Los mensajes y las llamadas están cifrados de extremo a extremo.", "01T08:00", origin="event")
    say("buenos días", "01T08:02")
    say("ya llegaste al piso?", "01T08:03")
    say("sí, estoy con las otras", "01T08:20", mine=False)
    debt = say("me debes 2.400 euros del billete y no te vas hasta que pagues todo", "01T08:31")
    case.find(
        debt, "indicator", "debt_bondage", "me debes 2.400 euros del billete y no te vas hasta que pagues todo",
        "debt with a condition to leave", toward="to_addressee",
        parts=(("predicate", "me debes"), ("sum", "2.400 euros"), ("condition", "hasta que pagues todo")),
    )  # fmt: skip
    case.find(debt, "amount", "AMOUNT", "2.400 euros", "EUR 2400", grade="format", rule="payments.amount@1",
              detail={"amount": "2400", "currency": "EUR", "role": "debt"})  # fmt: skip
    say("pero usted dijo que era gratis 😢", "01T08:40", mine=False)
    papers = say("el pasaporte lo guardo yo, cuando termines de pagar te lo doy", "01T08:44")
    case.find(
        papers, "indicator", "document_retention", "el pasaporte lo guardo yo", "papers kept by another person",
        toward="to_addressee", rule="es.documents.kept@1",
    )  # fmt: skip
    say("ok", "01T08:45", mine=False)
    for n in range(6):
        say(f"mañana te recojo a las {7 + n}", f"02T0{n}:15")
    fine = say("por llegar tarde son 150 euros más, ya van 2.550", "03T21:10")
    case.find(fine, "indicator", "debt_bondage", "150 euros más, ya van 2.550", "growing debt", toward="to_addressee",
              parts=(("sum", "150 euros"), ("sum", "2.550")))  # fmt: skip
    case.find(fine, "amount", "AMOUNT", "150 euros", "EUR 150", grade="format", rule="payments.amount@1")
    say("no es justo", "03T21:12", mine=False)
    threat = say("si te escapas mando a alguien a casa de tu madre en Cali, sabes que lo hago", "03T21:15")
    case.find(threat, "indicator", "threat_family", "si te escapas mando a alguien a casa de tu madre",
              "harm to family with a condition", toward="to_addressee", rule="es.threat.family@2",
              parts=(("condition", "si te escapas"), ("object", "tu madre")))  # fmt: skip
    case.find(threat, "location", "PLACE", "Cali", "GN:3687925", grade="context", rule="places.city@1",
              detail={"name": "Cali", "country": "CO"})  # fmt: skip
    pay = say(f"ingresa en esta cuenta {IBAN[:4]} {IBAN[4:8]} {IBAN[8:12]} {IBAN[12:16]} {IBAN[16:20]} {IBAN[20:]} y "
              "manda foto del recibo", "04T10:00")  # fmt: skip
    spaced = " ".join(IBAN[i : i + 4] for i in range(0, len(IBAN), 4))
    case.find(pay, "payment", "IBAN", spaced, IBAN, grade="checksum", rule="payments.iban@1")
    say("Llamada perdida", "04T10:05", origin="call", flags=("missed",))
    say("borra este chat si viene la policía", "04T10:06", deleted=True)
    cards = case.item("controller-phone", "extraction.ufdr!/contacts.vcf", media="text/vcard", size=912)
    for name, number in (("María nueva", MARIA), ("Iván contratos", IVAN), ("Abogada", LAWYER)):
        card = case.unit(cards, f"{name}\n{number}", sender=number, name=name, origin="contact", app="Contacts")
        case.find(card, "phone", "PHONE", number, number, grade="format", rule="phones.e164@1")


def _affected(case: Case) -> None:
    case.source("maria", "zip", "user-export")
    item = case.item("maria", "WhatsApp Chat - Hermana.zip!/_chat.txt", size=20_113)
    case.problem(item, "R-DATE-ORDER", "The day/month order cannot be decided from this file; its times stay unset. "
                 "Source times are kept as written.")  # fmt: skip

    def say(text: str, clock: str, me: bool = True, lang: str = "es", talk: str = "Hermana") -> UnitId:
        return case.unit(item, text, sender="María" if me else talk, talk=talk, written=clock, lang=lang)

    say("hola mi amor cómo estás", "02/03/24, 22:01", me=False)
    say("mal", "02/03/24, 22:05")
    plea = say(
        "no nos dejan salir, la puerta está cerrada con llave y él tiene mi pasaporte. ayúdame", "02/03/24, 22:14"
    )
    case.find(plea, "indicator", "movement_restriction", "no nos dejan salir", "not allowed out", toward="self_report",
              flags=("welfare",), rule="es.movement.not_let_out@1")  # fmt: skip
    case.find(plea, "indicator", "document_retention", "él tiene mi pasaporte", "papers kept by another person",
              toward="self_report", rule="es.documents.has_mine@1")  # fmt: skip
    say("Dios mío, ¿dónde estás?", "02/03/24, 22:15", me=False)
    where = say("no sé, cerca de Lavapiés. mira https://maps.google.com/?q=40.4089,-3.7010", "02/03/24, 22:16")
    case.find(where, "location", "GEO_POINT", "https://maps.google.com/?q=40.4089,-3.7010", "40.408900,-3.701000",
              grade="format", rule="places.google_link@1")  # fmt: skip
    case.find(where, "link", "URL", "https://maps.google.com/?q=40.4089,-3.7010", grade="format", rule="links.url@1")
    call = say(f"llama al {SISTER} que es la vecina", "02/03/24, 22:18", me=False)
    case.find(call, "phone", "PHONE", SISTER, SISTER, grade="format", rule="phones.e164@1")
    say("‎imagen omitida", "02/03/24, 22:20")
    arabic = case.unit(
        item, "يضربوننا إذا لم نعمل، أريد أن أهرب 🙏 +34600555013", sender="María", talk="نور", lang="ar",
        local="2024-03-05T23:40:00", written="05/03/2024 11:40 م",
    )  # fmt: skip
    case.find(arabic, "indicator", "threat_violence", "يضربوننا إذا لم نعمل", "reported beating at work",
              toward="self_report", flags=("welfare",), rule="ar.threat.beating@1")  # fmt: skip
    case.find(arabic, "phone", "PHONE", IVAN, IVAN, grade="format", rule="phones.e164@1")
    case.find(arabic, "watch", "PHONE", IVAN, "task-force-7.csv:1", grade="format", rule="watch.phone@1",
              detail={"list": "task-force-7.csv", "row": 1, "value": "600 555 013", "note": "driver?"})  # fmt: skip
    case.unit(item, "لا تخافي، سأتصل بالشرطة", sender="نور", talk="نور", lang="ar", local="2024-03-05T23:44:00")
    case.unit(item, "我在这里很害怕", sender="María", talk="نور", lang="zh", local="2024-03-05T23:50:00")
    case.unit(item, "मेरा वेतन तीन महीने से नहीं मिला", sender="María", talk="نور", lang="hi", local="2024-03-06T07:00:00")
    shot = case.item("maria", "IMG-20240306-WA0002.jpg", media="image/jpeg", size=212_009)
    text = case.unit(shot, "BANCO EJEMPLO\nTransferencia\n1.200,00 EUR\nBeneficiario R. Ejemplo", origin="ocr",
                     app="", lang="es")  # fmt: skip
    case.find(text, "amount", "AMOUNT", "1.200,00 EUR", "EUR 1200", grade="format", rule="payments.amount@1",
              flags=("ocr_repaired",))  # fmt: skip
    photo = case.unit(shot, "GPSLatitude 40.4123 N; GPSLongitude 3.6989 W", origin="exif", app="")
    case.find(photo, "location", "GEO_POINT", "40.4123 N; GPSLongitude 3.6989 W", "40.412300,-3.698900",
              grade="format", rule="places.exif@1")  # fmt: skip


def _recruiter(case: Case) -> None:
    case.source("recruiter-phone", "folder", "device-files", "Europe/Madrid", "K-2024-17/4")
    item = case.item("recruiter-phone", "Telegram/result.json", media="application/json", size=98_221)

    def say(
        text: str, at: str, sender: str = IVAN, name: str = "Iván", lang: str = "en", talk: str = "Work in Spain 🇪🇸"
    ) -> UnitId:
        return case.unit(
            item, text, sender=sender, name=name, talk=talk, at=f"{at}:00+00:00", lang=lang, app="Telegram",
            direction="outgoing" if sender == IVAN else "incoming",
        )  # fmt: skip

    say("Good morning all", "2023-11-02T09:00")
    offer = say(
        "3000 a month, no papers no experience, we pay flight and room, dont tell the embassy", "2023-11-02T09:01"
    )
    case.find(offer, "indicator", "deception_recruitment",
              "3000 a month, no papers no experience, we pay flight and room, dont tell the embassy",
              "offer with paid travel and secrecy", toward="advert", rule="en.recruit.offer@3")  # fmt: skip
    case.find(offer, "amount", "AMOUNT", "3000", "XXX 3000", grade="context", reported=False, flags=("candidate",))
    say("Salut, mai este locul?", "2023-11-02T10:22", sender="+40712555017", name="Ioana", lang="ro")
    say("da, scrie-mi", "2023-11-02T10:25", lang="ro")
    price = say("6000 per head to cross, half now half on arrival", "2024-01-14T18:30", talk="Ramón M")
    case.find(price, "indicator", "smuggling_transport", "6000 per head to cross, half now half on arrival",
              "price per head", toward="unknown", rule="en.transport.per_head@1",
              parts=(("sum", "6000"),))  # fmt: skip
    case.find(price, "amount", "AMOUNT", "6000", "EUR 6000", grade="context", rule="payments.amount@1",
              flags=("region_assumed",))  # fmt: skip
    say("ok, send to my binance", "2024-01-14T18:33", sender=RAMON, name="Ramón M", talk="Ramón M")
    coin = say(
        "0x52908400098527886E0F7030069857D2E4169EE7", "2024-01-14T18:34", sender=RAMON, name="Ramón M", talk="Ramón M"
    )
    case.find(coin, "payment", "CRYPTO_ETH", "0x52908400098527886E0F7030069857D2E4169EE7", grade="checksum",
              rule="payments.eth@1")  # fmt: skip
    weak = say("she still owes me money", "2024-01-15T08:00", talk="Ramón M")
    case.find(weak, "indicator", "debt_bondage", "owes me money", grade="weak", toward="about_third", reported=False,
              rule="en.debt.owes@1")  # fmt: skip
    doc = say("her passport AB1234567 is in the drawer", "2024-01-15T08:05", talk="Ramón M")
    case.find(doc, "document", "PASSPORT_NO", "AB1234567", "ES:AB1234567", grade="context", rule="documents.passport@1")
    case.find(doc, "watch", "WORD", "passport", "task-force-7.csv:2", grade="format", rule="watch.word@1",
              detail={"list": "task-force-7.csv", "row": 2, "value": "passport", "note": ""})  # fmt: skip
    car = say("white van 4821 KLM", "2024-01-15T08:07", talk="Ramón M")
    case.find(car, "document", "PLATE", "4821 KLM", "ES:4821KLM", grade="format", rule="documents.plate@1")
    say("typo", "2071-01-01T00:00", talk="Ramón M")
    case.db.execute("update units set flags = '[\"absurd_time\"]' where text = 'typo'")
    long = say(
        "news " * 300 + "we keep your salary until the season ends" + " more" * 200, "2024-02-01T12:00", talk="Ramón M"
    )
    case.find(long, "indicator", "wage_withholding", "we keep your salary until the season ends", "pay kept back",
              toward="to_addressee", rule="en.wages.kept@1")  # fmt: skip
    copy = case.db.execute("select id from units where text like 'no nos dejan%'").fetchone()[0]
    other = case.item("recruiter-phone", "backup/msgstore.txt")
    twin = case.unit(other, case.texts[copy], sender="María", talk="Hermana", written="02/03/24, 22:14", lang="es")
    case.find(twin, "indicator", "movement_restriction", "no nos dejan salir", "not allowed out", toward="self_report",
              flags=("welfare",), rule="es.movement.not_let_out@1")  # fmt: skip
    case.db.execute("insert into links values ('same-message', ?, ?, 'time+text')", sorted((copy, twin)))


def _unread(case: Case) -> None:
    broken = case.item("maria", "copia.zip", "failed", "application/zip", 1_048_576)
    case.problem(broken, "C-TRUNCATED", "The zip archive is cut off or damaged at byte 1048576; 3 members were read. "
                 "Ask for a complete copy.")  # fmt: skip
    locked = case.item("maria", "privado.zip", "failed", "application/zip", 88_120)
    case.problem(locked, "C-LOCKED", "The zip archive is encrypted; its 4 members are listed and not read. "
                 "Give the password and run again.")  # fmt: skip
    crash = case.item("controller-phone", "media/IMG_0001.heic", "quarantined", "image/heic", 3_100_000)
    case.problem(crash, "K-CRASHED", "The worker died while reading this file, twice; the file is quarantined. "
                 "Look at it with another tool.")  # fmt: skip
    case.item("recruiter-phone", "app/cache.bin", "no-reader", "", 64_000)
    case.item("recruiter-phone", "app/model.tflite", "no-reader", "application/octet-stream", 9_000_000)
    case.item("recruiter-phone", "legal/consulta abogada.txt", "held")
    case.item("recruiter-phone", "old/2019.txt", "out-of-scope")


def _hostile(case: Case, number: int, payload: str) -> None:
    """The payload as label, path, conversation, name, address, text, value, detail and watch entry."""
    label = f"{payload}-{number}"
    case.source(label, payload, "records", payload, payload)
    item = case.item(label, f"{payload}/{number}.txt", media=payload)
    case.db.execute("insert into source_facts values (?, ?, ?)", (item, payload, payload))
    case.problem(item, "R-RECORD", f"A record could not be read ({payload}); the rest of the file was.", payload)
    unit = case.unit(
        item, f"si te vas {payload} te mato", sender=payload, name=f"{payload} name", to=(payload,), talk=payload,
        written=payload, app=payload, lang=payload, flags=(payload,),
    )  # fmt: skip
    case.find(unit, "indicator", "threat_violence", payload, payload, rule="es.threat.x@1", flags=("welfare",),
              parts=(("object", payload),))  # fmt: skip
    kinds: tuple[tuple[Kind, str], ...] = (
        ("phone", "PHONE"), ("payment", "IBAN"), ("amount", "AMOUNT"), ("location", "PLACE"), ("document", "PLATE"),
        ("link", "URL"), ("watch", "word"),
    )  # fmt: skip
    for kind, type_ in kinds:
        stated = dict.fromkeys(("list", "value", "note", "name", "country", "line", "role", "bank"), payload)
        case.find(unit, kind, type_, payload, payload, grade="format", rule="x@1", detail=dict(stated))
    case.item(label, f"{payload}.bin", "no-reader", payload)
