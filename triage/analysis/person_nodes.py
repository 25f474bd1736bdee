"""Identifiers as nodes: which string of the evidence stands for which participant, and how strong it is.

*Strong* identifiers are equal wherever they occur: an international number in any notation and the account that
contains it (`+34600…`, `34600…@s.whatsapp.net`), and an account's own id in its application. *Weak* ones hold on one
source only: a display name, a number without its country, the device itself. `…@lid` is an opaque account id of
WhatsApp, no telephone number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triage.analysis.identifiers import address_key

Kind = Literal["phone", "account", "device", "name", "number"]
_RANK = {"phone": 0, "account": 1, "device": 2, "name": 3, "number": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One identifier; `source` is set where it says nothing beyond its source."""

    kind: Kind
    value: str
    source: str = ""

    @property
    def key(self) -> str:
        """As decisions name it: `phone:+34600…`, `name:phone-a/Nilda`."""
        return f"{self.kind}:{self.source}/{self.value}" if self.source else f"{self.kind}:{self.value}"

    @property
    def order(self) -> tuple[int, str]:
        """Strongest first; the first of a person gives it its id."""
        return _RANK[self.kind], self.key


def of_address(address: str, source: str, *, is_address: bool = False) -> Node | None:
    """The node of a number, jid, handle or e-mail address; None for a bare display name."""
    key = address_key(address, is_address=is_address)
    if key is None:
        return None
    if key.startswith("+"):
        return Node(kind="phone", value=key)
    if key.isdecimal():
        return Node(kind="number", value=key, source=source)
    return Node(kind="account", value=key)


def of_name(name: str, source: str) -> Node | None:
    """A display name: it stands for somebody on this source alone."""
    shown = " ".join(name.split())
    return Node(kind="name", value=shown, source=source) if shown else None


def of_device(source: str) -> Node:
    """Whoever uses the device."""
    return Node(kind="device", value=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What a unit says of its writer."""

    source: str
    app: str
    sender: str
    name: str
    """The name shown beside the address, where both are given."""
    direction: str
    account: str
    """The account's id in its application (`from_id`), where the format keeps it beside the shown name."""
    conversation: str


def of_sender(said: Sender) -> Node | None:
    """Whom a unit names as its writer.

    Without a sender, what went out is the device's, and what came in is the conversation's other side where that is
    itself an address.
    """
    if said.account:
        return Node(kind="account", value=f"{said.app}:{said.account}".casefold())
    if said.sender:
        return of_address(said.sender, said.source, is_address=bool(said.name)) or of_name(said.sender, said.source)
    if said.direction == "outgoing":
        return of_device(said.source)
    return of_address(said.conversation, said.source) if said.direction == "incoming" else None
