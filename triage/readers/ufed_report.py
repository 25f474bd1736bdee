"""What is known while a UFED report is read: conversations by name, the ids met so far, the decoder, the accounts."""

from __future__ import annotations

from collections import Counter

from triage.model import Conversation
from triage.readers.ufed_facts import Party, parties, plain
from triage.readers.ufed_model import Model
from triage.readers.ufed_pointers import PointerTable, short_key


class Report:
    """The state of one reading."""

    def __init__(self, pointers: PointerTable) -> None:
        self.pointers = pointers
        self.decoder = ""
        self.records = 0
        self.extra = 0
        self.tallies: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self.bad_times = 0
        self._ids: set[int | str] = set()
        self._extra_ids: set[int | str] = set()
        self._names: dict[str, str] = {}
        self._chats: dict[str, Chat] = {}

    def locator(self, model: Model) -> str:
        """`msg=<id>` for the first model of that id, the element's path for a further one or one without an id."""
        key = short_key(model.id) if model.id else ""
        if key == "" or key in self._ids:
            return f"xml={model.path}"
        self._ids.add(key)
        return f"msg={model.id}"

    def name_for(self, wanted: str, identity: str, suffix: str) -> str:
        """A conversation's name, told apart from another conversation of the same name."""
        for name in (wanted, f"{wanted} ({suffix})" if suffix and suffix != wanted else ""):
            if name and self._names.setdefault(name, identity) == identity:
                return name
        n = 2
        while self._names.setdefault(f"{wanted} #{n}", identity) != identity:
            n += 1
        return f"{wanted} #{n}"

    def chat(self, model: Model) -> Chat:
        """The conversation of a chat model; `is_new` the first time."""
        key = model.path
        known = self._chats.get(key)
        if known is None:
            self._chats.clear()  # chats follow one another; only the open one is asked for
            known = self._chats[key] = Chat(self, model)
        return known


class Chat:
    """One chat: its name, its parties, its owner."""

    def __init__(self, report: Report, model: Model) -> None:
        self.app = plain(model.get("Source"))
        self.id = plain(model.get("Id"))
        self.parties = parties(model, "Participants")
        owners = [one for one in self.parties if one.owner]
        self.owner = owners[0].shown if owners else plain(model.get("Account"))
        self.names = {one.address: one.name for one in self.parties if one.address and one.name}
        self.announced = False
        identity = f"{self.app}\0{self.id or model.path}"
        self.name = report.name_for(self._wanted(model), identity, self.id)

    def _wanted(self, model: Model) -> str:
        """The chat's own name; one other party's name; the id; the parties."""
        if name := plain(model.get("Name")):
            return " ".join(name.split())
        others = [one for one in self.parties if one.owner is not True]
        if len(others) == 1:
            return others[0].name or others[0].address
        return self.id or ", ".join(one.shown for one in others[:4]) or "chat"

    def conversation(self) -> Conversation:
        """The hints for the extractors."""
        shown = [word for one in self.parties for word in (one.address, one.name) if word]
        return Conversation(name=self.name, participants=tuple(dict.fromkeys(shown)), owner=self.owner)

    def is_owner(self, who: Party) -> bool | None:
        """Whether a party is the device's owner: as stated, else by the chat's own account."""
        if who.owner is not None:
            return who.owner
        if self.owner and who.address:
            return who.address == self.owner
        return None
