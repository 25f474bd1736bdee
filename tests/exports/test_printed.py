"""The printed report and the sheet of one exhibit: what stands on them, the same bytes twice, and no markup run."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from triage.case import open_case
from triage.custody.verify import verify_case
from triage.errors import UsageError
from triage.exports import printed
from triage.index import schema
from triage.pipeline.outputs import rewrite_report


@pytest.fixture(scope="module")
def db(sample_case: Path) -> Iterator[sqlite3.Connection]:
    opened = schema.open_readonly(sample_case / "evidence.sqlite")
    yield opened
    opened.close()


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    pages = [page.get_textpage().get_text_range() for page in document]
    return "\n".join(pages).replace("\u200b", "").replace("\r", "")


def test_the_printed_report_names_root_findings_and_what_was_not_read(db: sqlite3.Connection, tmp_path: Path) -> None:
    printed.write_report(db, tmp_path / "a.pdf")
    printed.write_report(db, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    text = _text(tmp_path / "a.pdf").replace("\n", "")
    root = db.execute("select value from meta where key='index_root'").fetchone()[0]
    assert root in text
    assert "EX-00001" in text
    assert "cerrado.zip" in text
    assert "page 1 of" in _text(tmp_path / "a.pdf")


def test_a_sheet_holds_the_record_its_place_and_its_hash(db: sqlite3.Connection, tmp_path: Path) -> None:
    printed.write_exhibit(db, "EX-00001", tmp_path / "x.pdf")
    row = db.execute(
        "select u.text, u.locator, i.sha256 from exhibits x join units u on u.id=x.unit_id "
        "join items i on i.id=u.item_id where x.no=1"
    ).fetchone()
    text = " ".join(_text(tmp_path / "x.pdf").split())
    assert row["text"].split()[0] in text
    assert row["locator"] in text
    assert row["sha256"] in text.replace(" ", "")
    assert "certified" in text


def test_an_exhibit_that_is_none_is_refused(db: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no exhibit"):
        printed.write_exhibit(db, "EX-99999", tmp_path / "x.pdf")


def test_evidence_is_never_markup(db: sqlite3.Connection, tmp_path: Path) -> None:
    """A name that is typst code is printed as it stands."""
    evil = '#panic("run") *bold* $x$ #read("/etc/passwd") \\ @label <script>'
    section = printed._section("S", ("a",), (1,), [[evil]])
    data = printed._data(db, evil, evil) | {"sections": [section]}
    printed._compile(data, tmp_path / "evil.pdf")
    text = _text(tmp_path / "evil.pdf").replace("\n", " ")
    assert '#panic("run")' in text
    assert "<script>" in text


def test_forms_written_into_a_case_are_recorded_and_sealed(sample_case: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(sample_case, case)
    written = rewrite_report(open_case(case), "examiner", ("html", "pdf", "xlsx"))
    assert sorted(path.name for path in written) == ["index.html", "report.pdf", "report.xlsx"]
    sheet = rewrite_report(open_case(case), exhibit="EX-00001")
    assert [path.name for path in sheet] == ["EX-00001.pdf"]
    assert verify_case(case).ok
