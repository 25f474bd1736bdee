"""Files of an iTunes or Finder backup under the paths they have on the device, decrypted where a password opens it.

In such a folder every file is stored as `<first two hex digits>/<40 hex digits>` (before iOS 10 without the first
part); `Manifest.db` or `Manifest.mbdb` says what it is (`itunes_manifest`). Each stored file is a container of one
member, its path on the device: `3d/3d0d…!/HomeDomain/Library/SMS/sms.db`. So a line of the report leads to the stored
file, whose hash stands in the manifest of the evidence, and to the content, whose hash is its own. Where the backup is
encrypted (`Manifest.plist`), stored files and `Manifest.db` are AES-256-CBC with a vector of zeros, each with a key of
its own (`itunes_keybag`); a file is cut to the size that the manifest states. Files that the manifest does not list are
items as any other; files that it lists and that are missing are counted (`C-MISSING`).
"""

from __future__ import annotations

import hashlib
import plistlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from Crypto.Cipher import AES

from triage.containers import names
from triage.containers.archive import UNLOCKED, WITH_PASSWORD, Archive, Container, Member
from triage.containers.itunes_keybag import ClassKeys, parse, unlock
from triage.containers.itunes_manifest import DatabaseManifest, Entry, ListManifest, Manifest
from triage.containers.streams import chunks, stream
from triage.keyring import Keys
from triage.model import Blob, Problem, SourceFact
from triage.problems import ReadError, problem

FORMAT = "iTunes backup"
MANIFESTS = ("Manifest.db", "Manifest.mbdb")
PLIST = "Manifest.plist"
STORED = re.compile(r"[0-9a-f]{40}")
MAX_PLIST = 16 << 20
_VERSION, _MEDIA = "1", "application/x-itunes-backup"
WELL_KNOWN = (
    "HomeDomain-Library/SMS/sms.db",
    "HomeDomain-Library/AddressBook/AddressBook.sqlitedb",
    "HomeDomain-Library/CallHistoryDB/CallHistory.storedata",
    "HomeDomain-Library/Safari/History.db",
    "HomeDomain-Library/Notes/notes.sqlite",
    "HomeDomain-Library/Calendar/Calendar.sqlitedb",
    "HomeDomain-Library/Voicemail/voicemail.db",
    "WirelessDomain-Library/CallHistory/call_history.db",
    "CameraRollDomain-Media/PhotoData/Photos.sqlite",
    "AppDomainGroup-group.com.apple.notes-NoteStore.sqlite",
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared-ChatStorage.sqlite",
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared-ContactsV2.sqlite",
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared-CallHistory.sqlite",
)
"""Names whose SHA-1 tells what a stored file is where the manifest cannot be read."""
_KNOWN = {hashlib.sha1(n.encode(), usedforsecurity=False).hexdigest(): n.replace("-", "/", 1) for n in WELL_KNOWN}


@dataclass(slots=True)
class Backup:
    """A backup folder: its manifest as far as it can be read, and its keys."""

    encrypted: bool
    manifest: Manifest | None = None
    keys: ClassKeys | None = None
    manifest_key: bytes | None = None
    why: Problem | None = None
    """Why an encrypted one is not open."""

    def container(self, name: str) -> Container | None:
        """What opens the file stored under `name`; None where this backup has nothing to say of it."""
        entry = self.manifest.entry(name) if self.manifest is not None else None
        if entry is None and not (self.encrypted and self.manifest is None):
            return None
        return _container(lambda blob: StoredFile(blob, self, name, entry))

    def manifest_container(self, has: Callable[[str], bool]) -> Container:
        """What stands for `Manifest.db` itself: its account, and its content where it is encrypted."""
        return _container(lambda blob: ManifestFile(blob, self, has))

    def close(self) -> None:
        if self.manifest is not None:
            self.manifest.close()


def _container(opener: Callable[[Blob], Archive]) -> Container:
    return Container(name="itunes_backup", version=_VERSION, media_type=_MEDIA, detect=lambda _: 0, open=opener)


class StoredFile:
    """One member: the file under its path on the device."""

    random_access = False

    def __init__(self, blob: Blob, backup: Backup, name: str, entry: Entry | None) -> None:
        self._blob, self._backup, self._name, self._entry = blob, backup, name, entry

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        if self._entry is None:
            if self._name in _KNOWN:
                yield SourceFact(key="known_as", value=_KNOWN[self._name])
            yield self._backup.why or problem("C-ENCRYPTED", "container", format=FORMAT)
            return
        if self._backup.keys is not None:
            yield SourceFact(key=UNLOCKED, value=WITH_PASSWORD)
        found: list[Problem] = []
        if names.unsafe(self._entry.path):
            found.append(problem("C-MEMBER-NAME", "container"))
        path = names.clean_member(self._entry.path)
        size = self._entry.size if self._entry.size >= 0 else self._blob.size
        yield Member(index=0, path=path, size=size, problems=tuple(found))

    def open(self, member: Member) -> BinaryIO:
        assert self._entry is not None
        if self._backup.keys is None:
            return self._blob.open()
        key = self._backup.keys.file_key(self._entry.wrapped)
        if key is None:
            raise ReadError(problem("C-MEMBER", "container", format=FORMAT))
        return decrypted(self._blob, key, self._entry.size)

    def close(self) -> None:
        """Nothing is held open."""


class ManifestFile:
    """The account of the backup, and the database inside an encrypted `Manifest.db`."""

    random_access = False

    def __init__(self, blob: Blob, backup: Backup, has: Callable[[str], bool]) -> None:
        self._blob, self._backup, self._has = blob, backup, has

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        backup = self._backup
        if backup.manifest is None:
            yield backup.why or problem("C-TRUNCATED", "container", format=FORMAT, at="", n=0)
            return
        if backup.encrypted and backup.keys is not None:
            yield SourceFact(key=UNLOCKED, value=WITH_PASSWORD)
        listed = present = 0
        for name in backup.manifest.stored():
            listed += 1
            present += self._has(f"{name[:2]}/{name}") or self._has(name)
        yield SourceFact(key="backup_files", value=f"{listed:,} listed, {present:,} present")
        if present < listed:
            yield problem("C-MISSING", "container", n=f"{listed - present:,}", present=f"{present:,}")
        if backup.manifest_key is not None:
            yield Member(index=0, path="Manifest.db", size=self._blob.size)

    def open(self, member: Member) -> BinaryIO:
        assert self._backup.manifest_key is not None
        return decrypted(self._blob, self._backup.manifest_key, -1)

    def close(self) -> None:
        """Nothing is held open."""


def decrypted(blob: Blob, key: bytes, size: int) -> BinaryIO:
    """AES-CBC with a vector of zeros, cut to `size`; ReadError in the stream where less than that is there."""
    handle = blob.open()
    return stream(_decrypted(handle, key, size), handle.close)


def _decrypted(handle: BinaryIO, key: bytes, size: int) -> Iterator[bytes]:
    cipher, given = AES.new(key, AES.MODE_CBC, bytes(AES.block_size)), 0
    for piece in chunks(handle):
        plain = cipher.decrypt(piece[: len(piece) - len(piece) % AES.block_size])
        if size >= 0:
            plain = plain[: size - given]
        given += len(plain)
        yield plain
    if given < size:
        raise ReadError(problem("C-MEMBER", "container", format=FORMAT))


def open_backup(manifest: Blob, name: str, plist: bytes, keys: Keys, scratch: Path) -> Backup:
    """The backup whose manifest these are; what cannot be read shows as its `why`."""
    said = _plist(plist)
    encrypted = bool(said.get("IsEncrypted"))
    opened, why = _unlocked(said, keys) if encrypted else (None, None)
    backup = Backup(encrypted=encrypted, keys=opened, why=why)
    if encrypted and opened is None:
        return backup
    wrapped = said.get("ManifestKey")
    if encrypted and name == "Manifest.db" and opened is not None and isinstance(wrapped, bytes):
        backup.manifest_key = opened.file_key(wrapped)
    try:
        if name == "Manifest.mbdb":
            with manifest.open() as handle:
                backup.manifest = ListManifest(handle.read())
        else:
            backup.manifest = DatabaseManifest(_plain_manifest(manifest, backup.manifest_key, scratch))
    except ValueError:
        backup.why = problem("C-TRUNCATED", "container", format=FORMAT, at="", n=0)
    return backup


def _plain_manifest(manifest: Blob, key: bytes | None, scratch: Path) -> Path:
    """A private copy of the database."""
    import tempfile

    with tempfile.NamedTemporaryFile(dir=scratch, prefix="manifest-", delete=False) as out:
        with manifest.open() if key is None else decrypted(manifest, key, -1) as source:
            for piece in chunks(source):
                out.write(piece)
        return Path(out.name)


def _unlocked(said: dict[str, Any], keys: Keys) -> tuple[ClassKeys | None, Problem | None]:
    bag = said.get("BackupKeyBag")
    try:
        parsed = parse(bag if isinstance(bag, bytes) else b"")
    except ValueError:
        return None, problem("C-TRUNCATED", "container", format=FORMAT, at="", n=0)
    if not keys.passwords:
        return None, problem("C-ENCRYPTED", "container", format=FORMAT)
    opened = unlock(parsed, keys.passwords)
    return opened, None if opened else problem("C-PASSWORD", "container", format=FORMAT)


def _plist(data: bytes) -> dict[str, Any]:
    try:
        found = plistlib.loads(data)
    except (plistlib.InvalidFileException, ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError):
        return {}
    return found if isinstance(found, dict) else {}
