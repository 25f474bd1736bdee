"""What the lines of a WhatsApp export are: messages, events, stubs, attachments, names, quoted headers, odd files."""

from __future__ import annotations

import pytest

from tests.readers.whatsapp_reading import codes, detect, read_all, tally, units
from triage import date_layouts
from triage.model import Conversation, Unit
from triage.readers import text_blocks, whatsapp_rows, whatsapp_survey

LRM = "\u200e"


def ios(text: str, sender: str = "Ana Ruiz") -> Unit:
    """The unit of one line among others in an iOS export."""
    lines = [
        "[17/09/2019, 16:37:12] Bo Li: hello",
        f"[17/09/2019, 16:38:00] Bo Li: {LRM}image omitted",
        f"[18/09/2019, 08:05:30] {sender}: {text}" if sender else f"[18/09/2019, 08:05:30] {text}",
    ]
    return units(read_all("\r\n".join(lines) + "\r\n"))[-1]


def android(text: str, sender: str = "Ana Ruiz") -> Unit:
    """The unit of one line among others in an Android export."""
    lines = [
        "17/09/2019, 16:37 - Bo Li: hello",
        f"18/09/2019, 08:05 - {sender}: {text}" if sender else f"18/09/2019, 08:05 - {text}",
    ]
    return units(read_all("\n".join(lines) + "\n"))[-1]


OMITTED = [
    "<Media omitted>", "<Multimedia omitido>", "<Mídia oculta>", "<Médias omis>", "<Medien ausgeschlossen>",
    "<Media omessi>", "<Media weggelaten>", "<Medya dahil edilmedi>", "<Без медиафайлов>", "<تم استبعاد الوسائط>",
    "<Pominięto multimedia>", "<Media tidak disertakan>", "<미디어 파일 제외됨>", "<省略多媒体文件>",
]  # fmt: skip


@pytest.mark.parametrize("text", OMITTED)
def test_omitted_media_is_a_message(text: str) -> None:
    made = android(text)
    assert (made.origin, made.flags, made.text, made.sender) == ("message", ("media_omitted",), text, "Ana Ruiz")


@pytest.mark.parametrize(
    "text",
    ["image omitted", "video omitted", "GIF omitted", "Contact card omitted", "imagen omitida", "Bild weggelassen",
     "immagine omessa", "imagem ocultada", "görüntü dahil edilmedi", "Factura 7.pdf • 3 pages \u200edocument omitted"],
)  # fmt: skip
def test_omitted_media_on_ios(text: str) -> None:
    made = ios(LRM + text)
    assert (made.origin, made.flags, made.text) == ("message", ("media_omitted",), LRM + text)


def test_omitted_media_in_a_language_not_known_is_told_by_its_brackets_coming_back() -> None:
    lines = [f"{day}/09/2019, 08:05 - Ana: <Xiqsa lo tawdara>" for day in (17, 18, 19)]
    made = units(read_all("\n".join([*lines, "20/09/2019, 08:05 - Ana: <so what>"])))
    assert [u.flags for u in made] == [("media_omitted",)] * 3 + [()]


@pytest.mark.parametrize(
    "text",
    ["This message was deleted", "This message was deleted.", "You deleted this message", "Se eliminó este mensaje.",
     "Eliminaste este mensaje.", "Mensagem apagada", "Ce message a été supprimé", "Diese Nachricht wurde gelöscht.",
     "Questo messaggio è stato eliminato", "Bu mesaj silindi", "Данное сообщение удалено", "تم حذف هذه الرسالة"],
)  # fmt: skip
def test_deleted_stub(text: str) -> None:
    for made in (android(text), ios(LRM + text)):
        assert (made.origin, made.flags, made.deleted) == ("message", ("deleted_stub",), True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("IMG-20190918-WA0028.jpg (file attached)", ("IMG-20190918-WA0028.jpg",)),
        (f"{LRM}IMG-20190918-WA0028.jpg (file attached)\nlook at him", ("IMG-20190918-WA0028.jpg",)),
        ("PTT-20190918-WA0001.opus (archivo adjunto)", ("PTT-20190918-WA0001.opus",)),
        ("My lease (1).pdf (Datei angehängt)", ("My lease (1).pdf",)),
        ("VID-20190918-WA0003.mp4 (qoraal lifaaq ah)", ("VID-20190918-WA0003.mp4",)),
        (f"{LRM}<attached: 00000003-PHOTO-2019-09-18-08-05-30.jpg>", ("00000003-PHOTO-2019-09-18-08-05-30.jpg",)),
        (f"Lease.pdf • {LRM}1 page {LRM}<attached: 00000012-Lease.pdf>", ("00000012-Lease.pdf",)),
        (f"{LRM}<pièce jointe : 00000003-PHOTO-2019-09-18-08-05-30.jpg>", ("00000003-PHOTO-2019-09-18-08-05-30.jpg",)),
        (f"{LRM}<adjunto: 00000004-AUDIO-2019-09-18-08-05-30.opus>", ("00000004-AUDIO-2019-09-18-08-05-30.opus",)),
    ],
)  # fmt: skip
def test_attachments_are_named_and_the_text_is_kept(text: str, names: tuple[str, ...]) -> None:
    made = ios(text)
    assert (made.origin, made.attachments, made.text) == ("message", names, text)


def test_a_sentence_about_a_file_is_no_attachment() -> None:
    assert android("see report.pdf (the old version)").attachments == ()


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (f"so be it {LRM}<This message was edited>", ("edited",)),
        ("so be it <Se editó este mensaje.>", ("edited",)),
        (f"{LRM}Location: https://maps.google.com/?q=-12.046374,-77.042793", ("location",)),
        (f"{LRM}POLL:\nWho drives?\n{LRM}OPTION: me (2 votes)", ("poll",)),
        (f"{LRM}ENCUESTA:\nQuién?\n{LRM}OPCIÓN: yo (2 votos)", ("poll",)),
        ("null", ("null_text",)),
        (f"{LRM}Waiting for this message. This may take a while.", ("undelivered",)),
        (f"{LRM}00000005-Bo Li.vcf (file attached)", ("contact_card",)),
    ],
)
def test_flags_of_messages(text: str, flags: tuple[str, ...]) -> None:
    made = ios(text)
    assert (made.origin, made.flags, made.text) == ("message", flags, text)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Missed voice call", ("call", "missed")),
        ("Missed video call, Click to call back", ("call", "missed")),
        ("Llamada perdida", ("call", "missed")),
        ("Voice call, 3 min", ("call",)),
        ("Messages and calls are end-to-end encrypted. No one outside of this chat can read them.", ("notice",)),
        ("Los mensajes y las llamadas están cifrados de extremo a extremo. Toca aquí.", ("notice",)),
        ("Ana Ruiz changed their phone number to a new number. Tap to message.", ("number_change",)),
        ("Ana Ruiz cambió su número de teléfono", ("number_change",)),
        ("Bo Li turned on disappearing messages. New messages will disappear.", ("timer_change",)),
        ("Bo Li added you", ("group_change",)),
        ("Ana Ruiz left", ("group_change",)),
        ("Your security code with Ana Ruiz changed. Tap to learn more.", ("notice", "security_code")),
        ("ximxim qola warra", ()),
    ],
)
def test_what_the_app_wrote_is_an_event(text: str, flags: tuple[str, ...]) -> None:
    behind = ios(LRM + text)
    assert (behind.origin, behind.sender, behind.text, behind.flags) == ("event", "Ana Ruiz", LRM + text, flags)
    alone = android(text, sender="")
    assert (alone.origin, alone.sender, alone.text, alone.flags) == ("event", "", text, flags)


def test_typed_words_of_the_app_stay_typed() -> None:
    assert ios("Missed voice call").origin == "message"
    assert android("Bo Li added you").origin == "message"
    assert ios(f"{LRM}a long paste\nover two lines").origin == "message"


def test_a_notice_under_the_name_of_the_chat_is_an_event_even_without_a_mark() -> None:
    text = "15.04.2016, 15:04 - Coast Trip: Messages and calls are end-to-end encrypted. No one can read them.\n"
    found = read_all(text + "16.04.2016, 15:04 - Ana: hi\n")
    assert [u.origin for u in units(found)] == ["event", "message"]
    assert next(v for v in found if isinstance(v, Conversation)).name == "Coast Trip"


def test_a_group_line_with_a_colon_has_no_sender() -> None:
    made = android("Bo Li changed the subject to “Trip: June”", sender="")
    assert (made.origin, made.sender, made.text) == ("event", "", "Bo Li changed the subject to “Trip: June”")


def test_empty_texts_and_names_without_text() -> None:
    text = "[17/09/2019, 16:37:12] Ana:\n\n[18/09/2019, 16:37:12] Ana: \n[18/09/2019, 16:38:12] \n"
    assert [(u.origin, u.sender, u.text) for u in units(read_all(text))] == [
        ("message", "Ana", "\n"), ("message", "Ana", ""), ("event", "", "")]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["+34 612 34 56 78", "\u202a+34 612 34 56 78\u202c", "+34\u00a0612\u00a034\u00a056\u00a078"]
)
def test_numbers_as_names_are_spelled_in_one_way(name: str) -> None:
    assert android("hi", sender=name).sender == "+34 612 34 56 78"


def test_names_with_colons() -> None:
    long = "Shop: Marco"
    lines = ["17/09/2019, 10:00 - Ana: PS: bring it", f"17/09/2019, 10:01 - {long}: first",
             "17/09/2019, 10:02 - Ana: ok", f"17/09/2019, 10:03 - {long}: note: second",
             "17/09/2019, 10:04 - Ana: PS: tonight", "17/09/2019, 10:05 - at 9:30 Club: x"]  # fmt: skip
    found = read_all("\n".join(lines))
    assert [(u.sender, u.text) for u in units(found)] == [
        ("Ana", "PS: bring it"), (long, "first"), ("Ana", "ok"), (long, "note: second"), ("Ana", "PS: tonight"),
        ("at 9:30 Club", "x")]  # fmt: skip
    assert next(v for v in found if isinstance(v, Conversation)).participants == ("Ana", long, "at 9:30 Club")


def test_a_name_without_a_blank_behind_its_colon() -> None:
    text = "[2026/7/9 02:28:09] Alia:Hey\n[2026/7/9 02:28:37] Bo: Hi\n[2026/7/9 02:29:37] Alia:see https://a.example\n"
    assert [(u.sender, u.text) for u in units(read_all(text))] == [
        ("Alia", "Hey"), ("Bo", "Hi"), ("Alia", "see https://a.example")]  # fmt: skip


def test_a_quoted_header_keeps_its_unit_and_is_flagged() -> None:
    text = (
        "17/09/2019, 10:00 - Ana: he wrote this:\n13/08/2019, 22:10 - Boss: you owe me\n17/09/2019, 10:02 - Ana: see?\n"
        "17/09/2019, 10:03 - Bo: yes\n17/09/2019, 10:01 - Bo: late\n"
    )
    found = read_all(text)
    assert [u.flags for u in units(found)] == [(), ("quoted_header",), (), (), ()]
    assert tally(found, "quoted_headers") == 1


def test_a_stamp_before_a_bare_blank_counts_only_before_a_known_name() -> None:
    text = (
        "[04.01.18, 11:53:57] Ana: one\n2/11/19, 14:48 Ana: pasted\n2/11/19, 14:48 Train: leaves\n"
        "2/11/19: Arrival\n[14.01.18, 11:53:57] Ana: two\n"
    )
    assert [(u.sender, u.text) for u in units(read_all(text))] == [
        ("Ana", "one"), ("Ana", "pasted\n2/11/19, 14:48 Train: leaves\n2/11/19: Arrival"), ("Ana", "two")]  # fmt: skip


def test_lines_before_the_first_header_are_a_note() -> None:
    found = read_all("Export of\nmy chat\n\n17/09/2019, 10:00 - Ana: hi\n")
    assert [(u.origin, u.locator, u.text) for u in units(found)] == [
        ("note", "line=1-3", "Export of\nmy chat\n"), ("message", "line=4", "hi")]  # fmt: skip
    assert (tally(found, "records"), tally(found, "extra_units")) == (1, 1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("WhatsApp Chat with Ana Ruiz.txt", "Ana Ruiz"),
        ("x/WhatsApp_Chat_with_Ana_Ruiz.txt", "Ana Ruiz"),
        ("Chat de WhatsApp con Ana Ruiz.txt", "Ana Ruiz"),
        ("WhatsApp-Chat mit Ana Ruiz.txt", "Ana Ruiz"),
        ("WhatsApp Chat mit Ana Ruiz.txt", "Ana Ruiz"),
        ("Conversa do WhatsApp com Ana Ruiz.txt", "Ana Ruiz"),
        ("Discussion WhatsApp avec Ana Ruiz.txt", "Ana Ruiz"),
        ("Chat WhatsApp con Ana Ruiz.txt", "Ana Ruiz"),
        ("Чат WhatsApp с Ana Ruiz.txt", "Ana Ruiz"),
        ("Ana Ruiz ile WhatsApp Sohbeti.txt", "Ana Ruiz"),
        ("a/WhatsApp Chat - Ana Ruiz.zip!/_chat.txt", "Ana Ruiz"),
        ("WhatsApp Chat - Ana Ruiz/_chat.txt", "Ana Ruiz"),
        ("evidence.zip!/_chat.txt", "evidence"),
        ("folder/_chat.txt", "_chat"),
        ("folder/talk.txt", "talk"),
    ],
)
def test_the_name_of_the_conversation(path: str, name: str) -> None:
    found = read_all("17/09/2019, 10:00 - Ana: hi\n", path=path)
    assert {u.conversation for u in units(found)} == {name}


def test_times_become_instants_only_in_a_stated_zone() -> None:
    text = "27/10/2019, 01:59 - Ana: a\n27/10/2019, 02:30 - Ana: b\n27/10/2019, 03:30 - Ana: c\n"
    stated = [(u.when.at, u.when.basis) for u in units(read_all(text, zone="Europe/Madrid"))]
    assert stated == [
        ("2019-10-26T23:59:00+00:00", "device-local"),
        (None, "ambiguous"),
        ("2019-10-27T02:30:00+00:00", "device-local"),
    ]
    assert {u.when.at for u in units(read_all(text))} == {None}


@pytest.mark.parametrize(
    ("clock", "local"),
    [
        ("00:08 a. m.", "00:08"),
        ("12:08 a. m.", "00:08"),
        ("12:08 p. m.", "12:08"),
        ("16:37 PM", "16:37"),
        ("0:08 PM", "12:08"),
    ],
)
def test_odd_halves_of_the_day(clock: str, local: str) -> None:
    made = units(read_all(f"17/09/2019, {clock} - Ana: hi\n"))
    assert made[0].when.local == f"2019-09-17T{local}:00"


def test_impossible_times_are_counted_and_kept_as_written() -> None:
    found = read_all("17/09/2019, 10:00 - Ana: hi\n31/02/2019, 10:00 - Ana: hm\n17/09/2019, 25:00 - Ana: so\n")
    assert [u.when.local for u in units(found)] == ["2019-09-17T10:00:00", None, None]
    assert units(found)[1].when.source == "31/02/2019, 10:00"
    assert codes(found) == ["R-DATE-VALUE"]
    assert tally(found, "undated") == 2


def test_absurd_times_are_flagged_and_do_not_make_others_look_quoted() -> None:
    found = read_all("17/09/2019, 10:00 - Ana: a\n17/09/2404, 10:00 - Ana: b\n18/09/2019, 10:00 - Bo: c\n")
    assert [u.flags for u in units(found)] == [(), ("absurd_time",), ()]


@pytest.mark.parametrize("text", ["", "hello\nworld\n", "17/09/2019 met Ana\n"])
def test_what_is_no_export_is_refused(text: str) -> None:
    assert codes(read_all(text)) == (["R-UNKNOWN-FORM"] if text else ["R-EMPTY"])


def test_an_unknown_form_with_the_notice_is_claimed_and_reported() -> None:
    text = "17 of 9, 2019 at noon * Messages and calls are end-to-end encrypted. No one outside can read.\n"
    assert detect(text) >= 50
    assert codes(read_all(text)) == ["R-UNKNOWN-FORM"]


def test_invalid_bytes_are_told() -> None:
    data = "17/09/2019, 10:00 - Ana: ¿mañana?\n".encode("cp1252")
    found = read_all(data)
    assert codes(found) == ["R-ENCODING"]
    assert units(found)[0].text == "¿mañana?"


def test_a_text_cut_inside_a_character() -> None:
    data = "17/09/2019, 10:00 - Ana: sí\n18/09/2019, 10:00 - Ana: no 🙈".encode()
    for cut in (1, 2, 3):
        found = read_all(data[:-cut])
        assert codes(found) == ["R-TRUNCATED"]
        assert [u.text for u in units(found)] == ["sí", "no �"]


def test_accounts() -> None:
    text = (
        "17/09/2019, 10:00 - Ana: <Media omitted>\n17/09/2019, 10:01 - Ana: This message was deleted\n"
        "17/09/2019, 10:02 - Missed voice call\n17/09/2019, 10:03 - Ana: a.jpg (file attached)\n"
        "17/09/2019, 10:04 - Bo: x"
    )
    found = read_all(text)
    for what, n in {"records": 5, "media_omitted": 1, "deleted_stubs": 1, "missed_calls": 1, "attachments": 1}.items():
        assert tally(found, what) == n
    assert tally(found, "open_last_line") == 1


def test_an_export_at_the_limit_is_told() -> None:
    lines = [f"17/09/2019, 10:{n // 60 % 60:02} - Ana: {n}\n" for n in range(10_000)]
    assert tally(read_all("".join(lines)), "at_export_limit") == 10_000
    assert tally(read_all("".join(lines[:9_000])), "at_export_limit") == 0


def test_the_short_way_and_the_general_grammar_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [
        "hi",
        "two\nlines",
        "<Media omitted>",
        "PS: note",
        f"{LRM}image omitted",
        "a.jpg (file attached)",
        "x " * 400,
    ]
    heads = [
        "17/09/2019, 4:37\u202fpm - Ana",
        "18/09/2019, 8:05\u202fam - Bo Li",
        "[18/09/19, 18:05:10] Ana",
        "1/9/2019, 4:37\u202fpm - X",
    ]
    text = "".join(f"{head}: {body}\n" for body in bodies for head in heads)
    slow = read_all(text)
    monkeypatch.setattr(whatsapp_survey, "SMALL", 0)
    assert read_all(text) == slow


LOG = "".join(f"2019-09-17 16:37:{n:02} - worker: step {n}\n" for n in range(20))
OTHERS = {
    "log": LOG,
    "log with levels": "".join(f"[2019-09-17 16:37:{n:02}] app.ERROR: no {n}\n" for n in range(20)),
    "log, colon": "".join(f"2019-09-17 16:37:{n:02}: disk sda: full {n}\n" for n in range(20)),
    "csv": "date,time,name\n" + "".join(f"17/09/2019,16:{n:02},Ana\n" for n in range(20)),
    "subtitles": "1\n00:00:01,000 --> 00:00:04,000\nAna: hello\n\n2\n00:00:05,000 --> 00:00:08,000\nBo: hi\n",
    "line": "[LINE] Chat history with Ana\nSaved on: 2019/09/17 16:37\n\n2019/09/17(火)\n16:37\tAna\thello\n",
    "telegram copy": "Ana, [17.09.2019 16:37]\nhello\n\nBo, [17.09.2019 16:38]\nhi\n",
    "diary": "17/09/2019 16:37 went home\n18/09/2019 16:37 wrote to Bo: no answer\n",
    "diary, dashes": "".join(f"{n}/09/2019 16:37 - thing {n} done with: care\n" for n in range(10, 28)),
    "kakao": "2019년 9월 17일 오후 4:37, 안나 : hello\n2019년 9월 17일 오후 4:38, 보 : hi\n",
    "mail": "From: ana@example.org\nDate: Tue, 17 Sep 2019 16:37:00 +0000\n\nhello\n",
    "prose": "Nothing here.\nAt 16:37 on 17/09/2019 - as Ana said: nothing.\n",
    "empty": "",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_texts_are_not_claimed(kind: str) -> None:
    assert detect(OTHERS[kind]) == 0


def test_a_file_name_alone_claims_nothing() -> None:
    assert detect("hello\nworld\n", name="WhatsApp Chat with Ana.txt") == 0
    assert detect(LOG, name="_chat.txt") < 60


def test_binary_heads_are_not_claimed() -> None:
    for head in (
        b"PK\x03\x04" + bytes(range(256)) * 8,
        b"\x00\x05\x16\x07" + b"\0" * 400,
        b"SQLite format 3\0" + b"\1" * 99,
    ):
        assert detect(head, name="_chat.txt") == 0


def test_a_pasted_export_is_split_and_said_to_be() -> None:
    text = "30/12/2020 13:00 - Ana: a\n13/1/2021 13:00 - Ana: b\n1/13/2021 13:00 - Bo: c\n1/14/2021 13:00 - Bo: d\n"
    found = read_all(text)
    assert [u.when.local for u in units(found)] == [
        "2020-12-30T13:00:00", "2021-01-13T13:00:00", "2021-01-13T13:00:00", "2021-01-14T13:00:00"]  # fmt: skip
    assert codes(found) == ["R-DATE-MIXED"]


def test_each_layout_proves_its_own_order() -> None:
    text = (
        "[30.12.20, 13:00:01] Ana: a\n[03.01.21, 13:00:01] Ana: b\n3/4/21, 1:00 PM - Bo: c\n3/14/21, 1:00 PM - Bo: d\n"
    )
    found = read_all(text)
    assert [(u.when.local or "")[:10] for u in units(found)] == ["2020-12-30", "2021-01-03", "2021-03-04", "2021-03-14"]
    assert codes(found) == ["R-DATE-MIXED"]


def test_an_undecided_order_sets_no_time_and_is_told_once() -> None:
    found = read_all("03/04/2020, 10:00 - Ana: a\n04/04/2020, 10:00 - Bo: b\n", zone="Europe/Madrid")
    assert [(u.when.at, u.when.local, u.when.source) for u in units(found)] == [
        (None, None, "03/04/2020, 10:00"), (None, None, "04/04/2020, 10:00")]  # fmt: skip
    assert codes(found) == ["R-DATE-ORDER"]


def test_a_file_name_with_the_day_in_it_proves_the_order() -> None:
    text = "03/04/2020, 10:00 - Ana: IMG-20200403-WA0001.jpg (file attached)\n04/04/2020, 10:00 - Bo: b\n"
    found = read_all(text)
    assert [u.when.local for u in units(found)] == ["2020-04-03T10:00:00", "2020-04-04T10:00:00"]
    assert codes(found) == []


def test_a_text_without_end_is_cut_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 64)
    monkeypatch.setattr(text_blocks, "LONGEST_LINE", 300)
    monkeypatch.setattr(whatsapp_rows, "LONGEST", 200)
    text = "17/09/2019, 10:00 - Ana: " + "x" * 2000 + "\nmore\n18/09/2019, 10:00 - Bo: " + "y\n" * 500
    found = read_all(text + "19/09/2019, 10:00 - Cy: z\n")
    made = units(found)
    assert codes(found) == ["R-RECORD", "R-RECORD"]
    assert [(u.sender, u.text[:1], len(u.text) <= 201) for u in made] == [
        ("Ana", "x", True), ("Bo", "y", True), ("Cy", "z", True)]  # fmt: skip
    assert [u.locator.split("-")[0] for u in made] == ["line=1", "line=3", "line=503"]


def test_days_that_change_all_the_time_still_prove_by_impossible_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(date_layouts, "MOST_DAYS", 5)
    lines = [f"{day:02}/0{3 + day % 2}/2019, 10:00 - Ana: x\n" for day in (3, 4, 5, 3, 4, 5, 6, 7, 28)]
    assert units(read_all("".join(lines)))[0].when.local == "2019-04-03T10:00:00"
    assert codes(read_all("".join(lines[:-1]))) == ["R-DATE-ORDER"]
