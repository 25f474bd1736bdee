"""What a line of a WhatsApp export is: typed by a person, or written by the app; with what flags and attachments.

Two kinds of evidence are used. **Marks** hold in any language: WhatsApp puts U+200E right before text it wrote itself
(attachments, omitted media, deleted messages, places, polls, calls, notices), and names files in its own patterns.
**Words** are data by language (`whatsapp_words.toml`) and are compared in a plain form: no direction marks, no angle
brackets, plain quotes and spaces, casefolded, without final full stops.

A person can type any words, so that words alone decide only where the whole text is one of them (`This message was
deleted`), or a notice that nobody types (end-to-end encryption). Omitted media, deleted stubs, attachments, places and
polls stay messages: a person sent them. Calls, notices and changes of the group are the app's: events.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from triage.model import Origin
from triage.readers.whatsapp_clock import MARK, SPACE

LRM = "\u200e"
LONGEST_NOTICE = 300
"""What the app writes is one line and short; longer text behind the mark was pasted by a person."""
HEAD = 8
_MARKS = re.compile(f"[{MARK}\u200b]+")
_SPACES = re.compile(rf"[{SPACE}\s]+")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "׳": "'", "״": '"', "“": '"', "”": '"', "‑": "-", "‐": "-", "–": "-"}
)
_EXTENSIONS = (
    "jpg jpeg png webp heic heif gif bmp tif tiff svg mp4 3gp mov avi mkv webm opus ogg oga m4a aac amr mp3 wav flac "
    "pdf doc docx docm xls xlsx xlsm csv ppt pptx odt ods odp rtf txt vcf zip rar 7z apk gpx kml kmz html htm json xml "
    "eml msg ics epub dwg psd ai was tgs"
)
_FILE = rf"[^<>/\\:*?\"|\n]{{1,200}}?\.(?:{'|'.join(_EXTENSIONS.split())}|[A-Za-z0-9]{{1,5}})"
_BEHIND = re.compile(rf"(?i)\A([{MARK}]*)({_FILE})[{SPACE}{MARK}]\(([^()\n]{{2,60}})\)[{MARK}{SPACE}]*\Z")
_TAGGED = re.compile(rf"(?i)([{MARK}]*)<([^<>:\n]{{2,40}})[{SPACE}]?: ?[{MARK}]*({_FILE})[{MARK}]*>")
_ANDROID_NAME = re.compile(r"(?i)\A(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d+\.")
_IOS_NAME = re.compile(r"\A\d{6,10}-")
_TAIL = re.compile(rf"[{MARK}]*<([^<>\n]{{3,80}})>[{MARK}{SPACE}.]*\Z")
_PLACE = re.compile(r"https?://(?:maps\.google\.[a-z.]+/(?:maps)?\?q=|(?:www\.)?foursquare\.com/v/|maps\.apple\.com/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one text is."""

    origin: Origin = "message"
    flags: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    deleted: bool = False


TYPED = Kind()
_EVENT_FLAGS = {
    "missed": ("call", "missed"),
    "call": ("call",),
    "notice": ("notice",),
    "number": ("number_change",),
    "timer": ("timer_change",),
    "security": ("security_code",),
    "group": ("group_change",),
    "block": ("block_change",),
}


def plain(text: str) -> str:
    """The form in which words are compared."""
    text = _MARKS.sub("", unicodedata.normalize("NFC", text)).translate(_PLAIN)
    return _SPACES.sub(" ", text).casefold().strip(" <>.!")


@cache
def _tables() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads((files("triage.readers") / "whatsapp_words.toml").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for language in data.values():
        for key, words in language.items():
            found.setdefault(key, []).extend(words)
    return {key: tuple(dict.fromkeys(words)) for key, words in found.items()}


def file_name_forms() -> tuple[str, ...]:
    """Names of exported files, `{}` for the chat's name."""
    return _tables()["file"]


@cache
def _whole(key: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _tables()[key])


@cache
def _beginning(key: str) -> re.Pattern[str]:
    words = sorted(_whole(key), key=lambda w: (-len(w), w))
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?!\w)")


@cache
def _within(key: str) -> re.Pattern[str]:
    parts: set[str] = set()
    for word in _tables()[key]:
        body = re.escape(plain(word.removesuffix("$")))
        left = r"(?<=\s)" if word.startswith(" ") else ""
        parts.add(left + body + (r"\Z" if word.endswith("$") else ""))
    return re.compile("|".join(sorted(parts, key=lambda p: (-len(p), p))))


@cache
def stubs() -> frozenset[str]:
    """Whole texts, as the app writes them, that are not a person's words."""
    cased = _cased(w for key in ("omitted", "deleted", "missed") for w in _tables()[key])
    return frozenset(v for w in cased for v in (w, f"{w}.", f"<{w}>")) | {"null"}


@cache
def notice_heads() -> frozenset[str]:
    """The first characters of notices, as the app writes them."""
    return frozenset(w[:HEAD] for w in _cased(_tables()["notice"]))


def _cased(words: Iterable[str]) -> list[str]:
    return [c for w in words for c in (w, w[:1].upper() + w[1:], w.title())]


def needs_look(text: str) -> bool:
    """Whether a text of several lines, without marks or links, could be anything but typed: attachment, poll."""
    return ")\n" in text or ":\n" in text


def kind_of(text: str, *, app_marks: bool, omitted: Container[str] = frozenset()) -> Kind:
    """What the text behind a sender's name is.

    `app_marks`: the export marks its own text with U+200E, so that calls without it were typed.
    `omitted`: angle-bracketed texts that recur in the file (`<…>`): media left out, in a language not known here.
    """
    led = text.startswith(LRM)
    if found := _attached(text, led=led):
        return found
    short = plain(text) if len(text) <= LONGEST_NOTICE else ""
    if stub := _stub(text, short, led=led, omitted=omitted):
        return stub
    if short and any(_beginning(key).match(short) for key in (("notice", "missed", "call") if led else ("notice",))):
        return event_kind(text)
    if not app_marks and short in _whole("missed"):
        return event_kind(text)
    flags = _message_flags(text, led=led)
    if led and not flags and short and "\n" not in text:
        return event_kind(text)
    return Kind(flags=flags) if flags else TYPED


def event_kind(text: str) -> Kind:
    """A line that the app wrote, with what it is about as far as the words are known."""
    short = plain(text[:600])
    found: set[str] = set()
    for key in ("missed", "call", "notice"):
        if _beginning(key).match(short):
            found.update(_EVENT_FLAGS[key])
            break
    for key in ("number", "timer", "security", "block"):
        if _within(key).search(short):
            found.update(_EVENT_FLAGS[key])
    if not found and _within("group").search(short):
        found.update(_EVENT_FLAGS["group"])
    return Kind(origin="event", flags=tuple(sorted(found)))


def is_notice(text: str) -> bool:
    """Whether the text is a notice that the app puts at the head of a chat."""
    return bool(_beginning("notice").match(plain(text[:LONGEST_NOTICE])))


def shows_notice(text: str) -> bool:
    """Whether the app's notice of encryption stands anywhere in the text: for detection of forms not known."""
    return bool(_beginning("notice").search(plain(text)))


def reads_like_event(text: str) -> bool:
    """Whether the words are those of a change of group, number or timer: a line without a sender."""
    short = plain(text)
    return any(_within(key).search(short) for key in ("number", "timer", "security", "group"))


def knows_app_words(text: str) -> bool:
    """Whether some line of `text` is one that only WhatsApp writes: for detection."""
    return is_notice(text) or plain(text) in (_whole("omitted") | _whole("deleted"))


def _attached(text: str, *, led: bool) -> Kind | None:
    first = text.partition("\n")[0]
    names: list[str] = []
    behind = _BEHIND.match(first) if first.rstrip(" \u200e\u200f").endswith(")") else None
    if behind is not None:
        words = plain(behind[3]) in _whole("attached")
        if words or led or _ANDROID_NAME.match(behind[2]):
            names.append(behind[2])
    for tag in _TAGGED.finditer(text) if "<" in text else ():
        if LRM in tag[1] or plain(tag[2]) in _whole("attached") or _IOS_NAME.match(tag[3]):
            names.append(tag[3])
    if not names:
        return None
    flags = {"contact_card" for n in names if n.lower().endswith(".vcf")} | set(_edited(text))
    return Kind(flags=tuple(sorted(flags)), attachments=tuple(_MARKS.sub("", n).strip() for n in names))


def _stub(text: str, short: str, *, led: bool, omitted: Container[str]) -> Kind | None:
    if not short:
        return None
    if short in _whole("deleted"):
        return Kind(flags=("deleted_stub",), deleted=True)
    if short in _whole("omitted") or text.strip(" \u200e\u200f") in omitted:
        return Kind(flags=("media_omitted",))
    if led or "\n" not in text:
        last = plain(text.rpartition(LRM)[2]) if LRM in text else ""
        if last in _whole("omitted"):  # `Name.pdf • 3 pages ‎document omitted`
            return Kind(flags=("media_omitted",))
    if text.strip(" \u200e\u200f") == "null":
        return Kind(flags=("null_text",))
    if led and any(word in short for word in _whole("view_once")):
        return Kind(flags=("view_once",))
    if led and _beginning("waiting").match(short):
        return Kind(flags=("undelivered",))
    return None


def _message_flags(text: str, *, led: bool) -> tuple[str, ...]:
    flags = set(_edited(text))
    first = text.partition("\n")[0]
    if _PLACE.search(text) or (led and _is_word(first, ("live", "location"))):
        flags.add("location")
    if led and _beginning("live").match(plain(first)):
        flags.add("live_location")
    head, colon, rest = plain(first).partition(":")
    if colon and not rest and head in _whole("poll") and "\n" in text:
        flags.add("poll")
    return tuple(sorted(flags))


def _is_word(line: str, keys: Iterable[str]) -> bool:
    head = plain(line.partition(":")[0])
    return any(head in _whole(key) for key in keys)


def _edited(text: str) -> tuple[str, ...]:
    tail = _TAIL.search(text[-100:])
    if tail is None or tail.end() - tail.start() >= len(text):
        return ()
    marked = tail[0].startswith(LRM) and ":" not in tail[1]
    return ("edited",) if marked or plain(tail[1]) in _whole("edited") else ()


@lru_cache(maxsize=4096)
def shown_name(name: str) -> str:
    """A sender's name without direction marks, with plain spaces: one person, one spelling."""
    return _SPACES.sub(" ", _MARKS.sub("", name)).strip()
