"""The text of an HTML page or mail as a browser would break it into lines, and the text it would not show.

The standard library's tokenizer is fed in blocks; nothing is rendered, run or fetched. A line is `hidden` where an
element around it says so in its own attributes (`hidden`, `display:none`, `visibility:hidden`, a font size or opacity
of zero). Behind a link stands its target where that is not the shown text. Of forms the values, of pictures the
alternative text are kept. Scripts and styles are passed over; style sheets are not applied.

Source: HTML Living Standard (13.1 void elements, 15.3.1 hidden elements). Refused: tags longer than 1 MiB; lines
longer than 100,000 characters are cut into several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

MAX_TAG = 1 << 20
MAX_LINE = 100_000
MAX_OPEN = 5_000
_VOID_TAGS = "area base br col embed hr img input link meta param source track wbr"
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark meta q s samp small "
    "span strike strong sub sup time tt u var wbr"
)
_VOID, _INLINE = frozenset(_VOID_TAGS.split()), frozenset(_INLINE_TAGS.split())
_CELLS = frozenset(("td", "th"))
_UNREAD = frozenset(("script", "style", "template", "noscript"))
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|\Z)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|\Z)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?|tel|mailto|tg|geo|sms|whatsapp|viber|bitcoin|upi):", re.IGNORECASE)
_HUGE_REFERENCE = re.compile(r"&#[0-9]{10,};?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, with the line of the source where it begins."""

    text: str
    source_line: int
    hidden: bool = False


@dataclass(slots=True)
class _Open:
    tag: str
    hidden: bool
    href: str = ""
    shown: int = 0
    """How much of the line stood there when a link began."""


class HtmlText(HTMLParser):
    """Feed it texts, take `lines` between."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ready: list[Line] = []
        self.title = ""
        self.complete = False
        self.problem_kind: Literal["", "limit", "malformed"] = ""
        self.comments = 0
        self._open: list[_Open] = []
        self._pieces: list[str] = []
        self._size = 0
        self._line = 1
        self._hidden = False
        self._unread = 0
        self._in_title = False

    def lines(self, texts: Iterable[str]) -> Iterator[Line]:
        """All lines that hold anything."""
        for text in texts:
            if self.problem_kind:
                break
            self._take(text)
            yield from self._drain()
        if not self.problem_kind:
            self._take("", final=True)
        self._break()
        yield from self._drain()

    def _take(self, text: str, *, final: bool = False) -> None:
        try:
            self.feed(_HUGE_REFERENCE.sub("\ufffd", text))
            if final and "<" not in self.rawdata:
                self.close()
        except (ValueError, AssertionError):  # a declaration or reference that the tokenizer refuses
            self.problem_kind = "malformed"
        if len(self.rawdata) > MAX_TAG:
            self.problem_kind = "limit"

    def _drain(self) -> Iterator[Line]:
        made, self.ready = self.ready, []
        yield from made

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """`<![…` is passed over to its end, whatever its keyword."""
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def handle_comment(self, data: str) -> None:
        self.comments += 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in reversed(attrs)}
        self._in_title = tag == "title" or self._in_title
        if tag not in _INLINE and tag not in _CELLS:
            self._break()
        elif tag in _CELLS and self._pieces:
            self._add(" | ")
        if tag in _UNREAD:
            self._unread += 1
        hidden = self._is_hidden() or "hidden" in given or _HIDING.search(given.get("style", "")) is not None
        self._say_value(tag, given, hidden=hidden)
        if tag in _VOID or len(self._open) >= MAX_OPEN:
            return
        href = given.get("href", "").strip()
        shown = sum(map(len, self._pieces)) if href else 0
        self._open.append(_Open(tag, hidden, href if _LINK.match(href) else "", shown))

    def _say_value(self, tag: str, given: dict[str, str], *, hidden: bool) -> None:
        said = given.get("alt", "") if tag == "img" else ""
        if tag == "input" and given.get("type", "").lower() not in ("submit", "button", "reset", "password"):
            said, hidden = given.get("value", ""), hidden or given.get("type", "").lower() == "hidden"
        if said.strip():
            self._text(f" {said} ", hidden=hidden)

    def handle_endtag(self, tag: str) -> None:
        self.complete = self.complete or tag in ("html", "body")
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        if tag == "title":
            self._in_title = False
        for n in range(len(self._open) - 1, -1, -1):
            if self._open[n].tag == tag:
                self._target(self._open[n])
                if tag not in _INLINE and tag not in _CELLS:
                    self._break()
                del self._open[n:]
                return
        if tag not in _INLINE and tag not in _CELLS:
            self._break()

    def _target(self, link: _Open) -> None:
        if link.href:
            shown = "".join(self._pieces)[link.shown :]
            bare = link.href.partition(":")[2] if link.href.lower().startswith(("mailto:", "tel:")) else link.href
            if bare not in shown:
                self._text(f" <{link.href}>", hidden=link.hidden)

    def _is_hidden(self) -> bool:
        return self._open[-1].hidden if self._open else False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = f"{self.title} {data}"[:1000].strip()
        elif not self._unread:
            self._text(data, hidden=self._is_hidden())

    def _text(self, data: str, *, hidden: bool) -> None:
        if not data.strip():
            if self._pieces:
                self._add(" ")
            return
        if hidden != self._hidden and self._pieces:
            self._break()
        self._hidden = hidden
        if not self._pieces:
            self._line = self.getpos()[0]
        for at in range(0, len(data), MAX_LINE):
            self._add(data[at : at + MAX_LINE])
            if self._size > MAX_LINE:
                self._break()

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)

    def _break(self) -> None:
        text = " ".join("".join(self._pieces).split()) if self._pieces else ""
        self._pieces, self._size = [], 0
        if text and text.strip(" |"):
            self.ready.append(Line(text, self._line, self._hidden))


def text_of_html(text: str) -> tuple[str, str]:
    """The shown and the hidden text of a page held in memory (a mail's body)."""
    lines = list(HtmlText().lines(text[at : at + 65536] for at in range(0, len(text), 65536)))
    shown = "\n".join(line.text for line in lines if not line.hidden)
    return shown, "\n".join(line.text for line in lines if line.hidden)
