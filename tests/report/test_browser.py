"""The page in a real browser: the same nodes as in the file, readable with scripts off, nothing from evidence alive."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Protocol

import pytest
from lxml import html

from triage.report.html import render


def parse(source: str) -> Any:
    """The page as a tree."""
    return html.document_fromstring(source)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
PAYLOADS = (
    "<img src=x onerror=\"document.body.id='zqx7'\">", "<script>document.title='zqx7'</script>", "<svg onload=zqx7()>",
    "\"><iframe src=//zqx7.example></iframe>", "</style><b>zqx7", "https://zqx7.example/", "\u202e<b>zqx7</b>",
    "{{ zqx7 }}", "<a href=javascript:zqx7()>x</a>",
)  # fmt: skip


class Build(Protocol):
    def __call__(self, path: Path, payloads: tuple[str, ...] = ()) -> object: ...


@pytest.fixture(scope="module")
def report(build_index: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    connection = build_index(folder / "evidence.sqlite", PAYLOADS)
    return render(connection, folder / "index.html")  # type: ignore[arg-type]


def dump(report: Path, folder: Path) -> Any:
    """The document as the browser holds it after loading."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder}", "--dump-dom", report.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode != 0 or not done.stdout:
        pytest.skip("chromium does not start here")
    return parse(done.stdout.decode("utf-8"))


def test_without_script_the_live_nodes_are_those_of_the_file(report: Path, tmp_path: Path) -> None:
    page = report.read_text(encoding="utf-8")
    silent = tmp_path / "silent.html"  # the policy of this copy forbids its script
    silent.write_text(re.sub(r"script-src &#39;sha256-[^&]+&#39;", "script-src &#39;none&#39;", page), encoding="utf-8")
    live = dump(silent, tmp_path / "profile")
    assert not live.xpath("//div[@class='tools']")
    written = parse(page)
    assert sum(1 for _ in live.iter("*")) == sum(1 for _ in written.iter("*"))
    assert len(live.xpath("//main/section")) == 22
    assert all(len(section.text_content().split()) > 15 for section in live.xpath("//main/section"))
    assert "si te escapas mando a alguien" in live.text_content()
    _nothing_alive(live)


def test_the_one_script_runs_and_nothing_else_does(report: Path, tmp_path: Path) -> None:
    live = dump(report, tmp_path)
    assert live.xpath("//div[@class='tools']/button"), "the policy lets the script of the page run"
    assert live.xpath("//head/title/text()") == ["Evidence triage report"]
    assert live.xpath("//body/@id") == []
    _nothing_alive(live)


def _nothing_alive(live: Any) -> None:
    assert not live.xpath("//img|//iframe|//object|//embed|//base|//link|//form")
    assert len(live.xpath("//script")) == 1 and len(live.xpath("//style")) == 1
    values = [f"{name}={value}" for node in live.iter("*") for name, value in node.attrib.items()]
    assert not [value for value in values if "zqx7" in value]
