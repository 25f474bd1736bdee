"""The review: who may come in, what a decision leaves behind, and the round trip through a workbook."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from triage.custody.verify import verify_case
from triage.errors import UsageError
from triage.index import schema
from triage.pipeline.reviewing import sitting
from triage.review import decisions, workbook
from triage.review.server import Sitting, application

PORT = 4711
HOME = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def case(sample_case: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "case"
    shutil.copytree(sample_case, copy)
    return copy


@pytest.fixture
def made(case: Path) -> Iterator[Sitting]:
    with sitting(case, author="J. Doe", role="examiner", passphrase="only-the-filter") as opened:
        opened.port = PORT
        yield opened


class Client:
    """Requests answered in this very thread, as the server of a sitting answers them; keeps its cookies."""

    def __init__(self, made: Sitting) -> None:
        self._app = application(made)
        self._cookies = httpx.Cookies()

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url=HOME, cookies=self._cookies) as client:
                answer = await client.request(method, path, **more)
                self._cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self._ask("POST", path, **more)


def _client(made: Sitting) -> Client:
    return Client(made)


@pytest.fixture
def client(made: Sitting) -> Client:
    client = _client(made)
    assert client.get(f"/enter?token={made.entry}").status_code == 303
    return client


def _decide(client: Client, made: Sitting, **said: str) -> tuple[int, dict[str, object]]:
    answer = client.post("/api/decisions", json=said, headers={"x-triage-review": made.session})
    return answer.status_code, answer.json()


def test_the_address_opens_once_and_nothing_else_does(made: Sitting) -> None:
    first, second = _client(made), _client(made)
    assert first.get("/api/findings").status_code == 403
    assert first.get("/enter?token=wrong").status_code == 403
    assert first.get(f"/enter?token={made.entry}").status_code == 303
    assert first.get("/api/findings").status_code == 200
    assert second.get(f"/enter?token={made.entry}").status_code == 403
    assert second.get("/api/findings").status_code == 403


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403


def test_writing_needs_the_header_no_other_site_can_send(client: Client, made: Sitting) -> None:
    finding = client.get("/api/findings").json()[0]["id"]
    said = {"target": finding, "decision": "relevant"}
    assert client.post("/api/decisions", json=said).status_code == 403
    assert made.made == 0
    assert _decide(client, made, **said)[0] == 200


def test_nothing_is_loaded_from_elsewhere(client: Client) -> None:
    for path in ("/", "/static/page.js", "/static/page.css", "/api/facets"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert "innerHTML" not in client.get("/static/page.js").text


def test_help_calls_come_first_and_the_conversation_stands_around(client: Client) -> None:
    rows = client.get("/api/findings").json()
    assert "welfare" in rows[0]["flags"]
    found = client.get(f"/api/unit/{rows[0]['unit_id']}").json()
    assert rows[0]["unit_id"] in {u["id"] for u in found["units"]}
    assert len(found["units"]) > 1


def test_filters_narrow_and_search_finds(client: Client) -> None:
    phones = client.get("/api/findings?kind=phone").json()
    assert phones
    assert {row["kind"] for row in phones} == {"phone"}
    assert client.get("/api/findings?text=pasaporte").json()
    assert client.get("/api/findings?text=%22%22").status_code in (200, 400)


def test_a_decision_is_a_row_an_event_and_a_root(case: Path) -> None:
    with sitting(case, author="J. Doe", role="examiner") as made:
        made.port = PORT
        client = _client(made)
        client.get(f"/enter?token={made.entry}")
        target = client.get("/api/findings").json()[0]["id"]
        status, said = _decide(client, made, target=target, decision="not-relevant", note="a joke between brothers")
        assert (status, said) == (200, {"no": 1})
        assert client.get("/api/findings?decision=open").json()[0]["id"] != target
    events = [json.loads(line) for line in (case / "custody.jsonl").read_text().splitlines()]
    logged = next(e["data"] for e in events if e["type"] == "decision.made")
    assert (logged["target"], logged["decision"], logged["role"]) == (target, "not-relevant", "examiner")
    assert "brothers" not in (case / "custody.jsonl").read_text()
    assert verify_case(case).ok
    db = schema.open_readonly(case / "evidence.sqlite")
    assert db.execute("select value from meta where key='decisions_root'").fetchone()[0] == decisions.root(db)
    db.close()


def test_decisions_leave_the_index_root_alone_and_privileged_ones_do_not(case: Path) -> None:
    before = (case / "index.jsonl").read_bytes()
    db = schema.open_readonly(case / "evidence.sqlite")
    finding, unit, text = db.execute(
        "select f.id, u.id, u.text from findings f join units u on u.id=f.unit_id where f.type='debt_bondage' limit 1"
    ).fetchone()
    db.close()
    for word, same in (("relevant", True), ("privileged", False)):
        with sitting(case, author="J. Doe", role="examiner", passphrase="only-the-filter") as made:
            made.port = PORT
            client = _client(made)
            client.get(f"/enter?token={made.entry}")
            assert _decide(client, made, target=finding, decision=word)[0] == 200
        assert ((case / "index.jsonl").read_bytes() == before) is same
    seen = "\n".join(p.read_bytes().decode("latin-1") for p in case.rglob("*") if p.is_file() and p.suffix != ".sqlite")
    assert unit not in (case / "index.jsonl").read_text()
    assert text.encode().decode("latin-1") not in seen
    assert verify_case(case).ok


def test_a_privileged_decision_without_a_store_says_what_to_do(case: Path) -> None:
    with sitting(case, author="J. Doe", role="examiner") as made:
        made.port = PORT
        client = _client(made)
        client.get(f"/enter?token={made.entry}")
        target = client.get("/api/findings").json()[0]["id"]
        status, said = _decide(client, made, target=target, decision="privileged")
    assert status == 400
    assert "TRIAGE_FILTER_PASSPHRASE" in str(said["error"])


@pytest.mark.parametrize("said", [
    {"target": "f_0", "decision": "relevant"}, {"target": "", "decision": "relevant"},
    {"target": "x", "decision": "guilty"}, {"target": "", "decision": "person.join", "note": "{}"},
])  # fmt: skip
def test_what_cannot_stand_is_refused_and_leaves_nothing(client: Client, made: Sitting, said: dict[str, str]) -> None:
    status, answer = _decide(client, made, **said)
    assert status == 400
    assert answer["error"]
    assert made.db.execute("select count(*) from decisions").fetchone()[0] == 0


def test_a_workbook_goes_out_and_its_decisions_come_back(case: Path) -> None:
    db = schema.open_readonly(case / "evidence.sqlite")
    out = io.BytesIO()
    workbook.write(db, out)
    book = load_workbook(io.BytesIO(out.getvalue()))
    sheet = book["Review"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["decision"], "Not relevant")
    sheet.cell(2, heads["note"], "read in context")
    sheet.cell(3, heads["decision"], "relevant")
    back = io.BytesIO()
    book.save(back)
    back.seek(0)
    listed = workbook.read(db, back, author="J. Doe", role="examiner")
    assert [(d.word, d.note) for d in listed] == [("not-relevant", "read in context"), ("relevant", "")]
    sheet.cell(2, heads["text_sha256"], "0" * 64)
    edited = io.BytesIO()
    book.save(edited)
    edited.seek(0)
    with pytest.raises(UsageError, match="another text"):
        workbook.read(db, edited, author="J. Doe", role="examiner")
    db.close()
