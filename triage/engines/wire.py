"""What crosses from a worker to the broker: length-capped JSON, checked again on arrival.

A worker has parsed hostile bytes, so the broker believes nothing: every value is checked for its type, its allowed
words and its bounds (offsets lie within the text), and lone surrogates and U+0000 become U+FFFD (flag
`text_repaired`). Anything else is `WireError`, and the task counts as failed. Never pickles.

Frames are JSON arrays whose first element is a word:
`item unit-batch problem tally conversation vendor fact end fan done`; see `triage.engines.work`, which sends them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from triage.model import (
    Basis,
    Direction,
    Finding,
    Grade,
    Hit,
    Kind,
    Moment,
    Origin,
    Part,
    Problem,
    Stage,
    Status,
    Toward,
    Unit,
)
from triage.problems import CODES

MAX_FRAME = 64 << 20
MAX_TEXT = 16 << 20
MAX_FIELD = 1 << 16

_ORIGINS, _BASES, _GRADES = set(get_args(Origin)), set(get_args(Basis)), set(get_args(Grade))
_KINDS, _TOWARDS, _STAGES = set(get_args(Kind)), set(get_args(Toward)), set(get_args(Stage))
_DIRECTIONS = {*get_args(Direction), None}
STATUSES = set(get_args(Status))
_BAD = re.compile("[\x00\ud800-\udfff]")

encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


class WireError(Exception):
    """A worker's answer is not of the agreed form."""


def decode(raw: bytes) -> list[Any]:
    """One frame."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise WireError("not JSON") from error
    if not isinstance(frame, list) or not frame or not isinstance(frame[0], str):
        raise WireError("not a frame")
    return frame


def text(value: object, limit: int = MAX_FIELD) -> str:
    """A string within its limit, repaired."""
    if not isinstance(value, str) or len(value) > limit:
        raise WireError("text")
    return _BAD.sub("\ufffd", value) if _BAD.search(value) else value


def optional_text(value: object) -> str | None:
    return None if value is None else text(value)


def number(value: object, low: int = 0, high: int = 1 << 62) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise WireError("number")
    return value


def texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WireError("list")
    return tuple(text(v) for v in value)


def _word(value: object, allowed: set[Any]) -> Any:
    if not isinstance(value, str | None) or value not in allowed:
        raise WireError("word")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WireError("flag")
    return value


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise WireError("object")
    return {text(k): _plain(v) for k, v in value.items()}


def _plain(value: object) -> Any:
    """Strings, integers, booleans, null, and lists or objects of them: what canonical JSON without floats holds."""
    if isinstance(value, str):
        return text(value, MAX_TEXT)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 1 << 53 else str(value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return _object(value)


def clip(value: str) -> str:
    """A field within its limit."""
    return value if len(value) <= MAX_FIELD else value[:MAX_FIELD]


def pack_unit(u: Unit, lang: str | None) -> list[Any]:
    """The row of a unit. Names and addresses of more than `MAX_FIELD` characters are clipped, flag `clipped`."""
    m = u.when
    longest = max(len(v) for v in (u.conversation, u.sender, u.sender_name, m.source, *u.recipients, *u.attachments))
    if longest > MAX_FIELD or len(u.text) > MAX_TEXT:
        u = replace(
            u, text=u.text[:MAX_TEXT], conversation=clip(u.conversation), sender=clip(u.sender),
            sender_name=clip(u.sender_name), recipients=tuple(map(clip, u.recipients)),
            attachments=tuple(map(clip, u.attachments)), when=replace(m, source=clip(m.source)),
            flags=(*u.flags, "clipped"),
        )  # fmt: skip
        m = u.when
    return [
        u.origin, u.locator, u.text, u.app, u.conversation, u.sender, u.sender_name, u.recipients,
        m.at, m.local, m.source, m.basis, u.direction, u.deleted, u.flags, u.attachments, u.native_id, u.reply_to,
        dict(u.detail), lang,
    ]  # fmt: skip


def unpack_unit(row: object) -> tuple[Unit, str | None]:
    """The unit and its language. Offsets stay valid: repairs replace one character by one."""
    if not isinstance(row, list) or len(row) != 20:
        raise WireError("unit")
    said, body = row[10], text(row[2], MAX_TEXT)
    flags = set(texts(row[14]))
    if body != row[2]:
        flags.add("text_repaired")
    when = Moment(
        at=optional_text(row[8]), local=optional_text(row[9]), source=text(said), basis=_word(row[11], _BASES)
    )
    unit = Unit(
        origin=_word(row[0], _ORIGINS), locator=text(row[1]), text=body, app=text(row[3]), conversation=text(row[4]),
        sender=text(row[5]), sender_name=text(row[6]), recipients=texts(row[7]), when=when,
        direction=_word(row[12], _DIRECTIONS), deleted=_flag(row[13]), flags=tuple(sorted(flags)),
        attachments=texts(row[15]), native_id=text(row[16]), reply_to=text(row[17]), detail=_object(row[18]),
    )  # fmt: skip
    return unit, optional_text(row[19])


def pack_hit(hit: Hit) -> list[Any]:
    f = hit.finding
    parts = [[p.role, p.unit, p.start, p.end] for p in f.parts]
    return [
        hit.unit, f.kind, f.type, f.value, f.start, f.end, f.grade, f.rule, f.toward, f.flags, f.reported, f.mask,
        f.secret, dict(f.detail), parts,
    ]  # fmt: skip


def unpack_hit(row: object, units: Sequence[Unit]) -> Hit:
    if not isinstance(row, list) or len(row) != 15:
        raise WireError("hit")
    index = number(row[0], 0, len(units) - 1)
    size = len(units[index].text)
    start = number(row[4], 0, size)
    finding = Finding(
        kind=_word(row[1], _KINDS), type=text(row[2]), value=text(row[3]), start=start,
        end=number(row[5], start, size), grade=_word(row[6], _GRADES), rule=text(row[7]),
        toward=_word(row[8], _TOWARDS), flags=tuple(sorted(set(texts(row[9])))), reported=_flag(row[10]),
        mask=tuple(_span(m, size) for m in row[11]), secret=text(row[12]), detail=_object(row[13]),
        parts=tuple(_part(p, units) for p in row[14]),
    )  # fmt: skip
    return Hit(unit=index, finding=finding)


def _span(value: object, size: int) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise WireError("span")
    start = number(value[0], 0, size)
    return start, number(value[1], start, size)


def _part(value: object, units: Sequence[Unit]) -> Part:
    if not isinstance(value, list) or len(value) != 4:
        raise WireError("part")
    index = number(value[1], 0, len(units) - 1)
    start, end = _span(value[2:], len(units[index].text))
    return Part(role=text(value[0]), unit=index, start=start, end=end)


def pack_problem(p: Problem) -> list[Any]:
    return [p.code, p.stage, p.locator, p.message, p.records]


def unpack_problem(row: object) -> Problem:
    if not isinstance(row, list) or len(row) != 5:
        raise WireError("problem")
    return Problem(
        code=_word(row[0], set(CODES)), stage=_word(row[1], _STAGES), locator=text(row[2]), message=text(row[3]),
        records=number(row[4]),
    )  # fmt: skip
