"""Invented iTunes backups, plain and encrypted, built as the format descriptions say."""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import struct
from collections.abc import Mapping
from pathlib import Path

from Crypto.Cipher import AES

ROUNDS, FIRST_ROUNDS = 50, 80
CLASS = 3
_CLASS_KEY, _FILE_KEY, _MANIFEST_KEY = b"C" * 32, b"F" * 32, b"M" * 32


def stored_name(domain: str, path: str) -> str:
    return hashlib.sha1(f"{domain}-{path}".encode(), usedforsecurity=False).hexdigest()


def sms_db(folder: Path, text: str) -> bytes:
    """A small iOS message database with one text."""
    path = folder / "sms-building.db"
    db = sqlite3.connect(path)
    db.executescript(
        "create table message(ROWID integer primary key, guid text, text text, handle_id integer, service text, "
        "date integer, is_from_me integer);"
        "create table handle(ROWID integer primary key, id text, country text, service text);"
        "create table chat(ROWID integer primary key, guid text, chat_identifier text);"
        "create table chat_message_join(chat_id integer, message_id integer);"
        "insert into handle values(1,'+12015550123','us','SMS');"
    )
    db.execute("insert into message values(1,'g1',?,1,'SMS',588813210539788032,0)", (text,))
    db.commit()
    db.close()
    data = path.read_bytes()
    path.unlink()
    return data


def _wrapped(key: bytes, secret: bytes) -> bytes:
    return bytes(AES.new(key, AES.MODE_KW).seal(secret))


def _record(tag: bytes, value: bytes | int) -> bytes:
    raw = value.to_bytes(4, "big") if isinstance(value, int) else value
    return tag + struct.pack(">I", len(raw)) + raw


def keybag(password: str) -> bytes:
    """One class that the password wraps, and one that only the device could open."""
    first = hashlib.pbkdf2_hmac("sha256", password.encode(), b"d" * 20, FIRST_ROUNDS, 32)
    key = hashlib.pbkdf2_hmac("sha1", first, b"s" * 20, ROUNDS, 32)
    general: list[tuple[bytes, bytes | int]] = [
        (b"VERS", 5), (b"TYPE", 1), (b"UUID", b"u" * 16), (b"HMCK", b"h" * 40), (b"WRAP", 0),
        (b"SALT", b"s" * 20), (b"ITER", ROUNDS), (b"DPWT", 1), (b"DPIC", FIRST_ROUNDS), (b"DPSL", b"d" * 20),
    ]  # fmt: skip
    classes: list[tuple[bytes, bytes | int]] = [
        (b"UUID", b"1" * 16), (b"CLAS", CLASS), (b"WRAP", 2), (b"KTYP", 0), (b"WPKY", _wrapped(key, _CLASS_KEY)),
        (b"UUID", b"2" * 16), (b"CLAS", 9), (b"WRAP", 1), (b"KTYP", 0), (b"WPKY", b"x" * 40),
    ]  # fmt: skip
    return b"".join(_record(tag, value) for tag, value in [*general, *classes])


def _sealed(key: bytes, data: bytes) -> bytes:
    n = 16 - len(data) % 16
    return AES.new(key, AES.MODE_CBC, bytes(16)).encrypt(data + bytes([n]) * n)


def _archived(size: int, encrypted: bool) -> bytes:
    """The `file` column: the archive of an MBFile."""
    root: dict[str, object] = {"Size": size, "ProtectionClass": CLASS, "$class": plistlib.UID(3)}
    objects: list[object] = ["$null", root, "path", {"$classname": "MBFile"}]
    if encrypted:
        root["EncryptionKey"] = plistlib.UID(4)
        wrapped = CLASS.to_bytes(4, "little") + _wrapped(_CLASS_KEY, _FILE_KEY)
        objects.append({"NS.data": wrapped, "$class": plistlib.UID(3)})
    top = {"$archiver": "NSKeyedArchiver", "$version": 100000, "$objects": objects, "$top": {"root": plistlib.UID(1)}}
    return plistlib.dumps(top, fmt=plistlib.FMT_BINARY)


def write_backup(
    folder: Path, files: Mapping[tuple[str, str], bytes], *, password: str = "", missing: int = 0
) -> dict[str, bytes]:
    """Write a backup of `files` ((domain, path) → bytes); returns content by path on the device."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "Manifest.db"
    db = sqlite3.connect(manifest)
    db.execute("create table Files(fileID text primary key, domain text, relativePath text, flags integer, file blob)")
    for (domain, path), data in files.items():
        name = stored_name(domain, path)
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_bytes(_sealed(_FILE_KEY, data) if password else data)
        row = (name, domain, path, 1, _archived(len(data), bool(password)))
        db.execute("insert into Files values(?,?,?,?,?)", row)
    for n in range(missing):
        row = (stored_name("HomeDomain", f"gone/{n}"), "HomeDomain", f"gone/{n}", 1, _archived(3, False))
        db.execute("insert into Files values(?,?,?,?,?)", row)
    db.execute("insert into Files values(?,?,?,?,?)", ("f" * 40, "HomeDomain", "Library", 2, b""))
    db.commit()
    db.close()
    if password:
        manifest.write_bytes(_sealed(_MANIFEST_KEY, manifest.read_bytes())[:-16])
    said: dict[str, object] = {"IsEncrypted": bool(password), "Version": "10.0", "Lockdown": {"DeviceName": "Nadie"}}
    if password:
        said["BackupKeyBag"] = keybag(password)
        said["ManifestKey"] = CLASS.to_bytes(4, "little") + _wrapped(_CLASS_KEY, _MANIFEST_KEY)
    (folder / "Manifest.plist").write_bytes(plistlib.dumps(said, fmt=plistlib.FMT_BINARY))
    info = {"Device Name": "Nadie", "IMEI": "490154203237518", "Product Version": "16.4", "Serial Number": "X0TEST"}
    (folder / "Info.plist").write_bytes(plistlib.dumps(info))
    return {f"{domain}/{path}": data for (domain, path), data in files.items()}


def mbdb(files: Mapping[tuple[str, str], bytes]) -> bytes:
    """`Manifest.mbdb` of an old backup."""
    out = [b"mbdb\x05\x00"]
    for (domain, path), data in files.items():
        for part in (domain.encode(), path.encode(), None, b"h" * 20, None):
            out.append(b"\xff\xff" if part is None else struct.pack(">H", len(part)) + part)
        out.append(struct.pack(">HQIIIIIQBB", 0o100644, 1, 501, 501, 1, 1, 1, len(data), 4, 1))
        out.append(struct.pack(">H", 1) + b"k" + struct.pack(">H", 1) + b"v")
    return b"".join(out)
