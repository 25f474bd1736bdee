"""The report as one HTML file: opens offline, prints, and needs no script to be read.

Evidence text is hostile. Autoescape is on for each expression, an undefined name is an error, nothing is ever marked as
safe, evidence goes into element text only (never into an attribute, a URL, the style sheet or the script), and a
Content-Security-Policy allows nothing but the one style sheet and the one script whose hashes it names.
The same index gives the same bytes: times come from the index, lists have a total order.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sqlite3
import tempfile
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from triage.index import schema
from triage.report.build import build
from triage.report.display import visible
from triage.report.model import Audience, Limits, Report, Sentence
from triage.report.wording import Wording, load

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)")
"""A day in one of our sentences, to be kept on one line."""
_SAFE_IN_CSS = re.compile(r"[0-9a-fA-F-]{0,64}\Z")


def render(
    case: Path | sqlite3.Connection, out: Path | None = None, *, language: str = "en", limits: Limits | None = None,
    audience: Audience = "examiner", folder: Path | None = None,
) -> Path:  # fmt: skip
    """Write the report of a case folder (or of an open index) and return its path; replaced in one step."""
    if isinstance(case, Path):
        connection = schema.open_readonly(case / "evidence.sqlite")
        connection.execute("begin")  # one state of the index, even while a run goes on
        try:
            return render(
                connection, out or case / "report" / "index.html", language=language, limits=limits, audience=audience,
                folder=case,
            )  # fmt: skip
        finally:
            connection.close()
    if out is None:
        raise ValueError("a path is needed where the index is given open")
    report = build(case, wording=load(language), limits=limits, audience=audience, folder=folder)
    text = page(report, load(language))
    out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(out, text.encode("utf-8"))
    return out


def page(report: Report, wording: Wording) -> str:
    """The whole page."""
    environment = _environment(wording)
    style = environment.get_template("style.css.j2").render(**_running(report, wording))
    script = environment.get_template("script.js.j2").render()
    return environment.get_template("index.html.j2").render(
        report=report,
        language=wording.language,
        policy=_policy(style, script),
        **_running(report, wording),
    )


def _environment(wording: Wording) -> Environment:
    environment = Environment(
        loader=PackageLoader("triage.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def command(key: str, **fields: str | int) -> str:
        return wording.say(f"commands.{key}", case=wording.say("commands.case"), **fields)

    def name(section: str, code: str) -> str:
        return visible(wording.name(section, code))

    def sentence(said: Sentence) -> list[tuple[str, bool]]:
        fields = dict(said.fields)
        if said.parts:
            fields["parts"] = ", ".join(wording.say(key, n=n) for key, n in said.parts)
        pieces = _DAY.split(wording.say(said.key, **fields))
        return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]

    environment.globals.update(
        say=wording.say, name=name, gloss=wording.gloss, names=wording.names, num=wording.number,
        size=wording.size, command=command, visible=visible, sentence=sentence,
    )  # fmt: skip
    return environment


def _running(report: Report, wording: Wording) -> dict[str, str]:
    """What the foot of each printed page says: our words and a digest, checked, since they go into the style sheet."""
    root = report.case.index_root[:12]
    if not _SAFE_IN_CSS.match(root):
        root = ""
    return {"foot": wording.say("page.footer").replace('"', ""), "root12": root}


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _replace(out: Path, content: bytes) -> None:
    """Beside the target first, then renamed: a reader never sees half a page."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o600)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
