"""HTML exports as a stream of records: small trees of the elements that hold a message, one at a time.

The standard library's tokenizer is fed in blocks; nothing is rendered, run or fetched, and scripts and styles are
passed over. A reader says which elements are records (their tree is built and handed on when they close) and which are
marks (handed on when they open). Records do not nest: one that begins inside another ends it. A record that never
closes is handed on as `cut`. The file is complete where `</html>` or `</body>` was seen.

Source: HTML Living Standard, 13.1 (void elements). Refused: tags longer than 1 MiB; of a record, what lies deeper than
150 elements or behind 50,000 of them is kept as text or left out and said.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import BinaryIO, Literal

BLOCK = 1 << 16
MAX_TAG = 1 << 20
MAX_DEPTH, MAX_NODES, MAX_TEXT = 150, 50_000, 4_000_000
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_LINES = frozenset(
    [
        "div",
        "p",
        "br",
        "li",
        "tr",
        "table",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "blockquote",
        "pre",
        "section",
        "article",
    ]
)
_UNREAD = frozenset({"script", "style"})
_HUGE_REFERENCE = re.compile(r"&#[0-9]{10,};?")
_LINK = re.compile(r"(?:https?|tel|mailto|tg|geo|sms):", re.IGNORECASE)
Attrs = dict[str, str]
Wanted = Literal["record", "mark", ""]
Choose = Callable[[str, frozenset[str], Attrs], Wanted]


@dataclass(slots=True, kw_only=True)
class Node:
    """An element of a record; `children` are elements and texts in their order."""

    tag: str
    attrs: Attrs = field(default_factory=dict)
    line: int = 0
    children: list[Node | str] = field(default_factory=list)
    kind: Literal["record", "mark", "text", ""] = ""
    cut: bool = False
    """It never closed."""

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attrs.get("class", "").split())

    def elements(self) -> Iterator[Node]:
        """Its own elements."""
        return (one for one in self.children if isinstance(one, Node))

    def walk(self) -> Iterator[Node]:
        """Every element under it, in the order of the file."""
        for one in self.elements():
            yield one
            yield from one.walk()

    def all(self, name: str) -> Iterator[Node]:
        """Every element under it with that class (`.name`) or tag (`name`)."""
        wanted = name.removeprefix(".")
        by_class = name.startswith(".")
        return (one for one in self.walk() if (wanted in one.classes if by_class else one.tag == wanted))

    def first(self, name: str) -> Node | None:
        """The first of `all`."""
        return next(self.all(name), None)

    def text(self, without: frozenset[str] = frozenset()) -> str:
        """Its text as a browser would break it into lines; behind a link its target where that is not shown.

        Elements with a class or tag of `without` are left out.
        """
        lines = "".join(self._pieces(without)).split("\n")
        return "\n".join(" ".join(line.split()) for line in lines).strip()

    def _pieces(self, without: frozenset[str]) -> Iterator[str]:
        for one in self.children:
            if isinstance(one, str):
                yield one.replace("\n", " ").replace("\r", " ")
            elif one.tag == "br":
                yield "\n"
            elif one.tag not in _UNREAD and not (without and without & (one.classes | {one.tag})):
                edge = "\n" if one.tag in _LINES else ""
                shown = "".join(one._pieces(without))
                yield f"{edge}{shown}{_target(one, shown)}{edge}"


def _target(link: Node, shown: str) -> str:
    href = link.attrs.get("href", "")
    return f" <{href}>" if link.tag == "a" and _LINK.match(href) and href.strip() not in shown else ""


class HtmlRecords(HTMLParser):
    """The tokenizer with the trees it builds; `problem_kind` says at the end why reading stopped, if it did."""

    def __init__(self, choose: Choose) -> None:
        super().__init__(convert_charrefs=True)
        self.complete = False
        self.problem_kind: Literal["", "limit", "malformed"] = ""
        self.shortened = 0
        """Records of which a part was left out."""
        self._choose = choose
        self._ready: list[Node] = []
        self._stack: list[Node] = []
        self._nodes = self._chars = 0

    def events(self, handle: BinaryIO, codec: str) -> Iterator[Node]:
        """Records, marks and the texts between them, in the file's order."""
        decoder = codecs.getincrementaldecoder(codec)("replace")
        while not self.problem_kind and (block := handle.read(BLOCK)):
            self._take(block, decoder)
            yield from self._drain()
        if not self.problem_kind:
            self._take(b"", decoder, final=True)
            if "<" not in self.rawdata:  # a tag that is cut off is no text
                self.handle_data(unescape(_HUGE_REFERENCE.sub("\ufffd", self.rawdata)))
        if self._stack:
            self._close(cut=True)
        yield from self._drain()

    def _take(self, block: bytes, decoder: codecs.IncrementalDecoder, *, final: bool = False) -> None:
        try:
            self.feed(_HUGE_REFERENCE.sub("\ufffd", decoder.decode(block, final)))
        except (ValueError, AssertionError):  # a declaration or reference that the tokenizer refuses
            self.problem_kind = "malformed"
        if len(self.rawdata) > MAX_TAG:
            self.problem_kind = "limit"

    def _drain(self) -> Iterator[Node]:
        made, self._ready = self._ready, []
        yield from made

    @property
    def line(self) -> int:
        return self.getpos()[0]

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """`<![…` is passed over to its end, whatever its keyword."""
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in reversed(attrs)}
        node = Node(tag=tag, attrs=given, line=self.line)
        wanted = self._choose(tag, node.classes, given)
        if wanted == "record" and not (tag == "p" and self._stack):  # a paragraph inside a record belongs to it
            if self._stack:
                self._close(cut=True)
            node.kind = "record"
            self._stack, self._nodes, self._chars = [node], 0, 0
            if tag in _VOID:
                self._close()
            return
        if wanted == "mark" and not self._stack:
            node.kind = "mark"
            self._ready.append(node)
        if self._stack:
            self._add(node)

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.shortened += self._nodes == MAX_NODES + 1
            return
        self._stack[-1].children.append(node)
        if node.tag not in _VOID and len(self._stack) < MAX_DEPTH:
            self._stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("html", "body"):
            self.complete = True
            if self._stack:
                self._close(cut=True)
            return
        for n in range(len(self._stack) - 1, -1, -1):
            if self._stack[n].tag == tag:
                del self._stack[n + 1 :]
                if n == 0:
                    self._close()
                else:
                    self._stack.pop()
                return

    def handle_data(self, data: str) -> None:
        if not self._stack:
            if not data.isspace() and data and self.cdata_elem is None:
                self._ready.append(Node(tag="", kind="text", line=self.line, children=[data[:MAX_TEXT]]))
            return
        self._chars += len(data)
        if self._chars <= MAX_TEXT:
            self._stack[-1].children.append(data)
        else:
            self.shortened += self._chars - len(data) <= MAX_TEXT

    def _close(self, *, cut: bool = False) -> None:
        record = self._stack[0]
        record.cut = cut
        self._stack = []
        self._ready.append(record)
