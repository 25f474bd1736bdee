"""Tables in text files: what is taken as one, which column is what, and what becomes of times, people and numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import SHARED, assert_accounts, codes, problems, read, score, tallies, units
from triage.model import SourceFact, Unit
from triage.readers.table_text import READER

JID = "447700900123@s.whatsapp.net"
ANA, BEN = "+34600111222", "+447700900123"


def _table(header: Sequence[str], *rows: Sequence[str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue().encode(encoding)


def _units(data: bytes, path: str = "x.csv", zone: str | None = None) -> list[Unit]:
    found = read(READER, data, path=path, zone=zone)
    assert_accounts(found)
    return units(found)


AXIOM = _table(
    ["Record", "Sender Name", "Sender ID", "Recipient(s)", "Message",
     "Message Sent Date/Time - UTC+00:00 (dd/MM/yyyy)", "Message Status", "Source", "Location", "Evidence number"],
    ["1", "Ana", ANA, BEN, "Hola, ¿dónde estás?\nDime", "03/04/2024 21:14:05", "Sent", "msgstore.db",
     "Table: messages(_id: 12)", "E1"],
    ["2", "Ben", BEN, ANA, "ok", "03/04/2024 21:15:00", "Received", "msgstore.db", "Table: messages(_id: 13)", "E1"],
)  # fmt: skip


def test_zone_and_order_come_from_the_heading() -> None:
    first, second = _units(AXIOM, "WhatsApp Messages.csv")
    assert (first.origin, first.app, first.locator) == ("message", "WhatsApp", "line=2-3")
    assert (first.when.at, first.when.basis) == ("2024-04-03T21:14:05+00:00", "offset")
    assert first.text == "Hola, ¿dónde estás?\nDime"
    assert (first.sender, first.sender_name, first.recipients) == (ANA, "Ana", (BEN,))
    assert (first.direction, second.direction) == ("outgoing", "incoming")
    assert first.detail["Location"] == "Table: messages(_id: 12)"
    assert (first.conversation, second.conversation) == (BEN, BEN)


def test_the_mapping_is_told() -> None:
    facts = [one for one in read(READER, AXIOM) if isinstance(one, SourceFact)]
    assert [one.key for one in facts] == ["table_mapping"]
    assert "'Sender ID' = sender" in facts[0].value
    assert "(+00:00 dmy)" in facts[0].value


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Fecha y hora;Número llamante;Número llamado;Duración;Sentido", f"03/04/2024 21:14;{ANA};{BEN};62;Saliente"),
        ("Data e hora;Número chamador;Número chamado;Duração;Direção", f"03/04/2024 21:14;{ANA};{BEN};62;Saída"),
        ("Date et heure;Appelant;Appelé;Durée;Sens", f"03/04/2024 21:14;{ANA};{BEN};62;Sortant"),
        ("Datum/Uhrzeit;Anrufer;Angerufener;Dauer;Richtung", f"03.04.2024 21:14;{ANA};{BEN};62;ausgehend"),
        ("Data e ora;Chiamante;Chiamato;Durata;Direzione", f"03/04/2024 21:14;{ANA};{BEN};62;in uscita"),
        ("Datum tijd;Beller;Gebelde;Duur;Richting", f"03-04-2024 21:14;{ANA};{BEN};62;uitgaand"),
        ("Дата и время;Номер А;Номер Б;Длительность;Направление", f"03.04.2024 21:14;{ANA};{BEN};62;исходящий"),
        ("Call Date,Call Time,Calling Number,Called Number,Duration,Call Type", f"03/04/2024,21:14,{ANA},{BEN},62,MOC"),
    ],
)
def test_call_records_in_eight_languages(header: str, row: str) -> None:
    day = row.replace("03/04", "27/04").replace("03.04", "27.04").replace("03-04", "27-04")
    call, later = _units(f"{header}\n{row}\n{day}\n".encode())
    assert call.origin == "call"
    assert (call.sender, call.recipients, call.direction) == (ANA, (BEN,), "outgoing")
    assert call.when.local == "2024-04-03T21:14:00"
    assert later.when.local == "2024-04-27T21:14:00"
    assert call.detail["duration_s"] == 62


def test_day_and_month_are_proved_from_the_whole_column_or_stay_unset() -> None:
    header = ["Start time", "Caller", "Called number", "Duration"]
    open_ = _table(header, ["03/04/2024 10:00", ANA, BEN, "5"], ["03/05/2024 10:00", ANA, BEN, "5"])
    assert {one.when.basis for one in _units(open_)} == {"ambiguous"}
    assert "R-DATE-ORDER" in codes(read(READER, open_))
    proved = _table(header, ["03/04/2024 10:00", ANA, BEN, "5"], ["03/28/2024 10:00", ANA, BEN, "5"])
    assert _units(proved)[0].when.local == "2024-03-04T10:00:00"
    mixed = _table(header, ["03/28/2024 10:00", ANA, BEN, "5"], ["28/03/2024 10:00", ANA, BEN, "5"],
                   ["03/04/2024 10:00", ANA, BEN, "5"])  # fmt: skip
    assert [one.when.local for one in _units(mixed)] == ["2024-03-28T10:00:00", "2024-03-28T10:00:00", None]
    assert "R-DATE-MIXED" in codes(read(READER, mixed))


def test_a_table_sorted_downwards_proves_its_order_too() -> None:
    days = ["05/04/2024", "02/04/2024", "12/03/2024", "01/03/2024"]
    data = _table(["Date", "Time", "Phone number", "Direction"], *([day, "10:00", ANA, "IN"] for day in days))
    assert _units(data)[0].when.local == "2024-04-05T10:00:00"


@pytest.mark.parametrize(
    ("said", "instant", "local"),
    [
        ("2024-04-03T21:14:05Z", "2024-04-03T21:14:05+00:00", None),
        ("03/04/2024 21:14:05(UTC+2)", "2024-04-03T19:14:05+00:00", "2024-04-03T21:14:05"),
        ("2021-04-08 19:09:21 UTC (Device)", "2021-04-08T19:09:21+00:00", None),
        ("20240403211405", None, "2024-04-03T21:14:05"),
        ("1712178845", "2024-04-03T21:14:05+00:00", None),
        ("1712178845000", "2024-04-03T21:14:05+00:00", None),
        ("45385.88478", None, "2024-04-03T21:14:05"),
        ("4/3/2024 9:14:05 PM", None, "2024-04-03T21:14:05"),
        ("3 April 2024 21:14:05", None, "2024-04-03T21:14:05"),
    ],
)
def test_forms_of_times(said: str, instant: str | None, local: str | None) -> None:
    last = "4/27/2024 9:00 PM" if "PM" in said else "27/04/2024 09:00:00"
    data = _table(["Timestamp", "From", "To", "Body"], [said, ANA, BEN, "x"], [last, ANA, BEN, "y"])
    when = _units(data)[0].when
    assert when.source == said
    if instant:
        assert when.at == instant
    if local:
        assert when.local == local


def test_a_zone_in_the_heading_or_above_it_or_of_the_device() -> None:
    row = ["2024-04-03 21:14", ANA, BEN, "x"]
    stated = _table(["Timestamp (UTC+2)", "From", "To", "Body"], row)
    assert _units(stated)[0].when.at == "2024-04-03T19:14:00+00:00"
    named = _table(["Hora (Europe/Madrid)", "De", "Para", "Texto"], row)
    assert _units(named)[0].when.at == "2024-04-03T19:14:00+00:00"
    above = b"Report of device 7\r\nTime zone: UTC+02:00\r\n\r\n" + _table(["Timestamp", "From", "To", "Body"], row)
    note, message = _units(above)
    assert note.flags == ("banner",)
    assert message.when.at == "2024-04-03T19:14:00+00:00"
    plain = _table(["Timestamp", "From", "To", "Body"], row)
    assert _units(plain)[0].when.at is None
    assert _units(plain, zone="Europe/Madrid")[0].when.at == "2024-04-03T19:14:00+00:00"


def test_a_conversation_has_one_name_whichever_way_it_goes() -> None:
    rows = [["2024-04-03 21:14", ANA, BEN, "x"], ["2024-04-03 21:15", BEN, ANA, "y"]]
    first, second = _units(_table(["Timestamp", "From", "To", "Body"], *rows))
    assert first.conversation == second.conversation


def test_combined_cells_owners_and_lists() -> None:
    data = _table(
        ["#", "Parties", "Timestamp: Time", "Body", "Deleted", "Participants"],
        [
            "1",
            f"From: {ANA} Ana López\nTo: 447700900123@s.whatsapp.net Ben (owner)",
            "2024-04-03 21:14",
            "x",
            "Yes",
            "",
        ],
        ["2", f"To: {ANA} Ana López", "2024-04-03 21:15", "y", "", f"{ANA} Ana; {BEN} Ben"],
    )
    first, second = _units(data)
    assert (first.sender, first.sender_name, first.direction) == (ANA, "Ana López", "incoming")
    assert first.recipients == (JID,)
    assert (first.deleted, second.deleted) == (True, False)
    assert first.conversation == f"Ana López ({ANA})"
    assert second.recipients == (ANA,)


@pytest.mark.parametrize("number", ["5.49115E+12", "5,49115E+12", "923310000000", "8901410321111850000"])
def test_rounded_numbers_are_shown_as_such_and_never_as_numbers(number: str) -> None:
    data = _table(["Start time", "Caller", "Called number", "Duration"], ["2024-04-03 21:14", number, BEN, "5"])
    (call,) = _units(data)
    assert call.flags == ("number_rounded",)
    assert call.sender.endswith("(rounded)")
    assert number in call.detail.values()
    digits = "".join(c for c in number if c.isdigit())
    assert digits not in call.text or "E+" in number
    assert call.recipients == (BEN,)


@pytest.mark.parametrize("number", ["+923310000000", "0034600111222", "600111222", "4915112345000", "112"])
def test_numbers_that_are_whole_stay(number: str) -> None:
    data = _table(["Start time", "Caller", "Called number", "Duration"], ["2024-04-03 21:14", number, BEN, "5"])
    assert _units(data)[0].sender == number


def test_the_subject_of_a_record_is_called_in_incoming_calls() -> None:
    header = [
        "A Number",
        "B Number",
        "IMEI",
        "Start Time",
        "INBOUND_OUTBOUND_IND",
        "Latitude",
        "Longitude",
        "CALL_TYPE",
    ]
    rows = [
        [ANA, BEN, "490154203237518", "2024-04-03 21:14", "OUTGOING", "37.6734", "53.45242", "CALL"],
        [ANA, "+447700900124", "490154203237518", "2024-04-03 21:20", "INCOMING", "37.6734", "53.45242", "SMS"],
        [ANA, "internet", "490154203237518", "2024-04-03 21:22", "OUTGOING", "0", "0", "GPRS"],
    ]
    first, place, second, _, third = _units(_table(header, *rows))
    assert (first.sender, first.recipients) == (ANA, (BEN,))
    assert (second.sender, second.recipients) == ("+447700900124", (ANA,))
    assert second.text.startswith("Incoming text message (no content) from +447700900124")
    assert "490154203237518" in first.text
    assert (place.origin, place.flags) == ("location", ("cell_site",))
    assert third.text.startswith("Outgoing data session")


def test_contacts_places_and_accounts() -> None:
    card = _units(_table(["Nombre", "Teléfono", "Correo electrónico"], ["Ana", ANA, "ana@example.org"]))[0]
    assert (card.origin, card.text) == ("contact", f"Name: Ana\nPhone: {ANA}\nE-mail: ana@example.org")
    places = "Zeitpunkt;Breitengrad;Längengrad;Ort\n2024-04-03 21:14;52,52;13,405;B\n"
    place = _units(places.encode())[0]
    assert (place.origin, place.text) == ("location", "52.52, 13.405 B")
    account = _units(_table(["User name", "Password", "Service name"], ["ana.l", "hunter2", "Mail"]))[0]
    assert account.flags == ("user_account",)
    assert "hunter2" not in repr(account)


@pytest.mark.parametrize(
    "data",
    [
        b"id,price,stock\n1,2,3\n4,5,6\n",
        b"timestamp,level,message\n2024-04-03 21:14,INFO,started\n",
        b"Date,Description,Amount\n2024-04-03,Coffee,3.20\n",
        b"Hello, Ana, how are you?\nFrom, me\n",
        b'{"from": "a", "to": "b", "body": "c"}',
        b"\0\1\2",
        b"",
    ],
)
def test_any_other_text_is_left_alone(data: bytes) -> None:
    assert score(READER, data, "x.csv") == 0


def test_encodings_separators_and_hints() -> None:
    header, row = ["Fecha", "Hora", "Número", "Texto", "Sentido"], ["2024-04-03", "21:14", ANA, "mañana", "Recibido"]
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        for separator in ",;\t|":
            data = _table(header, row, separator=separator, encoding=encoding)
            assert score(READER, data, "x.txt") > 5
            (message,) = _units(data)
            assert (message.text, message.sender, message.when.local) == ("mañana", ANA, "2024-04-03T21:14:00")
    assert _units(b"sep=;\r\n" + _table(header, row, separator=";"))[0].text == "mañana"


def test_the_devices_own_number_beside_the_other_partys() -> None:
    call, message = [ANA, BEN, "Voice MO", "2024-04-03 21:14", "62"], [ANA, BEN, "SMS MT", "2024-04-03 21:15", ""]
    data = _table(["MSISDN", "Other party", "Call type", "Start date time", "DUR(S)"], call, message)
    first, second = _units(data)
    assert (first.sender, first.recipients, first.detail["duration_s"]) == (ANA, (BEN,), 62)
    assert (second.sender, second.recipients, second.app) == (BEN, (ANA,), "SMS")
    assert first.conversation == second.conversation == BEN


def test_address_books_with_numbered_columns() -> None:
    header = ["Name", "Given Name", "Phone 1 - Type", "Phone 1 - Value", "Phone 2 - Value", "E-mail 1 - Value"]
    (card,) = _units(_table(header, ["Ana López", "Ana", "Mobile", ANA, BEN, "ana@example.org"]))
    assert card.text == f"Name: Ana López\nPhone: {ANA}\nPhone: {BEN}\nE-mail: ana@example.org"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Index\tTime\tDirection\tTel\tName (Matched)\tDuration",
         f"1\t2021-04-08 19:09:21 UTC (Device)\tDialed\t{ANA}\tAna\t00:01:02"),
        ("Partner,Partner Name,Direction,Call Status,Call Date/Time - UTC+00:00 (dd/MM/yyyy),Duration (Seconds)",
         f"{ANA},Ana,Outgoing,Answered,08/04/2021 19:09:21,62"),
        ("#;Parties;Date;Time;Duration;Direction",
         f'1;"To: {ANA} Ana";28/04/2021;28/04/2021 19:09:21(UTC+0);00:01:02;Outgoing'),
        ("CALLING_NO|CALLED_NO|CALL_DATE|CALL_TIME|DUR(S)|CELL1|IMEI",
         f"{BEN}|{ANA}|20210408|19:09:21|62|404-10-1-2|490154203237518"),
        ("CALLING_NO|CALLED_NO|CALL_DATE|CALL_TIME|DUR(S)", f"{BEN}|{ANA}|28/04/2021|190921|62"),
    ],
)  # fmt: skip
def test_forms_of_several_tools(header: str, row: str) -> None:
    (call,) = _units(f"{header}\n{row}\n".encode())
    assert (call.origin, call.recipients, call.detail["duration_s"]) == ("call", (ANA,), 62)
    assert "19:09:21" in (call.when.at or call.when.local or "")


def test_footers_repeated_headings_and_second_tables() -> None:
    calls = ["Start time", "Caller", "Called number", "Duration"]
    first, second = ["2024-04-03 21:14", ANA, BEN, "5"], ["2024-04-04 21:14", BEN, ANA, "6"]
    below = [["Contact name", "Phone number", "E-mail", ""], ["Ana", ANA, "", ""]]
    data = _table(calls, first, calls, second, ["Total", "", "", "11"], *below)
    found = read(READER, data)
    assert_accounts(found)
    assert [one.origin for one in units(found)] == ["call", "call", "note", "contact"]
    assert tallies(found)["heading_rows"] == 3
    assert tallies(found)["row_unmapped"] == 1


def test_a_quote_that_never_closes_does_not_swallow_the_file() -> None:
    rows = "".join(f"2024-04-03 21:14,{ANA},{BEN},m{n}\r\n" for n in range(5000))
    data = f'Timestamp,From,To,Body\r\n2024-04-03 21:14,{ANA},{BEN},"open\r\n{rows}'.encode()
    found = units(read(READER, data))
    assert len(found) == 5001
    assert found[0].flags == ("odd_quotes",)


def test_a_quote_that_closes_in_a_later_row_does_not_join_the_rows() -> None:
    row = f"2024-04-03 21:14,{ANA},{BEN}"
    data = f'Timestamp,From,To,Body\n{row},"open\n{row},plain\n{row},"well, closed"\n{row},"two\nlines"\n'.encode()
    found = _units(data)
    assert [one.text for one in found] == ['"open', "plain", "well, closed", "two\nlines"]
    assert [one.flags for one in found] == [("odd_quotes",), (), (), ()]


def test_cut_anywhere_there_is_no_fault_and_accounts_hold() -> None:
    for cut in range(1, len(AXIOM)):
        found = read(READER, AXIOM[:cut])
        if not any(code == "R-UNKNOWN-FORM" for code in codes(found)):
            assert_accounts(found)
    within_quotes = AXIOM.index(b"nde est")
    assert "R-TRUNCATED" in codes(read(READER, AXIOM[:within_quotes]))


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_every_row_is_accounted_for(rows: list[tuple[str, str, str, str]], separator: str) -> None:
    data = _table(["Timestamp", "From", "To", "Body"], *rows, separator=separator)
    found = read(READER, data)
    if "R-UNKNOWN-FORM" not in codes(found):
        assert_accounts(found)
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        assert tallies(found)["records"] + tallies(found).get("heading_rows", 0) - 1 == len(filled)


CDR = SHARED / "cdr_csv" / "Vega-4n6__CDR_Analyzer" / "CDR.csv"


@pytest.mark.skipif(not CDR.is_file(), reason="the shared corpus is not here")
def test_the_call_records_of_the_corpus() -> None:
    found = read(READER, CDR.read_bytes(), path="CDR.csv")
    assert_accounts(found)
    assert tallies(found)["records"] == 3620
    assert not problems(found)
    calls = [one for one in units(found) if one.origin == "call"]
    assert len(calls) == 3620
    assert all("number_rounded" in one.flags for one in calls)
    assert (calls[0].when.local, calls[-1].when.local) == ("2022-05-01T20:10:00", "2022-09-28T23:24:00")
    kinds = [str(one.detail["CALL_TYPE"]) for one in calls]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"CALL": 1842, "SMS": 1205, "GPRS": 573}
