"""The sealed store: held units, encrypted to the filter reviewer's key as soon as they leave the reader.

`held.sqlite` lies beside the index and is no part of any view, report or export. Each batch of units is sealed by
itself with HPKE (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), bound to its item by the associated
data, so the person who runs the tool needs the public key alone and can open nothing. The private key is either the
filter reviewer's own (`--filter-key` names the public half, PEM) or is made with the store and kept in it under a
passphrase (PKCS #8, PBKDF2-HMAC-SHA-512 with 600,000 rounds: `openssl pkey` reads it).

What stands in clear: ids of items and units, and the names of attached files (the walk lists those anyway). No text, no
person's name, no number, no time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from Crypto.Protocol import HPKE
from Crypto.PublicKey import ECC

from triage import ids
from triage.engines.wire import pack_unit, unpack_unit
from triage.errors import CaseError, UsageError
from triage.model import ItemId, Unit

NAME = "held.sqlite"
ROUNDS = 600_000
_PROTECTION = "PBKDF2WithHMAC-SHA512AndAES256-CBC"
_INFO = b"evidence-triage held units v1"
_TABLES = """
create table key(public text not null, private text not null);
create table batches(n integer primary key, item_id text not null, stage text not null, enc blob not null,
  sealed blob not null);
create table units(unit_id text primary key, item_id text not null, batch integer not null) without rowid;
create table attachments(unit_id text not null, item_id text not null, name text not null);
"""
Row = list[Any]
"""A unit as `triage.engines.wire.pack_unit` packs it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One held unit, in clear."""

    unit_id: str
    item_id: str
    stage: str
    unit: Unit


def path_of(case: Path) -> Path:
    return case / NAME


def make(case: Path, *, public_pem: str = "", passphrase: str = "") -> None:
    """A new, empty store for the reviewer's public key, or for a key of its own under a passphrase."""
    if public_pem:
        public, private = read_public(public_pem), ""
    else:
        key = ECC.generate(curve="Curve25519")
        public = key.public_key()
        private = key.export_key(
            format="PEM", passphrase=passphrase, protection=_PROTECTION, prot_params={"iteration_count": ROUNDS}
        )
    path = path_of(case)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(_TABLES)
    db.execute("insert into key values(?,?)", (public.export_key(format="PEM"), private))
    db.close()


def read_public(pem: str) -> ECC.EccKey:
    """An X25519 public key; UsageError for anything else (a private key included: it must stay with its owner)."""
    try:
        key = ECC.import_key(pem)
    except ValueError as error:
        raise UsageError("is no public key in PEM.", where="--filter-key", remedy=_HOW) from error
    if key.has_private() or key.curve != "Curve25519":
        raise UsageError("is not an X25519 public key.", where="--filter-key", remedy=_HOW)
    return key


_HOW = "Make one: openssl genpkey -algorithm x25519 -out filter.pem; openssl pkey -in filter.pem -pubout."


class SealedStore:
    """Open for sealing; `begin`/`commit` follow the index writer's."""

    def __init__(self, case: Path) -> None:
        path = path_of(case)
        if not path.is_file():
            raise CaseError("holds no sealed store.", where=case.name, remedy="Nothing of this case is held.")
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("pragma secure_delete=on")
        public, self._private = self.db.execute("select public, private from key").fetchone()
        self._public = ECC.import_key(public)

    @property
    def has_own_key(self) -> bool:
        """Whether the private key lies here under a passphrase."""
        return bool(self._private)

    def add(self, item: str, stage: str, units: Sequence[Unit]) -> None:
        """Seal one batch of an item's units. `stage` is `read` or `ocr`."""
        if not units:
            return
        if not self.db.in_transaction:
            self.db.execute("begin immediate")
        cipher = HPKE.new(receiver_key=self._public, aead_id=HPKE.AEAD.AES256_GCM, info=_INFO)
        named = self._named(item, units)
        sealed = cipher.seal(json.dumps(named, ensure_ascii=True).encode(), item.encode())
        cursor = self.db.execute("insert into batches values(null,?,?,?,?)", (item, stage, cipher.enc, sealed))
        self.db.executemany("insert into units values(?,?,?)", [(u, item, cursor.lastrowid) for u, _ in named])
        files = [(key, item, name) for (key, _), u in zip(named, units, strict=True) for name in u.attachments]
        self.db.executemany("insert into attachments values(?,?,?)", files)

    def _named(self, item: str, units: Sequence[Unit]) -> list[tuple[str, Row]]:
        """Units with their ids; a locator that occurs twice in its item gets `;n=2`, as in the index."""
        out: dict[str, Row] = {}
        for unit in units:
            plain, n = unit, 1
            while (key := ids.unit_id(ItemId(item), unit.locator, unit.origin)) in out or self.holds(key):
                n += 1
                unit = replace(plain, locator=f"{plain.locator};n={n}")
            out[key] = pack_unit(unit, None)
        return list(out.items())

    def holds(self, unit_id: str) -> bool:
        return self.db.execute("select 1 from units where unit_id=?", (unit_id,)).fetchone() is not None

    def commit(self) -> None:
        if self.db.in_transaction:
            self.db.execute("commit")

    def close(self) -> None:
        self.commit()
        self.db.close()

    def forget(self, items: Iterable[str]) -> None:
        """Remove what these items gave: their task will be done again, or their bytes are others now."""
        for item in items:
            for table in ("units", "batches", "attachments"):
                self.db.execute(f"delete from {table} where item_id=?", (item,))

    def forget_ocr(self, item: str) -> None:
        """Remove what the second phase sealed of an item."""
        batches = "select n from batches where item_id=? and stage='ocr'"
        self.db.execute(f"delete from units where batch in ({batches})", (item,))
        self.db.execute("delete from batches where item_id=? and stage='ocr'", (item,))

    def keep_only(self, items: Iterable[str]) -> None:
        """After a run that was killed: remove what belongs to no finished item."""
        held = {row[0] for row in self.db.execute("select distinct item_id from batches")}
        self.forget(held - set(items))

    def counts(self) -> dict[str, int]:
        """Item id → number of held units."""
        return dict(self.db.execute("select item_id, count(*) from units group by item_id order by item_id").fetchall())

    def attached(self) -> dict[str, list[tuple[str, str]]]:
        """Item id → (unit id, name) of the files that its held units carry."""
        out: dict[str, list[tuple[str, str]]] = {}
        for unit, item, name in self.db.execute("select unit_id, item_id, name from attachments order by 2, 1, 3"):
            out.setdefault(item, []).append((unit, name))
        return out

    def open(self, private_pem: str | None, passphrase: str) -> Iterator[Opened]:
        """Every held unit in clear, in the order in which it was sealed. UsageError with the wrong key."""
        key = self._key(private_pem, passphrase)
        sql = "select n, item_id, stage, enc, sealed from batches order by n"
        for n, item, stage, enc, sealed in self.db.execute(sql).fetchall():
            still = {r[0] for r in self.db.execute("select unit_id from units where batch=?", (n,))}
            for unit, row in json.loads(_unsealed(key, enc, sealed, item)):
                if unit in still:
                    yield Opened(unit, item, stage, unpack_unit(row)[0])

    def drop(self, units: Iterable[str]) -> None:
        """These were released: they leave the store, their batches when nothing of them is held any more."""
        listed = [(u,) for u in units]
        self.db.executemany("delete from units where unit_id=?", listed)
        self.db.executemany("delete from attachments where unit_id=?", listed)
        self.db.execute("delete from batches where n not in (select batch from units)")

    def _key(self, private_pem: str | None, passphrase: str) -> ECC.EccKey:
        pem = private_pem or self._private
        if not pem:
            raise UsageError("the store was sealed to a reviewer's own key.", remedy="Give it with --key.")
        try:
            key = ECC.import_key(pem, passphrase=passphrase or None)
        except (ValueError, IndexError, TypeError) as error:
            raise UsageError("the key cannot be opened with this passphrase.", remedy=_PASSPHRASE) from error
        if not key.has_private() or key.public_key() != self._public:
            raise UsageError("is not the key this store was sealed to.", where="--key", remedy="Use the reviewer's.")
        return key


_PASSPHRASE = "Type it, or set TRIAGE_FILTER_PASSPHRASE."


def _unsealed(key: ECC.EccKey, enc: bytes, sealed: bytes, item: str) -> bytes:
    cipher = HPKE.new(receiver_key=key, aead_id=HPKE.AEAD.AES256_GCM, enc=enc, info=_INFO)
    try:
        return cipher.unseal(sealed, item.encode())
    except ValueError as error:
        raise CaseError("a sealed batch was changed.", where=NAME, remedy="Run `triage verify`.") from error
