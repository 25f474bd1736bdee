"""Who is who in a `msgstore.db`: addresses by row id, names of chats, members of groups, `@lid` mapped to persons.

An address is given as the database has it. Where `jid_map` ties an opaque `@lid` to a person, the person's address is
given instead. Names saved on the device are in another file (`wa.db`); here only groups have names (`chat.subject`,
`chat_list.subject`), and a person's conversation is called by the number.
"""

from __future__ import annotations

from triage.readers.sqlite_reader import Names
from triage.readers.sqlite_rows import Rows
from triage.readers.whatsapp_jids import is_group, phone_of, plain, shown

APP = "WhatsApp"
MAX_PARTICIPANTS = 2_000


class Book:
    """Loaded once for a file."""

    def __init__(self, rows: Rows) -> None:
        self._names = Names()
        self._jids: dict[int, str] = {}
        for row in rows.scan("jid", "raw_string", "user", "server"):
            raw = row.text("raw_string") or "@".join(one for one in (row.text("user"), row.text("server")) if one)
            self._jids[row.id] = plain(raw)
        self._persons: dict[str, str] = {}
        """Address of a person by `@lid`."""
        for row in rows.scan("jid_map", "lid_row_id", "jid_row_id"):
            lid, jid = self._jids.get(row.number("lid_row_id"), ""), self._jids.get(row.number("jid_row_id"), "")
            if lid.endswith("@lid") and phone_of(jid):
                self._persons[lid] = jid
        self._subjects: dict[str, str] = {}
        self._chats: dict[int, str] = {}
        for row in rows.scan("chat", "jid_row_id", "subject"):
            self._chats[row.id] = jid = self.jid(row.number("jid_row_id"))
            self._subjects[jid] = row.text("subject")
        for row in rows.scan("chat_list", "key_remote_jid", "subject"):
            self._subjects.setdefault(row.text("key_remote_jid"), row.text("subject"))
        self._members = self._groups(rows)

    def _groups(self, rows: Rows) -> dict[str, list[str]]:
        members: dict[str, list[str]] = {}
        for row in rows.scan("group_participant_user", "group_jid_row_id", "user_jid_row_id"):
            group, user = self.jid(row.number("group_jid_row_id")), self.jid(row.number("user_jid_row_id"))
            members.setdefault(group, []).append(user)
        for row in rows.scan("group_participants", "gjid", "jid"):
            members.setdefault(row.text("gjid"), []).append(row.text("jid"))
        return members

    def jid(self, row_id: int) -> str:
        """The address with this row id; a person's instead of a `@lid` where that is known; empty for none."""
        raw = self._jids.get(row_id, "")
        return self._persons.get(raw, raw)

    def person(self, jid: str) -> str:
        """An address as text, mapped likewise."""
        jid = plain(jid)
        return self._persons.get(jid, jid)

    def chat(self, row_id: int) -> tuple[str, str]:
        """Name and address of a chat."""
        jid = self._chats.get(row_id, "")
        return (self.name(jid) if jid else self._names.of(row_id, "", f"chat {row_id}")), jid

    def name(self, jid: str) -> str:
        """What the conversation with this address is called."""
        return self._names.of(jid, self._subjects.get(jid, ""), shown(jid))

    def sender(self, row_id: int, chat_jid: str) -> str:
        """The sender of a received message: the row's own, in a chat of two the other."""
        return self.jid(row_id) or ("" if is_group(chat_jid) else chat_jid)

    def saved(self, _jid: str) -> str:
        """The name saved for an address: none in this file."""
        return ""

    def participants(self, jid: str) -> tuple[str, ...]:
        """Numbers and other addresses of a chat's members."""
        people = self._members.get(jid, []) if is_group(jid) else [jid]
        return tuple(dict.fromkeys(shown(one) for one in people[:MAX_PARTICIPANTS] if one))
