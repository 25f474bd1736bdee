"""`triage bench DATA`: error rates on labelled data, for the README, for a report, for CI."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.bench.score import Counts, Scores

HELP = """Run the extractors of `triage run` over labelled rows (JSON Lines), or the whole of it over a folder that
holds expected.jsonl, and print recall and precision with 95 % intervals. Exit 1 where a minimum is not reached.

Examples:

  triage bench dev.jsonl --min-recall PHONE=0.95 --min-precision 0.9

  triage bench samples/
"""


def register(app: typer.Typer) -> None:
    app.command(name="bench", help=HELP)(bench)


def bench(
    data: Annotated[Path, typer.Argument(help="Labelled rows, or a folder with expected.jsonl.")],
    predictions: Annotated[Path | None, typer.Option(help="Write what was found, one object a row.")] = None,
    packs: Annotated[str | None, typer.Option(help="Rule packs, such as en,es. Default: all.")] = None,
    min_recall: Annotated[list[str] | None, typer.Option(help="X, or TYPE=X; repeatable.")] = None,
    min_precision: Annotated[list[str] | None, typer.Option(help="X, or TYPE=X; repeatable.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Print every miss and every false hit.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes (folders).")] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.errors import Exit, SourceError

    if not data.exists():
        raise SourceError("there is no such file or folder.", where=str(data), remedy="Check the path.")
    scores = _scores(data, predictions, packs, jobs)
    if as_json:
        terminal.json_line(scores.to_json())
    else:
        terminal.text(_lines(scores, misses))
    below = [*_below(scores, min_recall or (), "recall"), *_below(scores, min_precision or (), "precision")]
    terminal.words(below)
    raise typer.Exit(int(Exit.CONDITION if below else Exit.DONE))


def _scores(data: Path, predictions: Path | None, packs: str | None, jobs: int) -> Scores:
    if data.is_dir():
        from triage.bench.end_to_end import bench_folder

        return bench_folder(data, jobs)
    from triage.bench.predict import predict
    from triage.bench.rows import read_rows
    from triage.bench.score import score
    from triage.cli.options import split_list
    from triage.cli.terminal import safe_json

    found = list(predict(read_rows(data), split_list(packs)))
    if predictions is not None:
        lines = (safe_json(p.to_json()) + "\n" for p in found)
        predictions.write_text("".join(lines), encoding="utf-8")
    return score(found)


def _lines(scores: Scores, misses: bool) -> Iterator[str]:
    yield f"{scores.rows} rows"
    tables = (("type", scores.types), ("group", scores.groups), ("messages in", scores.messages),
              ("codes pooled in", scores.micro), ("code", scores.codes))  # fmt: skip
    for title, table in tables:
        if table:
            yield ""
            yield f"{title:26} {'found':>6} {'missed':>6} {'false':>6}  {'recall':>24}  {'precision':>24}  {'F1':>6}"
            yield from (_line(name or "(none)", counts) for name, counts in sorted(table.items()))
    if scores.look_alikes:
        yield ""
        yield f"look-alikes flagged strong: {scores.look_alikes_strong} of {scores.look_alikes}"
    if misses:
        yield ""
        yield from (str(miss) for miss in scores.misses)


def _line(name: str, c: Counts) -> str:
    from triage.bench.score import wilson

    recall = _share(c.recall, wilson(c.tp, c.tp + c.fn))
    precision = _share(c.precision, wilson(c.tp, c.tp + c.fp))
    f1 = "–" if c.f1 is None else f"{c.f1:.3f}"
    return f"{name:26} {c.tp:6} {c.fn:6} {c.fp:6}  {recall:>24}  {precision:>24}  {f1:>6}"


def _share(value: float | None, interval: list[float] | None) -> str:
    return "–" if value is None or interval is None else f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _below(scores: Scores, minima: Sequence[str], what: str) -> Iterator[str]:
    from triage.errors import UsageError

    for minimum in minima:
        name, _, value = minimum.rpartition("=")
        try:
            least = float(value)
        except ValueError as error:
            raise UsageError(f"{value!r} is no number.", where=minimum, remedy="Use X or TYPE=X.") from error
        reached = _pooled(scores, name, what)
        if reached is None or reached < least:
            shown = "nothing to measure" if reached is None else f"{reached:.4f}"
            yield f"{what} of {name or 'all types'}: {shown}, below {least}"


def _pooled(scores: Scores, name: str, what: str) -> float | None:
    """One type, code or language, or everything of the kind that the data have."""
    from triage.bench.score import Counts

    tables = {**scores.messages, **scores.codes, **scores.types}
    if name:
        counts = tables.get(name, Counts())
    else:
        source = scores.types or {"all": scores.messages["all"]}
        parts = list(source.values())
        counts = Counts(sum(c.tp for c in parts), sum(c.fp for c in parts), sum(c.fn for c in parts))
    return counts.recall if what == "recall" else counts.precision
