"""Whatever is fed to it, the WhatsApp reader accounts for every line once, tells what it cannot, and never raises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.whatsapp_reading import codes, detect, read_all, tally, units
from triage.model import Head, Problem, Read, Unit
from triage.readers import text_blocks
from triage.readers.quick_units import plain_message
from triage.readers.whatsapp_txt import READER
from triage.timestamps import local_time

LINES = st.sampled_from(
    [
        "17/09/2019, 16:37 - Ana: hi", "9/18/19, 4:37 PM - Bo: hi", "[17.09.19, 16:37:12] Ana: ‎image omitted",
        "‎[17.09.19, 16:37:12] ‎Ana left", "[16:37, 17/9/2019] +34 612 34 56 78: x", "03/04/19, 10:00 - Ana: a: b",
        "04/03/19, 10:00 - Ana: a: c", "2/11/19, 14:48 Ana: pasted", "١٧‏/٩‏/٢٠١٩، ٤:٣٧ م - أحمد: نص", "", " ",
        "just words", "17/09/2019", "[", "17/09/2019, 16:37 -", "2019-09-17 16 h 37 - Ana:",
        "31/02/2019, 10:00 - Ana: x",
        "1398/06/26, 16:37 - Ana: y", "17/9/2562 16:37 - Ana: z", "99/99/99, 99:99 - Ana: z",
        "Sep 17, 2019, 4:37 PM - Ana: m",
        "06-01-16 12:29:41: Ana: old", "12/12/2404, 10:00 - Ana: far", "<Media omitted>", "a.pdf (file attached)",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES | st.text(max_size=30), max_size=25).map("\n".join)
_SPAN = re.compile(r"line=(\d+)(?:-(\d+))?\Z")


def spans(found: list[Read]) -> list[tuple[int, int]]:
    made = [_SPAN.match(u.locator) for u in units(found)]
    return [(int(m[1]), int(m[2] or m[1])) for m in made if m]


def check(data: bytes, text: str) -> None:
    found = read_all(data)
    made = units(found)
    assert tally(found, "records") == sum(u.origin in ("message", "event") for u in made)
    assert tally(found, "extra_units") == sum(u.origin == "note" for u in made)
    if not made:
        assert codes(found)
        return
    assert all((u.conversation and u.app == "WhatsApp" and u.when.source) or u.origin == "note" for u in made)
    covered = [n for first, last in spans(found) for n in range(first, last + 1)]
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    assert covered == list(range(spans(found)[0][0], len(lines) + 1))
    assert len({(u.origin, u.locator) for u in made}) == len(made)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TEXTS)
def test_every_line_is_accounted_for(text: str) -> None:
    text = text.replace("\r", " ").replace("\x00", " ").lstrip("\ufeff")
    check(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode(), text)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=300) | TEXTS.map(lambda t: t.encode("utf-16", "surrogatepass")))
def test_any_bytes_give_values_and_no_error(data: bytes) -> None:
    found = read_all(data)
    assert units(found) or any(isinstance(v, Problem) for v in found)
    assert 0 <= READER.detect(Head(name="_chat.txt", size=len(data), start=data)) <= 98


def test_a_cut_file_gives_its_first_units_again() -> None:
    """Cut anywhere: no error; what is complete before the cut is the same as in the whole file."""
    text = (
        "‎[17/09/2019, 16:37:12] Bo Li: ‎Messages and calls are end-to-end encrypted.\r\n"
        "[17/09/2019, 16:38:12] Ana: sí 🙈\r\nsecond line\r\n\r\n"
        "[18/09/2019, 08:05:30] Bo Li: ‎<attached: 3-PHOTO.jpg>\r\n"
        "[18/09/2019, 08:06:30] Ana: This message was deleted\r\n"
    )
    data = text.encode()
    whole = units(read_all(data))
    for cut in range(len(data)):
        found = read_all(data[:cut])
        made = units(found)
        assert made or codes(found)
        assert [(u.text, u.locator) for u in made[:-1]] == [(u.text, u.locator) for u in whole[: max(0, len(made) - 1)]]
        detect(data[:cut])


def test_units_are_the_same_in_every_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"{d}/09/2019, 16:3{d % 10} - Ana: one\r\ntwo {d} 🙈\r\n\r\n" for d in range(1, 29))
    whole = read_all(text)
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(text_blocks, "BLOCK", size)
        assert read_all(text) == whole


def test_a_quick_unit_is_the_unit_of_the_model() -> None:
    when = local_time(2019, 9, 17, 16, 37, source="17/09/2019, 16:37", zone=None)
    quick = plain_message("line=1", "hi", "WhatsApp", "Ana", "Bo", when, ("edited",))
    assert quick == Unit(
        origin="message",
        locator="line=1",
        text="hi",
        app="WhatsApp",
        conversation="Ana",
        sender="Bo",
        when=when,
        flags=("edited",),
    )
    assert hash(quick.when) and repr(quick).startswith("Unit(")
