"""A new rule file to fill in: one concept, one rule, and a slot for every example a rule needs.

The file is written as the guide (`patterns/README.md`) describes it. It does not pass the tests before it is filled in:
the words in angle brackets are no language.
"""

from __future__ import annotations

from pathlib import Path

from triage.errors import UsageError

_TEMPLATE = """# {topic}: <what these rules are about; where the wording comes from>

[concept.{topic}_act]
about = "<the act, in one sentence>"
forms = ["<word>", "<word> (<this>|<that>)"]

[[rule]]
id = "{topic}.<thing>"
code = "{code}"
label = "<short>"
claim = "Says that <what the words say>."
patterns = ["pred=@{topic}_act ..4 <object>"]
yes = [
  {{ text = "<plain wording>", span = "<exactly what is quoted>", toward = "self_report" }},
  {{ text = "<indirect wording>", span = "<exactly what is quoted>" }},
]
no = [{{ text = "<the look-alike>", why = "<why it stays silent>" }}]
"""


def scaffold(root: Path, language: str, topic: str, code: str) -> Path:
    """Write `<root>/<language>/<topic>.toml`; UsageError where it exists or the pack does not."""
    folder = root / language
    if not (folder / "pack.toml").is_file():
        raise UsageError("no pack of this language.", where=str(folder), remedy="Write its pack.toml first.")
    path = folder / f"{topic}.toml"
    if path.exists():
        raise UsageError("the file exists.", where=str(path), remedy="Choose another topic, or add to that file.")
    path.write_text(_TEMPLATE.format(topic=topic, code=code), encoding="utf-8")
    return path
