"""WhatsApp's addresses (JIDs): who is a person, a group, a list; and which digits are a telephone number.

`<E.164 digits>@s.whatsapp.net` (formerly `@c.us`) is a person, by number. `<n>@lid` is an opaque number that is **not**
a telephone number and is never printed as one; where the database maps it to a person, the person is used. Groups:
`<creator's number>-<Unix seconds>@g.us` or `120363…@g.us`. Others: `status@broadcast`, `…@broadcast`, `…@newsletter`.

Sources: public parsers of the databases; WhatsApp's published "JID" forms in its open-source client libraries.
"""

from __future__ import annotations

import re

_PERSON = re.compile(r"(\d{7,15})(?:[.:_]\d+)*@(?:s\.whatsapp\.net|c\.us)\Z")
_OLD_GROUP = re.compile(r"(\d{7,15})-(\d{9,10})@g\.us\Z")


def phone_of(jid: str) -> str:
    """`+` and the digits of a person's number; empty for anything else, a `@lid` above all."""
    found = _PERSON.match(jid)
    return f"+{found[1]}" if found else ""


def plain(jid: str) -> str:
    """The address without the number of a linked device (`…:12@`, `….0:1@`)."""
    return re.sub(r"\A(\d+)(?:\.\d+)?:\d+@", r"\1@", jid)


def is_group(jid: str) -> bool:
    return jid.endswith(("@g.us", "@broadcast", "@newsletter"))


def creator_of(jid: str) -> str:
    """The number of a group's creator, where the group's address (old form) carries it."""
    found = _OLD_GROUP.match(jid)
    return f"+{found[1]}" if found else ""


def shown(jid: str) -> str:
    """For people: the number of a person, else the address as it stands."""
    return phone_of(jid) or jid
