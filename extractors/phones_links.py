"""Numbers inside links: `wa.me/…`, `api.whatsapp.com/send?phone=…`, `tel:`, `sms:`, `viber://…`, `t.me/+…`.

What they carry is defined: WhatsApp's click-to-chat takes the number in full international form without `+`
(faq.whatsapp.com, "How to use click to chat"); `tel:` is RFC 3966 and `sms:` RFC 5724, where the number may be
national; `viber://chat?number=` takes the full form, its `+` percent-encoded; `t.me/+<digits>` is Telegram's link to
a person by number, while `t.me/+` with letters invites to a group and is not a number.
A WhatsApp account `<digits>@s.whatsapp.net` is its number in full form; `@g.us` (groups) and `@lid` (opaque) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TRIGGERS = ("wa.me/", "whatsapp", "tel:", "sms:", "smsto:", "viber:", "t.me/", "callto:", "facetime", "@c.us")

_NUMBER = r"(?:%2B|\+)?[()\-.]{0,2}\d[\d()\-.]{5,24}"
_LINK = re.compile(
    rf"(?P<full>wa\.me/(?:p/)?|(?:api|web|chat)\.whatsapp\.com/(?:send/?)?\?[^\s#]{{0,200}}?phone=|whatsapp://send/?\?[^\s#]{{0,200}}?phone="
    rf"|viber://[a-z]{{1,12}}\?[^\s#]{{0,80}}?number=|\bt(?:elegram)?\.me/(?=\+|%2B))(?P<a>{_NUMBER})"
    rf"|(?P<jid>(?<![\w.+\-@]))(?P<c>[1-9]\d{{6,14}})(?=@(?:s\.whatsapp\.net|c\.us)\b)"
    rf"|(?<![a-z])(?P<any>(?:tel|smsto|sms|callto|facetime(?:-audio)?):(?://)?)(?P<b>{_NUMBER})",
    re.IGNORECASE,
)


def may_link(text: str) -> bool:
    """Whether a link that carries a number may stand in `text`."""
    low = text.lower()
    return any(trigger in low for trigger in TRIGGERS)


@dataclass(frozen=True, slots=True)
class LinkedNumber:
    start: int
    end: int
    raw: str
    """An optional `+` and digits; `+` is put in where the link's definition implies it."""


def linked(text: str) -> Iterator[LinkedNumber]:
    """Numbers that links in `text` carry; the span is the number alone."""
    for found in _LINK.finditer(text):
        group = "a" if found["full"] else "c" if found["c"] else "b"
        shown = found[group].rstrip("-.( ")
        digits = "".join(c for c in shown.replace("%2B", "+").replace("%2b", "+") if c.isdecimal() or c == "+")
        if found["full"] or found["c"]:
            digits = "+" + digits.lstrip("+").removeprefix("00")
        start = found.start(group) + (len(shown) - len(shown.lstrip()))
        yield LinkedNumber(start, found.start(group) + len(shown), digits)
