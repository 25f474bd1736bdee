"""What the commands print with: data to standard output, words to standard error, both safe to display."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from triage.display import safe_display


def data(line: str) -> None:
    """One line of data for a program or a person."""
    sys.stdout.write(line + "\n")


def json_line(value: Mapping[str, object]) -> None:
    """One JSON object; control and format characters are escaped, so that a terminal shows them as text."""
    data(safe_json(value))


def safe_json(value: object) -> str:
    """JSON whose strings hold no raw control, bidi or zero-width character: those stand as \\u escapes."""
    raw = json.dumps(value, ensure_ascii=False)
    return "".join(c if c == " " or safe_display(c) == c else json.dumps(c)[1:-1] for c in raw)


def stdout_bytes(piece: bytes) -> None:
    """Part of a file that is the command's result, byte for byte."""
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def words(lines: Iterable[str]) -> None:
    """Lines for a person."""
    for line in lines:
        sys.stderr.write(safe_display(line) + "\n")


def text(lines: Iterable[str]) -> None:
    """Lines for a person that are the command's result."""
    for line in lines:
        sys.stdout.write(safe_display(line) + "\n")
