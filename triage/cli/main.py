"""`triage`: the verbs, and the one place where an error becomes an exit code."""

from __future__ import annotations

import sys

import typer

from triage.cli import (
    bench,
    custody,
    demo,
    diff,
    doctor,
    export,
    findings,
    match,
    patterns,
    report,
    review,
    run,
    search,
    show,
    verify,
    version,
)
from triage.errors import Exit, TriageError

app = typer.Typer(
    name="triage",
    help="Read phone extractions and chat exports; mark indicators of debt and coercion; write an evidence index "
    "with a chain of custody the other side can check. An indicator is a reason to look, never a verdict.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    run, demo, report, findings, show, search, verify, review, export, diff, match, custody, patterns, bench, doctor,
    version,
):  # fmt: skip
    verb.register(app)


def main() -> None:
    """Entry point: errors are one clear line on standard error, with the exit code of the contract."""
    try:
        app()
    except TriageError as error:
        from triage.display import safe_display

        print(f"triage: {safe_display(str(error))}", file=sys.stderr)  # noqa: T201 - the one line a person reads
        sys.exit(int(error.code))
    except KeyboardInterrupt:
        print("triage: interrupted; what was read is kept, run the same command to go on.", file=sys.stderr)  # noqa: T201
        sys.exit(int(Exit.INTERRUPTED))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(Exit.DONE))
