"""JSON read piece by piece: the caller walks objects and arrays and takes or skips one value at a time.

The values themselves are read by the standard library's C scanner (`json.scanner`), which takes a
value at an offset and says where it ended; only the walk between values is ours. On a generated Telegram export of
300,000 messages the walk took a third of the time of `json.load`, with the memory of one message. (ijson's C backend
takes three quarters of our time where one path is wanted; its events, which a walk over many paths needs, take more.)

Source: RFC 8259. Refused: values nested deeper than the scanner's limit, single values larger than `MAX_VALUE`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from json import scanner
from typing import Any, BinaryIO

BLOCK = 1 << 20
MAX_VALUE = 1 << 23
"""Characters of one value that is taken whole."""
TOO_LARGE = object()
"""Stands in `values` for a value that was passed over because it is larger."""
_SPACE = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'[\[\]{}"]')
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)
_UNFINISHED = re.compile(r"(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|\\?u?[0-9A-Fa-f]{0,4})?\Z")
"""What may stand at the end of a text that breaks off in a word, a number or an escape."""


_scanner: Callable[[json.JSONDecoder], Callable[[str, int], tuple[Any, int]]] = vars(scanner)["make_scanner"]


def _whole_number(digits: str) -> int | str:
    """An integer; one of thousands of digits, which Python refuses to convert, as its digits."""
    return int(digits) if len(digits) < 4000 else digits


class JsonError(Exception):
    """The text is not JSON at this place, or ends too early."""

    def __init__(self, kind: str, line: int, column: int, *, inside: bool) -> None:
        super().__init__(kind)
        self.kind, self.line, self.column = kind, line, column
        self.inside = inside
        """True within a value, False between values."""


class JsonStream:
    """A cursor over one JSON text."""

    def __init__(self, handle: BinaryIO, codec: str = "utf-8") -> None:
        self.damaged_line = 0
        """The first line with bytes that are not valid in the encoding (they are read as U+FFFD); 0 = none."""
        self._handle = handle
        self._wide = None if codec.startswith("utf-8") else codecs.getincrementaldecoder(codec)("replace")
        self._pending = b""
        self._scan: Callable[[str, int], tuple[Any, int]] = _scanner(json.JSONDecoder(strict=False))
        self._text = ""
        self._at = 0
        self._ended = False
        self._lines = 0
        self._column = 0

    def peek(self) -> str:
        """The next character that is not space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = at = space.end() if space else self._at
            if at < len(self._text):
                return self._text[at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read another block, dropping what has been taken; False at the end."""
        if self._ended:
            return False
        block = self._handle.read(max(BLOCK, len(self._text) - self._at))
        self._ended = not block
        done = self._text[: self._at]
        self._lines += done.count("\n")
        newline = done.rfind("\n")
        self._column = len(done) - newline - 1 if newline >= 0 else self._column + len(done)
        self._text = self._text[self._at :] + self._decoded(block)
        self._at = 0
        return not self._ended

    def _decoded(self, block: bytes) -> str:
        if self._wide is not None:
            return self._wide.decode(block, not block)
        data = self._pending + block
        try:
            text, used = codecs.utf_8_decode(data, "strict", not block)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "replace", not block)
            self.damaged_line = self.damaged_line or self._lines + 1
        self._pending = data[used:]
        if not self._lines and not self._column and text[:1] == "\ufeff":
            return text[1:]
        return text

    def fault(self, kind: str = "malformed", at: int | None = None, *, inside: bool = False) -> JsonError:
        """A fault at the cursor (or at an offset of the text held)."""
        done = self._text[: self._at if at is None else at]
        newline = done.rfind("\n")
        column = len(done) - newline if newline >= 0 else self._column + len(done) + 1
        return JsonError(kind, self._lines + done.count("\n") + 1, column, inside=inside)

    def expect(self, wanted: str) -> None:
        """Take one punctuation mark."""
        found = self.peek()
        if found != wanted:
            raise self.fault("truncated" if found == "" else "malformed")
        self._at += 1

    def value(self) -> Any:
        """Take the next value whole."""
        space = _SPACE.match(self._text, self._at)
        try:
            value, end = self._scan(self._text, space.end() if space else self._at)
        except (StopIteration, ValueError, RecursionError):
            return self._slow_value()
        if end < len(self._text):
            self._at = end
            return value
        return self._slow_value()

    def _slow_value(self) -> Any:
        """The next value where it meets the end of the text held, or is not JSON."""
        if self.peek() == "":
            raise self.fault("truncated")
        decode = json.JSONDecoder(strict=False, parse_int=_whole_number).raw_decode
        while True:
            try:
                value, end = decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._ended and self._worth_more(error):
                    self._more()
                    continue
                raise self._judged(error) from None
            except RecursionError:
                raise self.fault(inside=True) from None
            if end < len(self._text) or self._ended:  # a number at the very end may go on in the next block
                self._at = end
                return value
            self._more()

    def _worth_more(self, error: json.JSONDecodeError) -> bool:
        """Whether the error may only come from the block's end."""
        if len(self._text) - self._at > MAX_VALUE:
            raise self.fault("limit", inside=True)
        return error.pos >= len(self._text) - 16 or error.msg.startswith("Unterminated string")

    def _judged(self, error: json.JSONDecodeError) -> JsonError:
        rest = self._text[error.pos : error.pos + 16].strip()
        cut = error.msg.startswith("Unterminated string") or _UNFINISHED.match(rest) is not None
        return self.fault("truncated" if cut else "malformed", error.pos, inside=True)

    def members(self) -> Iterator[str]:
        """The keys of the object at the cursor; the caller takes or skips each value before asking for the next."""
        self.expect("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise self.fault()
            self.expect(":")
            yield key
            if not self._goes_on("}"):
                return

    def items(self) -> Iterator[int]:
        """The positions of the array at the cursor; the caller takes or skips each value."""
        self.expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        n = 0
        while True:
            yield n
            n += 1
            if not self._goes_on("]"):
                return

    def values(self) -> Iterator[Any]:
        """The values of the array at the cursor, each taken whole."""
        self.expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value_or_skip()
            if self._text[self._at : self._at + 1] == ",":
                self._at += 1
            elif not self._goes_on("]"):
                return

    def _value_or_skip(self) -> Any:
        try:
            return self.value()
        except JsonError as error:
            if error.kind != "limit":
                raise
        self.skip()
        return TOO_LARGE

    def _goes_on(self, close: str) -> bool:
        mark = self.peek()
        if mark == ",":
            self._at += 1
            return True
        if mark == close:
            self._at += 1
            return False
        raise self.fault("truncated" if mark == "" else "malformed")

    def skip(self) -> None:
        """Pass over the next value, however large, without building it."""
        first = self.peek()
        if first == "":
            raise self.fault("truncated")
        if first not in '[{"':
            self.value()
            return
        depth = 0
        while True:
            found = self._next_mark()
            if found == '"':
                self._skip_string()
            else:
                depth += 1 if found in "[{" else -1
            if depth <= 0:
                return

    def _next_mark(self) -> str:
        while True:
            found = _MARK.search(self._text, self._at)
            if found:
                self._at = found.end()
                return found[0]
            self._at = len(self._text)
            if not self._more():
                raise self.fault("truncated")

    def _skip_string(self) -> None:
        """The cursor is behind the opening quote."""
        while True:
            found = _STRING_END.match(self._text, self._at)
            if found:
                self._at = found.end()
                return
            odd = len(self._text) - len(self._text.rstrip("\\"))
            self._at = len(self._text) - (odd % 2)
            if not self._more():
                raise self.fault("truncated")
