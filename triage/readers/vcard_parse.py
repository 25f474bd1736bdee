"""vCard 2.1, 3.0 and 4.0: from lines to cards.

Sources: vCard 2.1 (versit 1996), RFC 2426 (3.0), RFC 6350 (4.0), RFC 2045 §6.7 (quoted-printable). Known habits of
exporters are met: soft line breaks of quoted-printable, 8-bit values with a CHARSET, folding, group prefixes with
Apple's `X-ABLabel`, base64 values that end at a blank line or are not indented, WhatsApp's `waid` parameter.
Values are what the card says: numbers are not rewritten. Pictures, sounds and keys are counted, not decoded.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_BEGIN = re.compile(r"(?:[\w-]+\.)?BEGIN\s*:\s*VCARD\s*\Z", re.IGNORECASE)
_END = re.compile(r"(?:[\w-]+\.)?END\s*:\s*VCARD\s*\Z", re.IGNORECASE)
_NAME = re.compile(r"(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)(?=[;:])")
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";:])*)')
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/=\s]*\Z")
_ESCAPE = re.compile(r"\\([nN,;:\\\"])")
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-OL-DESIGN", "X-MS-CARDPICTURE"})
_UNPRINTED = frozenset({"BEGIN", "END", "VERSION", "PRODID", "REV", "X-ABLABEL", "X-ABADR"})
_COMPONENTS = {"N": " ", "ADR": ", ", "ORG": ", ", "LABEL": ", "}
_NOT_A_TYPE = frozenset({"PREF", "VOICE", "INTERNET", "QUOTED-PRINTABLE", "BASE64", "B", "URI", "TEXT", "8BIT", "7BIT"})
MAX_CARD = 1 << 25
"""Bytes of one card that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: `TEL;TYPE=CELL:+1 …`."""

    name: str
    """In capitals."""
    group: str
    types: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    value: str
    """Decoded, still with its escapes: `;` separates the parts of a name or an address."""
    binary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card and the lines it stands on."""

    start: int
    end: int
    properties: tuple[Property, ...]
    complete: bool = True
    """False where its END is missing."""
    cut: bool = False
    """True where it is larger than the limit and only its beginning was kept."""

    @property
    def name(self) -> str:
        """FN, else the parts of N, else the organisation."""
        for wanted in ("FN", "N", "ORG"):
            for one in self.properties:
                if one.name == wanted and (value := shown(one)):
                    return value
        return ""

    @property
    def binaries(self) -> int:
        """Properties that hold a picture, a sound or a key."""
        return sum(one.binary for one in self.properties)


@dataclass(slots=True)
class _Open:
    start: int
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    size: int = 0


def parse_cards(text: str) -> list[Card]:
    """The cards of a text; what stands outside cards is passed over."""
    lines = enumerate(text.encode("utf-8", "surrogatepass").splitlines(), 1)
    return [card for card in read_cards(lines) if isinstance(card, Card)]


def read_cards(lines: Iterable[tuple[int, bytes]]) -> Iterator[Card | int]:
    """Cards, and the numbers of lines that stand outside any card, in order. Lines come without their ends."""
    current: _Open | None = None
    last = 0
    for number, raw in lines:
        last = number
        word = raw[:40].decode("latin-1").strip("\ufeffï»¿ \t\0")
        if _BEGIN.match(word):
            if current is not None:
                yield _close(current, number - 1, complete=False)
            current = _Open(number)
        elif _END.match(word) and current is not None:
            yield _close(current, number, complete=True)
            current = None
        elif current is not None:
            current.size += len(raw) + 1
            if current.size <= MAX_CARD:
                current.lines.append((number, raw))
        elif raw.strip():
            yield number
    if current is not None:
        yield _close(current, last, complete=False)


def _close(card: _Open, end: int, *, complete: bool) -> Card:
    version = "3.0"
    for _, raw in card.lines[:5]:
        if raw.upper().lstrip().startswith(b"VERSION"):
            version = raw.decode("latin-1").partition(":")[2].strip()
    found = tuple(one for line in _logical(card.lines, version) if (one := _property(line)) is not None)
    return Card(start=card.start, end=end, properties=found, complete=complete, cut=card.size > MAX_CARD)


def _logical(lines: list[tuple[int, bytes]], version: str) -> Iterator[bytes]:
    """Physical lines joined: folding, soft breaks, base64 without indent."""
    held: list[bytes] = []
    soft = coded = False
    for _, raw in lines:
        if soft:
            held[-1] = held[-1].rstrip()[:-1]
            held.append(raw)
        elif raw[:1] in (b" ", b"\t") and held:
            held.append(raw if version == "2.1" and not coded else raw[1:])
        elif coded and raw.strip() and _BASE64_LINE.match(raw.decode("latin-1")):
            held.append(raw)
        else:
            if held:
                yield b"".join(held)
            held = [raw] if raw.strip() else []
            head = raw.partition(b":")[0].upper()
            coded = b"BASE64" in head or b"ENCODING=B" in head
        quoted = bool(held) and b"QUOTED-PRINTABLE" in held[0].partition(b":")[0].upper()
        soft = quoted and raw.rstrip().endswith(b"=")
    if held:
        yield b"".join(held)


def _property(line: bytes) -> Property | None:
    """One logical line, decoded; None for a line that has no name and value."""
    text = line.decode("latin-1")
    found = _NAME.match(text.lstrip())
    if found is None:
        return None
    at = len(text) - len(text.lstrip()) + found.end()
    parameters: list[tuple[str, str]] = []
    while parameter := _PARAMETER.match(text, at):
        key, equals, value = parameter[1].partition("=")
        parameters.append((key.strip().upper() if equals else "", (value if equals else key).strip().strip('"')))
        at = parameter.end()
    if text[at : at + 1] != ":":
        return None
    raw, name = line[at + 1 :], found[2].upper()
    words = {value.upper() for key, value in parameters if key in ("", "ENCODING", "TYPE")}
    is_link = raw.lstrip()[:4].lower() == b"http"
    binary = (name in _BINARY and not is_link) or bool(words & {"BASE64", "B"}) or raw[:5].lower() == b"data:"
    charset = next((value for key, value in parameters if key == "CHARSET"), "")
    value = "" if binary else _value(raw, charset, quoted="QUOTED-PRINTABLE" in words)
    types = [one.strip() for key, given in parameters if key in ("", "TYPE") for one in given.split(",")]
    types = [one for one in dict.fromkeys(types) if one and one.upper() not in _NOT_A_TYPE]
    return Property(
        name=name,
        group=(found[1] or "").lower(),
        types=tuple(types),
        parameters=tuple(parameters),
        value=value,
        binary=binary,
    )


def _value(raw: bytes, charset: str, *, quoted: bool) -> str:
    """Decoded by the charset it names, else as UTF-8, else as Windows-1252, which is a guess."""
    data = quopri.decodestring(raw) if quoted else raw
    try:
        text = data.decode(charset or "utf-8", "replace" if charset else "strict")
    except (LookupError, ValueError):
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").strip()


def is_guessed(line: bytes) -> bool:
    """True for a raw line that is not valid UTF-8 and names no charset."""
    if line.isascii() or b"CHARSET" in line.partition(b":")[0].upper():
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def shown(one: Property) -> str:
    """A value as people read it: parts joined, escapes undone, on as many lines as it has."""
    value = one.value
    if one.name == "TEL" and value[:4].lower() == "tel:":
        value = value[4:]
    joint = _COMPONENTS.get(one.name)
    if joint is not None:
        parts = (_unescape(part).strip() for part in re.split(r"(?<!\\);", value))
        return joint.join(part for part in parts if part)
    return _unescape(value).strip()


def _unescape(value: str) -> str:
    return _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def card_lines(card: Card) -> list[str]:
    """The card for people: `FN: …`, `TEL (CELL): …`, one property a line, pictures left out."""
    labels = {one.group: shown(one) for one in card.properties if one.name == "X-ABLABEL" and one.group}
    lines: list[str] = []
    for one in card.properties:
        value = "" if one.binary or one.name in _UNPRINTED else shown(one)
        if not value:
            continue
        label = re.sub(r"\A_\$!<|>!\$_\Z", "", labels.get(one.group, ""))
        kinds = ", ".join([*one.types, *([label] if label else [])])
        lines.append(f"{one.name} ({kinds}): {value}" if kinds else f"{one.name}: {value}")
        lines.extend(f"WAID: {given}" for key, given in one.parameters if key == "WAID" and given)
    return lines


def numbers(card: Card) -> list[str]:
    """The TEL values as written."""
    return [value for one in card.properties if one.name == "TEL" and (value := shown(one))]
