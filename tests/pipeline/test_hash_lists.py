"""Lists of file hashes in every form, and what of them is found among the files of a case."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.pipeline import hash_matching
from triage.pipeline.hash_lists import algorithms, open_list
from triage.pipeline.request import Request
from triage.pipeline.run import run

BAD, FINE = b"\x01\x02 some bytes", b"known software"


def _digest(name: str, data: bytes) -> str:
    return hashlib.new(name, data, usedforsecurity=False).hexdigest()


MD5, SHA1, SHA256 = (_digest(name, BAD) for name in ("md5", "sha1", "sha256"))
TEXTS = {
    "plain": (f"# comment\n{MD5}\n", ("md5",)),
    "upper": (f"{SHA1.upper()}\r\n", ("sha1",)),
    "md5sum": (f"{MD5}  {'a' * 32}.jpg\n\\{MD5} *x\n", ("md5",)),
    "bsd": (f"SHA256 (a b.jpg) = {SHA256}\n", ("sha256",)),
    "hashdeep": (
        f"%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## x\n5,{MD5},{SHA256},{'b' * 40}\n",
        ("md5", "sha256"),
    ),
    "csv": (f'name,sha1,size\n"x, y",{SHA1},5\n', ("sha1",)),
}


@pytest.mark.parametrize("form", TEXTS)
def test_texts(form: str, tmp_path: Path) -> None:
    text, expected = TEXTS[form]
    path = tmp_path / "list.txt"
    path.write_text(text, newline="")
    listed = open_list(path)
    assert (listed.kind, listed.algorithms) == ("alert", expected)
    assert {digest for entry in listed.entries() for digest in entry.digests} <= {MD5, SHA1, SHA256}
    assert algorithms([listed], []) == tuple(name for name in expected if name != "sha256")


def _nsrl(path: Path, data: bytes) -> None:
    header = '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"'
    row = f'"{_digest("sha1", data).upper()}","{_digest("md5", data).upper()}","0","a, b.exe",6,1,"x",""'
    path.write_text(f"{header}\r\n{row}\r\n", newline="")


def test_sets_of_known_files_and_project_vic(tmp_path: Path) -> None:
    _nsrl(tmp_path / "NSRLFile.txt", FINE)
    listed = open_list(tmp_path / "NSRLFile.txt")
    assert (listed.kind, listed.algorithms) == ("known", ("md5", "sha1"))
    with sqlite3.connect(tmp_path / "rds.db") as db:
        db.execute("create table FILE(sha256 text, sha1 text, md5 text, crc32 text, file_name text)")
        db.execute("insert into FILE values(?,?,?,'0','a')", (SHA256.upper(), SHA1.upper(), MD5.upper()))
    db.close()
    known = open_list(tmp_path / "rds.db")
    assert (known.kind, next(known.entries()).digests) == ("known", (SHA256, SHA1, MD5))
    media = {"MediaID": 1, "Category": 2, "MD5": MD5.upper(), "Hashes": [{"HashName": "SHA1", "HashValue": SHA1}]}
    (tmp_path / "vics.json").write_text(json.dumps({"@odata.context": "x#Media", "value": [{"MediaID": 0}, media]}))
    vics = open_list(tmp_path / "vics.json")
    (entry,) = vics.entries()
    assert (vics.kind, entry.row, entry.digests, entry.note) == ("alert", 2, (MD5, SHA1), "category 2")


@pytest.mark.parametrize("content", ["", "no hashes here\n", "{", '{"value": [{"MediaID": 1}]}', "SQLite format 3\0"])
def test_what_holds_no_hash_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(content)
    with pytest.raises(UsageError):
        open_list(tmp_path / "list")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("lists") / "list"
    path.write_bytes(data)
    try:
        list(open_list(path).entries())
    except UsageError as error:
        assert error.remedy


def _case(tmp_path: Path, *names: str) -> sqlite3.Connection:
    from triage.case import parse_sources

    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    for name, data in (("bad.bin", BAD), ("fine.bin", FINE)):
        (source / name).write_bytes(data)  # written anew, so that every run reads them again
    lists = tuple(open_list(tmp_path / name) for name in names)
    sources = tuple(parse_sources([str(source)], {}))
    run(Request(sources=sources, case=tmp_path / "case", jobs=1, ocr=False, packs=("fr",), hash_lists=lists))
    return sqlite3.connect(tmp_path / "case" / "evidence.sqlite")


def test_hits_of_a_case_are_findings_and_stay(tmp_path: Path) -> None:
    (tmp_path / "alert.txt").write_text(f"{MD5}\n{SHA1}\n{'0' * 64}\n")
    _nsrl(tmp_path / "NSRLFile.txt", FINE)
    for names in (("alert.txt", "NSRLFile.txt"), ()):  # the second run has no list, and keeps what the first found
        db = _case(tmp_path, *names)
        found = db.execute("""select f.value, f.quote, substr(u.text, f.start+1, f."end"-f.start), i.path
            from findings f join units u on u.id=f.unit_id join items i on i.id=u.item_id
            where f.type='HASH' order by 1""").fetchall()
        assert found == [("alert.txt:1", MD5, MD5, "bad.bin"), ("alert.txt:2", SHA1, SHA1, "bad.bin")]
        known = "select path from items i join tallies t on t.item_id=i.id where t.what='known_file'"
        assert db.execute(known).fetchall() == [("fine.bin",)]
        assert db.execute("select count(*) from items where path='fine.bin'").fetchone() == (1,)
        db.close()
    db = sqlite3.connect(tmp_path / "case" / "evidence.sqlite")
    other = sqlite3.connect(":memory:")
    other.execute("create table meta(key text primary key, value text not null)")
    hash_matching.seed(other, hash_matching.kept(db))
    assert hash_matching.entries(other) == hash_matching.entries(db) != []
    assert hash_matching.algorithms_in_use(other) == {"md5", "sha1"}
    db.close()
    log = (tmp_path / "case" / "custody.jsonl").read_text()
    told = [json.loads(line) for line in log.splitlines() if '"hashes.compared"' in line]
    assert [(one["data"]["kind"], one["data"]["hits"], one["data"]["not_compared"]) for one in told] == [
        ("alert", 1, 0), ("known", 1, 0),
    ]  # fmt: skip
