"""Evidence cannot become structure: no element, attribute, URL, style or script of the page stems from it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol

import pytest
from lxml import html

from triage.report.build import build
from triage.report.display import visible
from triage.report.html import page
from triage.report.wording import load


def parse(source: str) -> Any:
    """The page as a tree."""
    return html.document_fromstring(source)


TOKEN = "zqx7"
PAYLOADS = tuple(
    payload.replace("@", TOKEN)
    for payload in (
        "<script>alert('@')</script>",
        "</script><script>@()</script>",
        "<img src=x onerror=@>",
        "<svg onload=@()>",
        "<svg/onload=@>",
        "'\"><img src=@>",
        '" onmouseover="@" x="',
        "' onfocus=@ autofocus='",
        "` onclick=@ `",
        "</style><style>*{background:url(//@.example)}</style>",
        "</title><b>@",
        "</textarea><b>@</b>",
        "<!-- @ -->",
        "--><b>@</b><!--",
        "<![CDATA[<b>@</b>]]>",
        "]]><b>@</b>",
        "<?php @ ?>",
        "<!DOCTYPE @>",
        "<a href=javascript:@()>x",
        "javascript:@()",
        "data:text/html,<b>@",
        "vbscript:@",
        "https://@.example/a?b=<i>",
        "HTTP://@.EXAMPLE",
        "www.@.example",
        "//@.example",
        "ftp://@.example/x",
        "file:///@",
        "&lt;b&gt;@",
        "&#60;b&#62;@",
        "&#x3c;b&#x3e;@",
        "&amp;lt;@",
        "%3Cb%3E@",
        "\\u003cb\\u003e@",
        "\\x3cb\\x3e@",
        "{{ @ }}",
        "{{ 7*7 }}@",
        "{% raw %}@{% endraw %}",
        "{# @ #}",
        "{{ report.__class__ }}@",
        "${@}",
        "#{@}",
        "<%= @ %>",
        "[[@]]",
        "[x](javascript:@)",
        "![x](//@.example)",
        "<iframe srcdoc='<b>@'>",
        "<math><mtext>@",
        "<template><b>@</b></template>",
        "<base href=//@.example/>",
        "<meta http-equiv=refresh content='0;url=//@.example'>",
        "<link rel=stylesheet href=//@.example>",
        "<form action=//@.example><input name=@>",
        "<details open ontoggle=@()>",
        "<x @=1 style=color:red>",
        "＜b＞@＜/b＞",
        "\u202e<b>@</b>\u202c",
        "\u2066@\u2069\u200f",
        "\x1b]8;;http://@.example\x07x",
        "\x9b31m@",
        "\x00<b>@",
        "@\nline\ttab",
        "=cmd|'/c @'!A0",
        "@\u0301\u0301\u0301\u0301\u0301",
        "https://user:pw@host.example/<script>@</script>",
    )
)
FOREIGN = {"img", "iframe", "object", "embed", "form", "input", "base", "link", "template", "math", "i"}
ALLOWED_LANG = {"en", "es", "ar", "zh", "hi", "ro"}


class Build(Protocol):
    def __call__(self, path: Path, payloads: tuple[str, ...] = ()) -> object: ...


@pytest.fixture(scope="module")
def source(build_index: Build, tmp_path_factory: pytest.TempPathFactory) -> str:
    connection = build_index(tmp_path_factory.mktemp("hostile") / "evidence.sqlite", PAYLOADS)
    return page(build(connection), load())  # type: ignore[arg-type]


class Structure(HTMLParser):
    """Collects whatever is not text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open = tag
        self.parts += [tag, *(f"{name}={value}" for name, value in attrs)]

    def handle_data(self, data: str) -> None:
        (self.parts if self.open in ("script", "style", "title") else self.text).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_comment(self, data: str) -> None:
        self.parts.append(data)

    def handle_decl(self, decl: str) -> None:
        self.parts.append(decl)

    def handle_pi(self, data: str) -> None:
        self.parts.append(data)

    def unknown_decl(self, data: str) -> None:
        self.parts.append(data)


def test_there_are_sixty_payloads() -> None:
    assert len(PAYLOADS) >= 60 and len(set(PAYLOADS)) == len(PAYLOADS)
    assert all(TOKEN in payload for payload in PAYLOADS)


def test_html_parser_sees_evidence_as_text_only(source: str) -> None:
    seen = Structure()
    seen.feed(source)
    seen.close()
    assert not [part for part in seen.parts if TOKEN in part.casefold()]
    assert sum(TOKEN in text.casefold() for text in seen.text) > len(PAYLOADS) * 10
    assert not seen.tags & FOREIGN


def test_lxml_sees_evidence_as_text_only(source: str) -> None:
    tree = parse(source)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            raise AssertionError(f"a comment or instruction in the page: {node.text!r}")
        for name, value in node.attrib.items():
            assert TOKEN not in f"{name}={value}".casefold()
        assert node.tag not in ("script", "style", "title") or TOKEN not in (node.text or "").casefold()
    assert set(tree.xpath("//@lang")) <= ALLOWED_LANG
    assert all(value.startswith("#") for value in tree.xpath("//@href"))


def test_elements_are_those_of_a_page_with_harmless_text(source: str, build_index: Build, tmp_path: Path) -> None:
    plain = tuple(f"{TOKEN} plain words {number:02}" for number in range(len(PAYLOADS)))
    connection = build_index(tmp_path / "evidence.sqlite", plain)
    harmless = parse(page(build(connection), load()))  # type: ignore[arg-type]
    hostile = parse(source)
    assert {node.tag for node in hostile.iter()} == {node.tag for node in harmless.iter()}
    names = [{(n.tag, name) for n in tree.iter() for name in n.attrib} for tree in (hostile, harmless)]
    assert names[0] == names[1]


@pytest.fixture(scope="module")
def text(source: str) -> str:
    return str(parse(source).text_content())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_payload_can_be_read_on_the_page(payload: str, text: str) -> None:
    assert visible(payload) in text


def test_nothing_that_hides_or_reorders_reaches_the_page(source: str) -> None:
    bad = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)) if code not in (9, 10)]
    assert not [ch for ch in bad if ch in source]


def test_templates_and_code_never_mark_anything_as_safe() -> None:
    folder = Path(__file__).parents[2] / "triage" / "report"
    for file in [*folder.rglob("*.j2"), *folder.rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        for forbidden in ("|safe", "| safe", "Markup", "autoescape false", "innerHTML", "insertAdjacentHTML", "eval("):
            assert forbidden not in text, f"{file.name}: {forbidden}"
