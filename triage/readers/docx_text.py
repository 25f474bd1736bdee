"""The paragraphs of one part of a WordprocessingML document, as they are read, with what stands beside the text.

    w:p > w:r > w:t · w:delText (a tracked deletion) · w:tab · w:br;  w:ins · w:del · w:moveFrom · w:moveTo (tracked)
    w:rPr > w:vanish (hidden);  w:tbl > w:tr > w:tc (a row is one line);  w:txbxContent (a text box, a story of its own)
    mc:Fallback repeats what mc:Choice holds and is passed over; a:t is text in drawings, wp:docPr its description

Inserted text stands in its place and the paragraph is flagged; deleted and hidden text become marks. Hidden by a style
is not recognised. Field codes (`w:instrText`) are kept where they hold a link.

Source: ECMA-376 part 1 (17.3 paragraphs and runs, 17.13.5 revisions, 17.4 tables), part 3 (alternate content).
Refused: tables and text boxes nested deeper than 50.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from triage.readers.document_units import Line, Mark
from triage.readers.xml_stream import Fault, XmlStream, local_name

MAX_NESTED = 50
_TRACKED = {"del": "tracked_deletion", "moveFrom": "tracked_deletion", "ins": "tracked_insertion",
            "moveTo": "tracked_insertion"}  # fmt: skip
_NOTES = {"comment": "comment", "footnote": "footnote", "endnote": "endnote"}
_LINK = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]{1,2000})"')


@dataclass(slots=True)
class _Paragraph:
    """A paragraph or table row while it is open."""

    shown: list[str] = field(default_factory=list)
    aside: list[tuple[tuple[str, str, str, int], str]] = field(default_factory=list)
    """Flag, author, time and the place in the shown text; the text."""
    flags: set[str] = field(default_factory=set)
    pictures: list[str] = field(default_factory=list)
    author: str = ""


@dataclass(slots=True)
class _Story:
    name: str
    paragraph: _Paragraph | None = None
    rows: int = 0
    """Depth of table rows: their cells are joined into one line."""


class WordText:
    """Reads one part; `fault` says afterwards whether its end was reached."""

    def __init__(self, story: str, counts: Counter[str], targets: Mapping[str, str]) -> None:
        """`counts` numbers the paragraphs of a story and the text boxes across parts; `targets` are relations."""
        self.fault: Fault | None = None
        self._stories = [_Story(story)]
        self._counts, self._targets = counts, targets
        self._tracked: list[tuple[str, str, str]] = []
        self._skipped = self._runs = self._properties = 0
        self._hidden = False
        self._links: list[str] = []
        self._field: list[str] = []
        self._stream: XmlStream[Line] = XmlStream(self._start, self._end, with_text=True)

    def lines(self, blocks: Iterable[bytes]) -> Iterator[Line]:
        yield from self._stream.events(blocks)
        while self._stories and (self._stories[-1].paragraph or len(self._stories) > 1):  # the part was cut off
            self._stories[-1].rows = 0
            self._close()
            if len(self._stories) > 1:
                self._stories.pop()
        yield from self._stream.ready
        self.fault = self._stream.fault

    @property
    def _story(self) -> _Story:
        return self._stories[-1]

    def _open(self) -> _Paragraph:
        if self._story.paragraph is None:
            self._story.paragraph = _Paragraph()
        return self._story.paragraph

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "Fallback" or self._skipped:
            self._skipped += 1
        elif name in ("t", "delText", "instrText"):
            self._stream.text.clear()
            self._stream.in_text = True
        elif name == "r":
            self._runs, self._hidden = self._runs + 1, False
        elif name == "rPr":
            self._properties += 1
        elif name == "vanish" and self._runs and _is_on(values):
            self._hidden = True
        elif name in _TRACKED and not self._properties:
            self._tracked.append((_TRACKED[name], _value(values, "author"), _value(values, "date")))
        else:
            self._start_block(name, values)

    def _start_block(self, name: str, values: dict[str, str]) -> None:
        if name == "p":
            paragraph = self._open()
            if self._story.rows and paragraph.shown and paragraph.shown[-1] not in (" | ", " "):
                paragraph.shown.append(" ")
        elif name == "tr":
            self._open()
            self._story.rows += 1
        elif name == "tc" and self._story.rows == 1 and self._open().shown:
            self._open().shown.append(" | ")
        elif name == "txbxContent" and len(self._stories) < MAX_NESTED:
            self._counts["textbox"] += 1
            self._stories.append(_Story(f"textbox={self._counts['textbox']}"))
        elif name in _NOTES and (number := _value(values, "id")):
            self._story.name = f"{name}={number}"
            self._counts[self._story.name] = 0
            self._note = (_value(values, "author"), _value(values, "date"))
        elif name == "hyperlink":
            self._links.append(self._targets.get(_value(values, "id"), ""))
        elif name in ("tab", "br", "cr", "noBreakHyphen") and self._runs:
            self._say({"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n"))
        elif name == "docPr" and (words := values.get("descr", "").strip()):
            self._beside(self._open(), "picture_description", "", "", words)
        elif name in ("blip", "imagedata") and (target := self._targets.get(_value(values, "embed", "id"), "")):
            self._open().pictures.append(target)

    _note: tuple[str, str] = ("", "")

    def _say(self, text: str) -> None:
        paragraph = self._open()
        kind, author, time = self._tracked[-1] if self._tracked else ("", "", "")
        if kind == "tracked_deletion":
            self._beside(paragraph, kind, author, time, text)
        elif self._hidden:
            self._beside(paragraph, "hidden_text", "", "", text)
        else:
            paragraph.shown.append(text)
            if kind:
                paragraph.flags.add(kind)
                paragraph.author = author or paragraph.author

    @staticmethod
    def _beside(paragraph: _Paragraph, flag: str, author: str, time: str, text: str) -> None:
        key = (flag, author, time, len(paragraph.shown))
        if paragraph.aside and paragraph.aside[-1][0] == key:
            paragraph.aside[-1] = (key, paragraph.aside[-1][1] + text)
        else:
            paragraph.aside.append((key, text))

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if self._skipped:
            self._skipped -= 1
        elif name in ("t", "delText", "instrText"):
            self._text(name)
        elif name == "r":
            self._runs, self._hidden = max(0, self._runs - 1), False
        elif name == "rPr":
            self._properties = max(0, self._properties - 1)
        elif name in _TRACKED and not self._properties and self._tracked:
            self._tracked.pop()
        elif name == "hyperlink" and self._links:
            self._target(self._links.pop())
        elif name == "p":
            if not self._story.rows:
                self._close()
        elif name == "tr":
            self._story.rows = max(0, self._story.rows - 1)
            if not self._story.rows:
                self._close()
        elif name == "txbxContent" and len(self._stories) > 1:
            self._close()
            self._stories.pop()
        elif name in _NOTES and self._story.paragraph is not None:
            self._close()

    def _text(self, name: str) -> None:
        said = "".join(self._stream.text)
        self._stream.text.clear()
        self._stream.in_text = False
        if name == "instrText":
            self._field = [*self._field[-20:], said]
            if found := _LINK.search("".join(self._field)):
                self._target(found[1])
                self._field = []
        elif said:
            self._say(said)

    def _target(self, target: str) -> None:
        if "://" in target or target.lower().startswith(("mailto:", "tel:", "geo:")):
            bare = target.partition(":")[2] if target.lower().startswith(("mailto:", "tel:")) else target
            if bare not in "".join(self._open().shown):
                self._open().shown.append(f" <{target}>")

    def _close(self) -> None:
        story, paragraph = self._story, self._story.paragraph
        story.paragraph = None
        if paragraph is None:
            return
        self._counts[story.name] += 1
        note = story.name.partition("=")[0] in _NOTES
        kind = {story.name.partition("=")[0]} & set(_NOTES)
        author, time = self._note if note else (paragraph.author, "")
        marks = tuple(
            Mark(flag=f, author=a, time=_local(t), text=text) for (f, a, t, _), text in paragraph.aside if text.strip()
        )
        line = Line(
            story=story.name,
            number=self._counts[story.name],
            text="".join(paragraph.shown).strip(" |") if "".join(paragraph.shown).strip(" |\n\t") else "",
            flags=tuple(sorted({*paragraph.flags, *kind})),
            marks=marks,
            author=author,
            time=_local(time),
            pictures=tuple(paragraph.pictures),
            alone=False,
        )
        self._stream.ready.append(line)


def _value(values: Mapping[str, str], *names: str) -> str:
    """An attribute by its local name."""
    return next((value for key, value in values.items() if local_name(key) in names), "")


def _is_on(values: Mapping[str, str]) -> bool:
    return _value(values, "val") not in ("0", "false", "off")


def _local(time: str) -> str:
    """Word writes local times and marks them as UTC: the mark is dropped, the time stays local."""
    return time.removesuffix("Z")
