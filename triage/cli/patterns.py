"""`triage patterns …`: the rule packs, for those who read and write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from triage.packs.load import PackSource

app = typer.Typer(
    help="List, show, check and try the rule packs (see patterns/README.md for how to write them).",
    no_args_is_help=True, rich_markup_mode=None,
)  # fmt: skip
Root = Annotated[Path | None, typer.Option("--root", help="A folder of packs. Default: those that ship.")]
Languages = Annotated[list[str] | None, typer.Argument(help="Languages, such as en es. Default: all.")]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="patterns")


def _packs(languages: list[str] | None, root: Path | None) -> Iterator[PackSource]:
    from triage.packs.load import available, load_pack

    for language in languages or available(root):
        yield load_pack(language, root)


@app.command(name="list")
def list_packs(root: Root = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Every pack: rules, codes, version, review, hash."""
    from triage.cli import terminal

    for pack in _packs(None, root):
        head = pack.head
        codes = sorted({rule.code for rule in pack.rules})
        if as_json:
            terminal.json_line({
                "language": head.language, "name": head.name, "version": head.version, "ring": head.ring,
                "review": head.review, "rules": len(pack.rules), "codes": codes, "sha256": pack.sha256,
            })  # fmt: skip
            continue
        low = "; phrase list, low coverage" if head.ring == 2 else ""
        terminal.text([
            f"{head.language}  {head.name} {head.version}: {len(pack.rules)} rules, {len(codes)} codes; {head.review}"
            f"{low}; {pack.sha256[:12]}"
        ])  # fmt: skip


@app.command(name="show")
def show_rule(
    rule: Annotated[str, typer.Argument(help="A rule as in the findings (language.en.debt.owed@1), or a part of it.")],
    root: Root = None,
) -> None:
    """A rule in words: its claim, its patterns, its examples."""
    from triage.cli import terminal
    from triage.errors import UsageError

    wanted = rule.removeprefix("language.").split("@")[0]
    found = 0
    for pack in _packs(None, root):
        for known in pack.rules:
            full = f"{pack.head.language}.{known.id}"
            if wanted in full:
                found += 1
                yes = [f"  yes  {y.text} → «{y.span}»" for y in known.yes]
                no = [f"  no   {n.text} ({n.why})" for n in known.no]
                terminal.text([f"{full}  {known.code}", f"  {known.label}", f"  {known.claim}",
                               *(f"  pattern  {p}" for p in known.patterns), *yes, *no, ""])  # fmt: skip
    if not found:
        raise UsageError("no rule has this id.", where=rule, remedy="See `triage patterns list`.")


@app.command(name="lint")
def lint(languages: Languages = None, root: Root = None) -> None:
    """Check packs beyond their format: words, claims, gates. Exit 1 where something is to be mended."""
    from triage.cli import terminal
    from triage.errors import Exit
    from triage.packs.lint import check_pack

    wrong = [f"{pack.head.language}: {found}" for pack in _packs(languages, root) for found in check_pack(pack)]
    terminal.text(wrong or ["nothing to mend"])
    raise typer.Exit(int(Exit.CONDITION if wrong else Exit.DONE))


@app.command(name="test")
def test(languages: Languages = None, root: Root = None) -> None:
    """Run every example of every rule. Exit 1 where one does not hold."""
    from extractors.language import Scanner
    from triage.cli import terminal
    from triage.errors import Exit
    from triage.packs.compile import compile_pack
    from triage.packs.examples import check_examples

    failed, count = [], 0
    for pack in _packs(languages, root):
        count += sum(len(rule.yes) + len(rule.no) for rule in pack.rules)
        failed += [f"{pack.head.language}: {f}" for f in check_examples(pack, Scanner([compile_pack(pack)]))]
    terminal.text([*failed, f"{count} examples, {len(failed)} do not hold"])
    raise typer.Exit(int(Exit.CONDITION if failed else Exit.DONE))


@app.command(name="explain")
def explain(
    text: Annotated[str, typer.Argument(help="A message.")],
    packs: Annotated[str | None, typer.Option(help="Languages, such as en,es.")] = None,
    root: Root = None,
) -> None:
    """What the packs find in TEXT, and in which parts."""
    from extractors.language import Scanner, detect_languages
    from triage.cli import terminal
    from triage.cli.options import split_list
    from triage.model import Resources
    from triage.packs.compile import compiled_packs
    from triage.packs.coverage import unknown_words
    from triage.packs.examples import as_run

    compiled = compiled_packs(Resources(packs=split_list(packs), pack_root=root))
    run = as_run(text)
    terminal.text([f"language: {detect_languages(run, compiled)[0] or 'undecided'}"])
    found = 0
    for hit in Scanner(compiled).scan(run):
        f = hit.finding
        found += 1
        parts = ", ".join(f"{p.role} «{text[p.start : p.end]}»" for p in f.parts)
        terminal.text([f"{f.type} [{f.grade}, {f.toward or 'unknown'}] «{text[f.start : f.end]}»  {f.rule}",
                       f"  {f.detail.get('claim', '')}", f"  parts: {parts}"])  # fmt: skip
    if not found:
        terminal.text(["no rule fires"])
    if unknown := unknown_words(text, compiled):
        terminal.text([f"words no pack knows: {', '.join(unknown)}"])


@app.command(name="coverage")
def coverage(languages: Languages = None, root: Root = None) -> None:
    """Patterns that no example of their rule reaches. Exit 1 where there are some."""
    from triage.cli import terminal
    from triage.errors import Exit
    from triage.packs.compile import compile_pack
    from triage.packs.coverage import reach

    total = unreached = 0
    for pack in _packs(languages, root):
        for rule in reach(compile_pack(pack), pack.rules):
            total += rule.patterns
            unreached += len(rule.unreached)
            terminal.text([f"{pack.head.language}.{rule.rule}  no example reaches: {p}" for p in rule.unreached])
    terminal.text([f"{total} patterns, {unreached} without an example"])
    raise typer.Exit(int(Exit.CONDITION if unreached else Exit.DONE))


@app.command(name="new")
def new(
    language: Annotated[str, typer.Argument(help="The pack, such as en.")],
    topic: Annotated[str, typer.Argument(help="The new file's name and the first part of its rules' ids.")],
    code: Annotated[str, typer.Argument(help="One of the 21 codes of the taxonomy, such as debt_bondage.")],
    root: Annotated[Path, typer.Option("--root", help="The folder of packs to write into.")],
) -> None:
    """Write a rule file to fill in, with slots for its examples."""
    from triage.cli import terminal
    from triage.packs.scaffold import scaffold

    terminal.text([f"written: {scaffold(root, language, topic, code)}"])
