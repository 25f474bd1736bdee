"""What every mail reader makes of one message: a unit of origin `email` with its people, its time and its text.

The text is the subject, then the body: the plain text where there is one, else what the HTML shows. Where the HTML
says something else than the plain text, and where it holds text that a mail program would not show, that is given as a
further unit of the same message (`html_alternative`, `hidden_text`). The conversation is the subject without the marks
of answers; mail without a subject goes by its sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from triage.model import NO_TIME, Direction, Moment, Unit
from triage.readers.html_text import text_of_html

APP = "Email"
MAX_PIECE = 200_000
MAX_DETAIL = 500
_ANSWER = re.compile(
    r"\s*(?:(?:re|fwd?|fw|aw|wg|rv|res|enc|tr|rif|antw|sv|vs|odp|ynt|отв|回复|回覆|答复|转发)(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_ONE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|\([^()]*\)|[^,;"<(]|["<(])+')
"""One of the addresses of a field: commas within quotes, brackets and comments do not part them."""
_GROUP = re.compile(r"[^<>@\",:]{1,100}:\s*")
_ANGLE = re.compile(r"<([^<>]*)>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
MAX_FIELD = 200_000
_WORD = re.compile(r"\w+")
OTHER_WORDS = 0.2
"""Share of the HTML's words that the plain text lacks, from which both are given."""
Detail = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Party:
    """A name with its address; either may be empty."""

    name: str
    address: str

    @property
    def shown(self) -> str:
        return self.address or self.name


@dataclass(slots=True, kw_only=True)
class Letter:
    """One message, however it was stored."""

    locator: str
    subject: str = ""
    sender: Party = Party("", "")
    recipients: Sequence[Party] = ()
    when: Moment = NO_TIME
    plain: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()
    native_id: str = ""
    reply_to: str = ""
    direction: Direction | None = None
    flags: set[str] = field(default_factory=set)
    detail: Detail = field(default_factory=dict)


def parties(fields: Sequence[str]) -> list[Party]:
    """The people that address fields name, in order, each once (RFC 5322 3.4, read leniently)."""
    made = [_party(one) for text in fields for one in _ONE.findall(text[:MAX_FIELD])]
    return list(dict.fromkeys(one for one in made if one.shown))


def _party(text: str) -> Party:
    """`Name <address>`, `address (Name)`, `"Name" address`, an address alone, a name alone."""
    text = text.strip().removesuffix(";").strip()
    group = _GROUP.match(text)
    text = text[group.end() :] if group else text
    bracket = _ANGLE.search(text)
    if bracket:
        name, address = text[: bracket.start()], bracket[1].strip()
    else:
        found = _ADDRESS.search(text)
        address = found[0] if found else ""
        name = text.replace(address, " ", 1).replace("()", " ") if address else text
        name = name.strip().strip("()") if address else name
    name = " ".join(name.replace('\\"', '"').strip().strip("'\"").split())
    if address and "@" not in address:  # an internal name of an exchange system
        return Party(name, "") if name else Party(address, "")
    return Party("" if name == address else name, address)


def conversation_of(subject: str, sender: Party) -> str:
    """The subject without the marks of answers, else the sender."""
    plain = " ".join(_ANSWER.sub("", subject, count=1).split())
    return plain or " ".join(subject.split()) or sender.shown


def letter_units(letter: Letter) -> Iterator[Unit]:
    """The message's unit first; what follows are extra units of the same record."""
    shown, hidden = text_of_html(letter.html) if letter.html else ("", "")
    body = letter.plain.strip() or shown
    flags = set(letter.flags)
    if not letter.plain.strip() and shown:
        flags.add("html_only")
    text = f"{letter.subject}\n{body}" if letter.subject and body else body or letter.subject
    first = _unit(letter, text[:MAX_PIECE], flags)
    yield first
    bare = replace(first, attachments=(), native_id="", detail={})
    for at in range(MAX_PIECE, len(text), MAX_PIECE):
        piece = text[at : at + MAX_PIECE]
        yield replace(bare, locator=f"{letter.locator};chars={at}-{at + len(piece)}", text=piece)
    if letter.plain.strip() and _differs(shown, letter.plain):
        yield _further(bare, f"{letter.locator};part=html", shown, "html_alternative")
    if hidden:
        yield _further(bare, f"{letter.locator};part=hidden", hidden, "hidden_text")


def _further(unit: Unit, locator: str, text: str, flag: str) -> Unit:
    return replace(unit, locator=locator, text=text, flags=tuple(sorted({*unit.flags, flag})))


def _unit(letter: Letter, text: str, flags: set[str]) -> Unit:
    sender = letter.sender
    detail: Detail = {"subject": letter.subject[:MAX_DETAIL]} if letter.subject else {}
    return Unit(
        origin="email",
        locator=letter.locator,
        text=text,
        app=APP,
        conversation=conversation_of(letter.subject, sender),
        sender=sender.shown,
        sender_name=sender.name if sender.address else "",
        recipients=tuple(dict.fromkeys(one.shown for one in letter.recipients)),
        when=letter.when,
        direction=letter.direction,
        flags=tuple(sorted(flags)),
        attachments=letter.attachments,
        native_id=letter.native_id,
        reply_to=letter.reply_to,
        detail=detail | letter.detail,
    )


def _differs(html: str, plain: str) -> bool:
    """True where the HTML says more than its plain twin."""
    known = set(_WORD.findall(plain.casefold()))
    words = [w for w in _WORD.findall(re.sub(r"<\w+:[^>]*>", "", html.casefold())) if len(w) > 2]
    return len(words) > 3 and sum(w not in known for w in words) > OTHER_WORDS * len(words)
