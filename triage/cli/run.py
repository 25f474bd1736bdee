"""`triage run SOURCE...`: the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.pipeline.hash_lists import HashList
    from triage.pipeline.request import WatchList
    from triage.readers.table_map_file import MapFile
    from triage.scope import Scope

HELP = """Read SOURCE... (folders, files, archives; a path or LABEL=PATH) into a case: index, custody log, report.

A case grows: run again with more sources, and only what is new is read. An interrupted run goes on where it stopped.

Examples:

  triage run phone.ufdr chat.zip

  triage run --case case-17 --tz Europe/Madrid --region ES --watch names.csv A=phone1/ B=phone2.zip
"""


def register(app: typer.Typer) -> None:
    app.command(name="run", help=HELP)(run)


def run(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="A path, or LABEL=PATH.", show_default=False)
    ],
    case: Annotated[Path | None, typer.Option(help="Case folder. Default: ./triage-case-<label>.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = os.cpu_count() or 1,
    tz: Annotated[list[str] | None, typer.Option(help="Zone of the device, or LABEL=ZONE, for local times.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Country of the device (CC or LABEL=CC).")] = None,
    packs: Annotated[str | None, typer.Option(help="Rule packs, such as en,es. Default: all.")] = None,
    watch: Annotated[list[Path] | None, typer.Option(help="Watch-list, CSV or text; repeatable.")] = None,
    no_ocr: Annotated[bool, typer.Option("--no-ocr", help="Do not read text in pictures.")] = False,
    ocr_lang: Annotated[str, typer.Option(help="Tesseract languages.")] = "eng,spa,por,fra",
    refresh: Annotated[bool, typer.Option("--refresh", help="Run packs and lists over stored units again.")] = False,
    since: Annotated[str | None, typer.Option(help="Scope: first day, YYYY-MM-DD, of the device.")] = None,
    until: Annotated[str | None, typer.Option(help="Scope: last day, inclusive.")] = None,
    app: Annotated[list[str] | None, typer.Option(help="Scope: only this application; repeatable.")] = None,
    party: Annotated[list[str] | None, typer.Option(help="Scope: only with this number or name; repeatable.")] = None,
    include_undated: Annotated[bool, typer.Option("--include-undated", help="Undecidable times are in scope.")] = False,
    map_file: Annotated[list[Path] | None, typer.Option("--map", help="Columns of an unknown table (TOML).")] = None,
    hash_list: Annotated[
        list[Path] | None, typer.Option(help="File hashes: text, hashdeep, NSRL, Project VIC; repeatable.")
    ] = None,
    privilege: Annotated[list[Path] | None, typer.Option(help="Lawyers' names, numbers: hits are held.")] = None,
    filter_key: Annotated[Path | None, typer.Option(help="Public key (PEM) of the filter reviewer.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="Passwords to try, one a line.")] = None,
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for passwords, hidden.")] = False,
    key_file: Annotated[list[Path] | None, typer.Option(help="Key file (WhatsApp backups); repeatable.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be read, and stop.")] = False,
    fail_on: Annotated[list[str] | None, typer.Option(help="KIND or KIND:N or TYPE:N; exit 1 when met.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    from triage.case import default_case, parse_sources
    from triage.cli import closing, conditions, privileged, secrets, terminal
    from triage.cli.options import keyed, known_labels, regions, split_list
    from triage.cli.progress import progress_for
    from triage.pipeline.request import Request
    from triage.pipeline.run import run as run_case

    first = parse_sources(sources, {})
    folder = (case or default_case(first)).resolve()
    named = parse_sources(sources, known_labels(folder))
    labels = [s.label for s in named]
    secret = privileged.for_new_store(folder, filter_key) if privilege else privileged.FilterSecret()
    request = Request(
        sources=tuple(named), case=folder, jobs=jobs, zones=_zones(keyed(tz or (), labels, "--tz")),
        regions=regions(region or (), labels), packs=_packs(split_list(packs)), watch=_watch(watch or []),
        maps=_maps(map_file or []), hash_lists=_hash_lists(hash_list or []),
        privilege=_watch(privilege or []), filter_key=secret.key, filter_passphrase=secret.passphrase,
        ocr=not no_ocr, ocr_languages=split_list(ocr_lang), refresh=refresh,
        keyring=secrets.keyring(labels, password_file, key_file or (), ask=ask_password),
        scope=_scope(since, until, app, party, include_undated), argv=tuple(sys.argv[1:]),
    )  # fmt: skip
    if plan:
        from triage.cli.planned import print_plan

        print_plan(request)
        return
    with progress_for(quiet) as progress:
        outcome = run_case(request, progress)
    closing.print_outcome(outcome, as_json=as_json, quiet=quiet)
    terminal.words(privileged.told(secret))
    raise typer.Exit(int(conditions.exit_code(outcome, fail_on or ())))


def _scope(
    since: str | None, until: str | None, app: list[str] | None, party: list[str] | None, undated: bool
) -> Scope:  # fmt: skip
    from datetime import date

    from triage.errors import UsageError
    from triage.scope import Scope

    for name, day in (("--since", since), ("--until", until)):
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError as error:
            raise UsageError(f"{day!r} is no day.", where=name, remedy="Use YYYY-MM-DD.") from error
    return Scope(since=since or "", until=until or "", apps=tuple(app or ()), parties=tuple(party or ()),
                 include_undated=undated)  # fmt: skip


def _zones(zones: dict[str, str]) -> dict[str, str]:
    from triage.timestamps import find_zone

    for zone in zones.values():
        find_zone(zone)
    return zones


def _packs(wanted: tuple[str, ...]) -> tuple[str, ...]:
    from triage.errors import UsageError
    from triage.packs.load import available

    known = available()
    for code in wanted:
        if code not in known:
            raise UsageError(f"there is no pack {code!r}.", where="--packs", remedy=f"Choose from {', '.join(known)}.")
    return wanted


def _maps(paths: list[Path]) -> tuple[MapFile, ...]:
    from triage.pipeline.lists import read_maps

    return read_maps(paths)


def _hash_lists(paths: list[Path]) -> tuple[HashList, ...]:
    from triage.pipeline.hash_lists import open_list

    return tuple(open_list(path.resolve()) for path in paths)


def _watch(paths: list[Path]) -> tuple[WatchList, ...]:
    from triage.pipeline.lists import read_lists

    return read_lists(paths)
