"""Rich Text Format as lines of text: a small parser of groups, control words and character sets.

A group that no reader of the page sees (fonts, styles, pictures, unknown `\\*` destinations) is passed over; headers,
footers, notes, comments and text boxes are stories of their own; hidden (`\\v`) and deleted (`\\deleted`) text becomes
marks. Characters are decoded by the character set of their font, else by the document's code page; `\\u` is Unicode.
In RTF that a mail program made from HTML (`\\fromhtml`) the HTML itself is given back (MS-OXRTFEX).

Source: Rich Text Format specification 1.9.1. Refused: groups nested deeper than 1,000, pictures and objects (counted),
of a document more than 64 MiB.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from triage.readers.document_units import Line, Mark

MAX_BYTES = 64 << 20
MAX_DEPTH = 1_000
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\(\r\n|[^a-zA-Z'])|([{}])|([\r\n]+)|([^\\{}\r\n]+)|(\\)",
    re.DOTALL,
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet pict objdata themedata colorschememapping datastore latentstyles listtable "
    b"listoverridetable rsidtbl generator xmlnstbl filetbl revtbl mmathPr nonshppict pgptbl panose falt bkmkstart "
    b"bkmkend blipuid fldtype datafield formfield picprop shppict sp wgrffmtfilter pnseclvl pntxta pntxtb listname "
    b"annotationdate atnid atnauthor atnref atrfstart atrfend".split()
)  # fmt: skip
_STORIES = {
    b"header": "header", b"headerl": "header", b"headerr": "header", b"headerf": "header", b"footer": "footer",
    b"footerl": "footer", b"footerr": "footer", b"footerf": "footer", b"footnote": "footnote",
    b"annotation": "comment", b"shptxt": "textbox",
}  # fmt: skip
_INFO = {b"author": "Author", b"operator": "Last changed by", b"title": "Title", b"company": "Company",
         b"subject": "Subject", b"manager": "Manager", b"doccomm": "Description", b"keywords": "Keywords"}  # fmt: skip
_SIGNS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ", b"qmspace": " ", b"cell": " | ",
    b"nestcell": " | ",
}  # fmt: skip
_CHARSETS = {
    0: "cp1252", 2: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
_WIDE = frozenset(("cp932", "cp949", "gb18030", "cp950"))
_LINK = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]{1,2000})"')


@dataclass(slots=True)
class _Group:
    """What holds within a pair of braces."""

    skipped: bool = False
    unicode_skip: int = 1
    hidden: bool = False
    deleted: bool = False
    codec: str = ""
    story: str = ""
    field: bool = False
    info: str = ""
    fonts: bool = False
    markup: bool = False
    """Within `\\*\\htmltag`."""
    html_off: bool = False
    """Between `\\htmlrtf` and `\\htmlrtf0`."""


@dataclass(slots=True)
class RtfText:
    """One document; `lines` is a generator, the rest is known after it ended."""

    data: bytes
    codec: str = "cp1252"
    complete: bool = False
    pictures: int = 0
    objects: int = 0
    from_html: bool = False
    info: dict[str, str] = field(default_factory=dict)
    _fonts: dict[int, str] = field(default_factory=dict)
    _font: int = 0
    _group: _Group = field(default_factory=_Group)
    _stack: list[_Group] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _marks: dict[str, list[Mark]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _ready: list[Line] = field(default_factory=list)
    _instruction: list[str] = field(default_factory=list)
    _pending: bytes = b""
    _to_skip: int = 0
    _high: str = ""

    def lines(self) -> Iterator[Line]:
        """Paragraphs and table rows, story by story as they end."""
        at = 0
        while at < len(self.data):
            found = _TOKEN.match(self.data, at)
            assert found is not None  # every byte begins a token
            at = found.end()
            if found[2] == b"bin" and found[3]:
                at += max(0, int(found[3]))
            self._token(found)
            if self.complete and not self._stack:
                break
            if self._ready:
                yield from self._ready
                self._ready.clear()
        for story in list(self._texts):
            self._end_line(story)
        yield from self._ready
        self._ready.clear()

    def _token(self, found: re.Match[bytes]) -> None:
        if found[1]:
            self._byte(bytes((int(found[1], 16),)))
            return
        if found[7]:
            self._plain(found[7])
            return
        self._flush()
        if found[2]:
            self._word(found[2], int(found[3]) if found[3] else None)
        elif found[4]:
            self._symbol(found[4])
        elif found[5] == b"{":
            if len(self._stack) < MAX_DEPTH:
                self._stack.append(self._group)
                self._group = replace(self._group)
        elif found[5] == b"}":
            self._close()

    def _close(self) -> None:
        closed = self._group
        self._to_skip = 0
        if self._stack:
            self._group = self._stack.pop()
        self.complete = not self._stack
        if closed.story != self._group.story:
            self._end_line(closed.story)
        if closed.field and not self._group.field:
            if link := _LINK.search("".join(self._instruction)):
                self._say(f" <{link[1]}> ")
            self._instruction = []

    def _plain(self, text: bytes) -> None:
        if self._to_skip:
            used = min(self._to_skip, len(text))
            self._to_skip -= used
            text = text[used:]
        self._byte(text, skip=False)

    def _byte(self, data: bytes, *, skip: bool = True) -> None:
        if skip and self._to_skip:
            self._to_skip -= 1
            return
        if self._group.fonts:
            return
        self._pending += data
        if len(self._pending) > 1 << 16:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, b""
            codec = self._group.codec or self.codec
            self._say(pending.decode(codec, "replace"))

    def _say(self, text: str) -> None:
        group = self._group
        if self._high:
            self._high, text = "", "\ufffd" + text
        if group.info:
            self.info[group.info] = (self.info.get(group.info, "") + text)[:2000]
        elif group.field:
            self._instruction = [*self._instruction[-50:], text]
        elif group.skipped or group.html_off:
            return
        elif group.deleted or (group.hidden and not self.from_html):
            self._beside("tracked_deletion" if group.deleted else "hidden_text", text)
        else:
            self._texts.setdefault(group.story, []).append(text)

    def _beside(self, flag: str, text: str) -> None:
        marks = self._marks.setdefault(self._group.story, [])
        self._texts.setdefault(self._group.story, [])
        if marks and marks[-1].flag == flag:
            marks[-1] = replace(marks[-1], text=marks[-1].text + text)
        else:
            marks.append(Mark(flag=flag, text=text))

    def _symbol(self, sign: bytes) -> None:
        if sign == b"*":
            self._group.skipped = True
        elif sign in (b"\r\n", b"\n", b"\r"):
            self._end_line(self._group.story)
        elif said := {b"~": "\u00a0", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}"}.get(sign, ""):
            self._say(said)

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._group
        if word == b"u" and number is not None:
            self._unicode(number)
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in (b"par", b"row", b"sect", b"page", b"nestrow"):
            if self.from_html and word == b"par" and not group.skipped and not group.html_off:
                self._say("\n")
            elif not group.skipped and not self.from_html:
                self._end_line(group.story)
        elif word in (b"v", b"deleted"):
            setattr(group, "hidden" if word == b"v" else "deleted", number != 0)
        elif word == b"plain":
            group.hidden = group.deleted = False
            group.codec = ""
        elif word == b"uc":
            group.unicode_skip = max(0, number or 0)
        elif word == b"htmlrtf":
            group.html_off = number != 0
        else:
            self._destination(word, number)

    def _destination(self, word: bytes, number: int | None) -> None:
        group = self._group
        if word == b"f" and number is not None:
            self._font = number
            group.codec = "" if group.fonts else self._fonts.get(number, "")
        elif word == b"fcharset" and group.fonts:
            self._fonts[self._font] = _CHARSETS.get(number or 0, "") if number else ""
        elif word == b"fonttbl":
            group.fonts = group.skipped = True
        elif word == b"ansicpg" and number:
            self.codec = _codec(number)
        elif word == b"mac":
            self.codec = "mac_roman"
        elif word in (b"fromhtml", b"fromtext"):
            self.from_html = word == b"fromhtml"
        elif word == b"htmltag":
            group.skipped = not self.from_html
        elif word in _STORIES and not group.info:
            story = _STORIES[word]
            self._counts[f"#{story}"] += 1
            group.story, group.skipped = f"{story}={self._counts[f'#{story}']}", False
        elif word == b"fldinst":
            group.field, group.skipped = True, False
        elif word in _INFO and group.skipped:
            group.info = _INFO[word]
        elif word == b"info":
            group.skipped = True
        elif word in _SKIPPED:
            self.pictures += word == b"pict"
            self.objects += word == b"objdata"
            group.skipped = True

    def _unicode(self, number: int) -> None:
        code = number + 65536 if number < 0 else number
        self._to_skip = self._group.unicode_skip
        if 0xD800 <= code < 0xDC00:
            self._high = chr(code)
        elif 0xDC00 <= code < 0xE000:
            if self._high:
                low, high, self._high = code, ord(self._high), ""
                self._say(chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)))
        elif code < 0x110000:
            self._say(chr(code))

    def _end_line(self, story: str) -> None:
        text = "".join(self._texts.pop(story, [])).strip(" |")
        marks = tuple(mark for mark in self._marks.pop(story, []) if mark.text.strip())
        self._counts[story] += 1
        flags = tuple({story.partition("=")[0]} & {"comment", "footnote"})
        self._ready.append(Line(story=story, number=self._counts[story], text=text, marks=marks, flags=flags))


def _codec(page: int) -> str:
    for name in (f"cp{page}", {65001: "utf-8", 10000: "mac_roman", 936: "gb18030"}.get(page, "")):
        try:
            b"".decode(name or "cp1252")
        except LookupError:
            continue
        if name:
            return name
    return "cp1252"


def html_of_rtf(data: bytes) -> tuple[str, str]:
    """Plain text and HTML of an RTF body of a mail; the HTML is empty where it was not made from HTML."""
    rtf = RtfText(data[:MAX_BYTES])
    text = "\n".join(line.text for line in rtf.lines() if not line.story)
    return ("", text) if rtf.from_html else (text, "")
