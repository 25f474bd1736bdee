"""Which addresses stand for the same participant, and on which sources each of them appears.

A *key* is a form of an address that may be compared across devices. Only addresses get one: a display name alone
("Mum", "Boss") says nothing across devices. An international number in any notation, its WhatsApp jid
(`34600…@s.whatsapp.net`) and the E.164 value of a reported phone finding share one key; a national number keeps its
digits as its key, because its country would be a guess. The account that a source itself belongs to (the sender of
outgoing messages, the sole recipient of incoming ones, the stated owner) is told apart, since it takes part in
every conversation of that source and would make each of them look shared.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass

from triage.text import clean

_JID = re.compile(r"(\d{7,15})(?::\d+)?@(?:s\.whatsapp\.net|c\.us)\Z")
_NUMBER = re.compile(r"(\+|00)?[\d\s().\-/]{7,24}\Z")
_MIN_DIGITS = 7

Thread = tuple[str, str]
"""(source, conversation)"""


def address_key(address: str, *, is_address: bool = False) -> str | None:
    """The comparable form of an address, or None where the string is only a display name.

    `is_address`: the evidence itself tells the address from the shown name (`units.sender_name` is set).
    """
    text = clean(address).text.strip()
    if jid := _JID.match(text):
        return f"+{jid[1]}"
    if number := _NUMBER.match(text):
        digits = re.sub(r"\D", "", text)
        if len(digits) < _MIN_DIGITS:
            return None
        return f"+{digits.removeprefix('00') if number[1] == '00' else digits}" if number[1] else digits
    if not text or not (is_address or "@" in text):
        return None
    return text.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Who appears where."""

    sources: dict[str, frozenset[str]]
    """Key → labels of the sources it appears on."""
    threads: dict[Thread, frozenset[str]]
    """Conversation → keys of those who take part, the source's own account left out."""


def presence(connection: sqlite3.Connection) -> Presence:
    """Every key of the index with its sources, and the keys of each conversation."""
    sources: dict[str, set[str]] = {}
    threads: dict[Thread, set[str]] = {}
    owners = _owners(connection)
    for source, conversation, key in [*_from_addresses(connection), *_from_phone_findings(connection)]:
        sources.setdefault(key, set()).add(source)
        if conversation and key not in owners.get(source, set()):
            threads.setdefault((source, conversation), set()).add(key)
    for source, _, key in _from_text(connection):
        sources.setdefault(key, set()).add(source)
    return Presence(
        sources={key: frozenset(found) for key, found in sources.items()},
        threads={thread: frozenset(keys) for thread, keys in threads.items()},
    )


_ADDRESSES = """
select i.source, u.conversation, u.sender, u.sender_name <> '', u.recipients, u.direction
from units u join items i on i.id = u.item_id
where u.sender <> '' or u.recipients <> '[]'
group by 1, 2, 3, 4, 5, 6"""


def _from_addresses(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for source, conversation, sender, named, recipients, _ in connection.execute(_ADDRESSES):
        keys = [address_key(sender, is_address=bool(named)), address_key(conversation)]
        keys += [address_key(recipient) for recipient in json.loads(recipients)]
        found.update((source, conversation, key) for key in keys if key)
    return sorted(found)


_PHONES = """
select distinct i.source, u.conversation, f.value
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
where f.kind = 'phone' and f.reported = 1 and (u.origin = 'contact') = ?"""


def _from_phone_findings(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Numbers of participants and saved contacts."""
    return sorted((source, conversation, value) for source, conversation, value in connection.execute(_PHONES, (1,)))


def _from_text(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Numbers written in texts: they appear on the source, and make nobody a participant."""
    return sorted((source, conversation, value) for source, conversation, value in connection.execute(_PHONES, (0,)))


_STATED = """
select distinct i.source, c.owner from conversations c join items i on i.id = c.item_id where c.owner <> ''"""


def _owners(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Source → keys of the account it belongs to, as far as the evidence says so."""
    owners: dict[str, set[str]] = {}

    def note(source: str, address: str, *, is_address: bool = False) -> None:
        if key := address_key(address, is_address=is_address):
            owners.setdefault(source, set()).add(key)

    for source, _, sender, named, recipients, direction in connection.execute(_ADDRESSES):
        addressed = json.loads(recipients)
        if direction == "outgoing":
            note(source, sender, is_address=bool(named))
        elif direction == "incoming" and len(addressed) == 1:
            note(source, addressed[0])
    for source, owner in connection.execute(_STATED):
        note(source, owner)
    return owners
