"""LINE's text export: a head, a line for each day, and lines of fields parted by tabs.

    [LINE] Chat history with X        (in the telephone's language; some files lack it)
    Saved on: …
    2024/01/01(月)  |  Mon, 01/01/2024
    HH:MM<TAB>name<TAB>text           a line of two fields is what the application wrote

A text of several lines stands in double quotes. Times are the telephone's wall clock. Where the year stands last, day
and month are told apart by the weekday in front or by a number above 12; else the time stays unset. Pictures and the
like are placeholders in brackets and counted as omitted.

Sources: exports as public parsers describe them. Not read: the form of the computer program that parts its fields by
spaces, where a name's end cannot be known (it is read as plain text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from triage.model import NO_TIME, Blob, Conversation, Head, Moment, Origin, Read, ReadContext, Reader, Tally, Unit
from triage.problems import problem
from triage.readers.json_export import marks
from triage.readers.text_blocks import head_text, line_text
from triage.timestamps import local_time, undecided

APP = "LINE"
FORMAT = "LINE text export"
_TITLE = re.compile(r"\A\ufeff?\[LINE\]\s*(.+)")
_WITH = re.compile(
    r'Chat history (?:with|in) "?(.+?)"?\Z|(.+?)(?:とのトーク履歴|のトーク履歴)'
    r"|(?:與|与)?(.+?)(?:的聊天記錄|的聊天记录)"
)
_DAY_FIRST_YEAR = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})\s*(?:[(\uff08]?[^\W\d]{1,12}\.?[)\uff09]?)?\s*\Z")
_DAY_LAST_YEAR = re.compile(r"([^\W\d]{2,12})\.?,?\s+(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\s*\Z")
_HALF = r"(?:(午前|午後|上午|下午|오전|오후|[AaPp][Mm])\s?)?"
_LINE = re.compile(rf"{_HALF}(\d{{1,2}}):(\d\d)\s?([AaPp]\.?[Mm]\.?)?\t([^\t]*)(?:\t(.*))?\Z", re.DOTALL)
_AFTER_NOON = frozenset({"午後", "下午", "오후", "pm"})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLACEHOLDER = re.compile(
    r"\[(?:Photo|Sticker|Video|Voice message|File|Image|Album|Contact|Location|スタンプ|写真|画像|動画|ファイル"
    r"|ボイスメッセージ|貼圖|照片|影片|圖片|語音訊息|檔案|贴图|图片|사진|스티커|동영상|รูป|สติกเกอร์|วิดีโอ)\]\Z"
)


def detect(head: Head) -> int:
    """By lines of tabs behind a day; surer with the head."""
    lines = head_text(head.start).split("\n")[:400]
    days = sum(1 for one in lines if _DAY_FIRST_YEAR.match(one) or _DAY_LAST_YEAR.match(one))
    messages = sum(1 for one in lines if "\t" in one and _LINE.match(one))
    if not days or not messages:
        return 0
    return 92 if _TITLE.match(lines[0]) else 82 if messages >= 2 or messages * 3 >= len(lines) else 0


@dataclass(slots=True)
class _Open:
    """The message whose further lines are being read."""

    first: int
    last: int
    when: Moment
    sender: str
    is_event: bool
    lines: list[str] = field(default_factory=list)

    @property
    def is_quoted(self) -> bool:
        """It began with a quotation mark that has not been closed."""
        return self.lines[0].startswith('"') and not (len(self.lines) > 1 and self.lines[-1].rstrip().endswith('"'))


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    text = line_text(blob)
    chat = _Chat(ctx.zone)
    n = 0
    for block in text.blocks(blob):
        for line in block.removesuffix("\n").split("\n"):
            n += 1
            yield from chat.line(line, n)
    cut = text.cut or chat.ends_open
    yield from chat.closed()
    if text.guessed is not None:
        yield text.guessed
    if chat.bad_times:
        yield problem("R-DATE-VALUE", "read", n=chat.bad_times)
    if chat.outside:
        yield problem("R-RECORD", "read", why=f"{chat.outside} lines of the head or outside any message")
    yield Tally(what="records", n=chat.records)
    yield Tally(what="media_omitted", n=chat.omitted)
    if cut:
        yield problem("R-TRUNCATED", "read", f"line={n}", format=FORMAT, at=f" at line {n}", n=chat.records)


class _Chat:
    """The state of one reading."""

    def __init__(self, zone: str | None) -> None:
        self.records = self.omitted = self.bad_times = self.outside = 0
        self._zone = zone
        self._name = APP
        self._day: tuple[int, int, int] | str | None = None
        """The day that holds, its text where it is not decided, None before the first."""
        self._open: _Open | None = None

    @property
    def ends_open(self) -> bool:
        return self._open is not None and len(self._open.lines) > 1 and self._open.is_quoted

    def line(self, line: str, n: int) -> Iterator[Read]:
        if n == 1:
            if title := _TITLE.match(line):
                found = _WITH.search(title[1])
                self._name = next((part for part in found.groups() if part), title[1]) if found else title[1]
            yield Conversation(name=self._name)
            if title:
                return
        day = None if "\t" in line else _day(line)
        message = _LINE.match(line) if "\t" in line and self._day is not None else None
        if day is not None or message is not None:
            yield from self.closed()
        if day is not None:
            self._day = day
        elif message is not None:
            self._begin(message, n)
        elif self._open is not None:
            self._open.lines.append(line)
            self._open.last = n if line.strip() else self._open.last
        else:
            self.outside += bool(line.strip()) and self._day is not None

    def _begin(self, message: re.Match[str], n: int) -> None:
        before, hour, minute, after, name, text = message.groups()
        half = (before or after or "").casefold().replace(".", "")
        hours = int(hour) % 12 + (12 if half in _AFTER_NOON else 0) if half else int(hour)
        when = self._when(hours, int(minute), message[0].split("\t")[0])
        is_event = text is None
        self._open = _Open(n, n, when, "" if is_event else name, is_event, [name if is_event else text])

    def _when(self, hour: int, minute: int, clock: str) -> Moment:
        if isinstance(self._day, str):
            return undecided(f"{self._day} {clock}")
        if self._day is None:
            return NO_TIME
        year, month, day = self._day
        source = f"{year:04}-{month:02}-{day:02} {clock}"
        return local_time(year, month, day, hour, minute, source=source, zone=self._zone)

    def closed(self) -> Iterator[Read]:
        """The unit of the message that is open, if any."""
        one, self._open = self._open, None
        if one is None:
            return
        text = "\n".join(one.lines).rstrip("\n ")
        if "\n" in text and text.startswith('"') and text.endswith('"'):
            text = text[1:-1]
        self.records += 1
        self.bad_times += one.when.basis == "none"
        omitted = _PLACEHOLDER.match(text) is not None
        self.omitted += omitted
        origin: Origin = "call" if text.startswith("☎") else "event" if one.is_event else "message"
        yield Unit(
            origin=origin,
            locator=f"line={one.first}" if one.first == one.last else f"line={one.first}-{one.last}",
            text=text,
            app=APP,
            conversation=self._name,
            sender=one.sender,
            when=one.when,
            flags=marks(one.when, "media_omitted" if omitted else ""),
        )


def _day(line: str) -> tuple[int, int, int] | str | None:
    """Year, month and day; the line itself where their order is not proved; None where it is no day."""
    if found := _DAY_FIRST_YEAR.match(line):
        year, month, day = (int(part) for part in found.groups())
        return (year, month, day) if _weekday(year, month, day) is not None else line
    found = _DAY_LAST_YEAR.match(line)
    if found is None:
        return None
    first, second, year = int(found[2]), int(found[3]), int(found[4])
    choices = {(year, first, second), (year, second, first)}
    valid = {one: weekday for one in choices if (weekday := _weekday(*one)) is not None}
    named = found[1].casefold()[:3]
    if named in _WEEKDAYS:
        valid = {one: weekday for one, weekday in valid.items() if weekday == _WEEKDAYS.index(named)}
    return next(iter(valid)) if len(valid) == 1 else line


def _weekday(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).weekday()
    except ValueError:
        return None


READER = Reader(name="line_txt", version="1", media_type="text/plain", detect=detect, read=read)
