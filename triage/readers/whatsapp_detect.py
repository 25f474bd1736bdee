"""Whether a text is a WhatsApp export: by its header lines, their names and the app's own words; never by file name.

Other programs write lines that look alike: logs (`2019-09-17 16:37:41 - worker: started`), diaries, copies from Skype
or Signal. Points are given for the form (Android's has no seconds, a log has), for words and marks that only the app
writes and for names that come back; log levels in the place of names, and names that never recur, count against it.
A text with the app's notice but no header that can be read is claimed too, so that it is reported and not passed by.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from triage.model import Head
from triage.readers.text_blocks import head_text
from triage.readers.whatsapp_clock import MARK
from triage.readers.whatsapp_lines import Layout, head_pattern, parse_header
from triage.readers.whatsapp_names import looks_like_export_name
from triage.readers.whatsapp_words import knows_app_words, shows_notice

_LEAST = 50
_MOST_HEADERS = 400
_LOG = re.compile(
    r"(?<![^\W_])(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|FATAL|SEVERE|ALERT|EMERGENCY|EXCEPTION)(?![^\W_])"
    r"|(?i:\b(?:debug|info|warning|error|exception)\b\W*\Z)|\w\[\d+\]\Z|\A[\w.-]+\.(?:py|js|c|go|rs|java|php)\b"
)
_STARTS = re.compile(rf"(?m)^[{MARK}]*[\[\d]")


def detect(head: Head) -> int:
    """0–98; below 50 becomes 0."""
    if b"\0" in head.start[:4] and not head.start.startswith((b"\xff\xfe", b"\xfe\xff")) and head.start[:2] == b"\0\0":
        return 0
    text = head_text(head.start)
    if head.size > len(head.start):
        text = text[: text.rfind("\n") + 1]
    named = looks_like_export_name(head.name)
    matches = list(islice(head_pattern().finditer("\n" + text + "\n"), _MOST_HEADERS))
    if not matches:
        return 55 if shows_notice(text[:4000]) and _STARTS.search(text) else 0
    bodies = [text[m.end() - 1 : m.end() + 299].partition("\n")[0] for m in matches]
    words = any(knows_app_words(body) for body in bodies)
    marks = sum(body.startswith("\u200e") for body in bodies)
    if 2 * len(matches) < sum(1 for _ in islice(_STARTS.finditer(text[: matches[-1].end()]), 4 * _MOST_HEADERS)):
        return 0
    names = Counter(m[2] for m in matches if m[2])
    if len(matches) == 1 and not (words or marks or named):
        return 0
    if not words and not marks and 2 * names.total() < len(matches):
        return 0
    if sum(n for name, n in names.items() if _LOG.search(name)) * 4 > len(matches):
        return 0
    score = _form_points([m[1] for m in matches]) + 15 * words + 10 * bool(marks) + 5 * named
    score += _name_points(names)
    return min(98, score) if score >= _LEAST else 0


def _form_points(headers: list[str]) -> int:
    layouts = Counter(parsed.layout for h in headers if (parsed := parse_header(h)))
    if not layouts:
        return 0
    return max(_points(layout) for layout, _ in layouts.most_common(1))


def _points(layout: Layout) -> int:
    machine = layout.place == "first" and layout.separator == "-" and not layout.half
    if layout.form == "bracket":
        return 60 if machine or not layout.seconds else 70
    if layout.form == "dash":
        return 75 if not layout.seconds else 40 if machine else 60
    return 35 if machine else 50


def _name_points(names: Counter[str]) -> int:
    if names.total() > len(names):
        return 5
    return -30 if len(names) >= 5 else 0
