"""Problem codes: what can go wrong with evidence, in fixed words with the remedy, and the one broad handler.

A message is a template filled with counts, offsets and names of formats: never exception text, process ids or
absolute paths, so that two machines say the same. Codes are stable: `C-` containers, `R-` readers, `O-` pictures,
`X-` extraction, `W-` the walk, `K-` workers and limits, `V-` verification. A code that is no longer used is never given to something else.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from triage.model import Problem, Stage

T = TypeVar("T")

CODES: dict[str, str] = {
    # the walk
    "W-UNREADABLE": "The file could not be opened or read. Check its permissions and the medium, then run again.",
    "W-LINK": "A link; it is listed and not followed. Give its target as a source of its own if it belongs to the case.",
    "W-SPECIAL": "Not a regular file ({what}); listed, not opened.",
    "W-CHANGED": "The file changed while it was being read; nothing from it was used. Work on a copy that nothing writes to.",
    "W-NAME": "The name is not valid text; its bytes are percent-encoded in the path.",
    # containers
    "C-TRUNCATED": "The {format} archive is cut off or damaged{at}; members read: {n}. Ask for a complete copy.",
    "C-LOCKED": "The {format} archive is encrypted; its members ({n}) are listed and not read. Give the password (--ask-password, --password-file or TRIAGE_PASSWORD) and run again.",
    "C-ENCRYPTED": "This {format} is encrypted; it is listed and not read. Give the password (--ask-password, --password-file or TRIAGE_PASSWORD) and run again.",
    "C-PROOF": "The {format} does not pass its own check: it is cut off or damaged; what could be decrypted was read. Ask for a complete copy.",
    "C-PASSWORD": "None of the passwords that were supplied opens this {format}; it is listed and not read. Give the right one (--ask-password, --password-file or TRIAGE_PASSWORD) and run again.",
    "C-KEY": "This {format} is encrypted; it is listed and not read. Give its key (--key-file FILE{more}) and run again.",
    "C-KEY-WRONG": "None of the keys that were supplied or lie beside it opens this {format}; it is listed and not read. Give its own key (--key-file FILE{more}) and run again.",
    "C-MISSING": "The backup's manifest lists {n} files that are not in this copy; {present} are. Ask for a complete copy.",
    "C-CLOSED": "This is a {format}, which this version does not open; it is listed and not read. {remedy}",
    "C-MEMBER": "A member of the {format} archive could not be read (damaged data). Ask for a complete copy.",
    "C-MEMBER-NAME": "A member's name points outside the archive; it was read under its literal name, nothing was written there.",
    "C-DEPTH": "Archives are nested more than {n} deep; this one is listed and not opened. Give it as a source of its own.",
    "C-LIMIT": "The archive passes the limit of {limit}; what came before was read. Raise the limit or give the rest apart.",
    "C-METHOD": "A member uses a compression method that is not supported ({method}); listed, not read.",
    # privilege
    "H-HELD": "{n} records are held: the privilege list hits them. Their content is in the sealed store, which a named filter reviewer opens; its stretched SHA-256 is {digest}.",
    "H-ATTACHED": "The file belongs to a held message; its content is in the sealed store and not in the index.",
    # readers
    "R-EMPTY": "The file is empty.",
    "R-UNKNOWN-FORM": "The file looks like {format} but in a form that is not known; nothing was read. {remedy}",
    "R-MALFORMED": "The {format} is not well formed{at}; {n} records before that place were read.",
    "R-TRUNCATED": "The {format} ends in the middle{at}; {n} complete records were read. Ask for a complete copy.",
    "R-RECORD": "A record could not be read ({why}); the rest of the file was.",
    "R-ENCODING": "The text is not valid {encoding}{at}; it was read as {used}, which is a guess.",
    "R-DATE-ORDER": "The day/month order cannot be decided from this file; its times stay unset. Source times are kept as written.",
    "R-DATE-MIXED": "The date layout changes within the file{at}; each part was decided by itself.",
    "R-DATE-VALUE": "{n} times could not be understood; they stay unset and are kept as written.",
    "R-ILLEGAL-CHARS": "{n} characters or references are not legal in XML and were repaired (surrogate pairs joined, others replaced).",
    "R-COUNT": "The file states {stated} records and holds {found}.",
    "R-LOCKED": "The {format} is protected; it is listed and not read. Give the key or ask for an unprotected copy.",
    "R-NOT-READ": "The {format} is recognised and listed; this version does not read it. {remedy}",
    "R-NOT-HEARD": "Sound and moving pictures are not transcribed or looked at; only facts about the file were read. Listen to it or watch it.",
    "R-LIMIT": "The {format} passes the limit of {limit}; what came before was read.",
    "R-DTD": "The XML declares a document type or entities, which are not expanded; {n} records were read.",
    "R-OTHER-RECORDS": "{n} records of {kinds} kinds that are not read were counted (see the tallies). Look at them with another tool.",
    "R-VIEW-AS-TABLE": "What is called {table} in this database is a {what}, not a table; it was not read. Look at the schema with another tool.",
    "R-VENDOR-HASH": "The vendor's {algorithm} for this file differs from ours: the bytes are not those of the vendor's report.",
    "R-VENDOR-MISSING": "The vendor's report lists {n} files that are not in this extraction.",
    "R-EXIF": "The picture's EXIF could not be read ({why}).",
    # pictures
    "O-NOT-A-PICTURE": "The file has a picture's signature but cannot be decoded; no text was read.",
    "O-TOO-LARGE": "The picture has {pixels} pixels, more than the limit of {limit}; no text was read.",
    "O-NO-ENGINE": "Tesseract is not installed; no text was read from pictures. Install it (see `triage doctor`) and run again.",
    "O-NO-LANGUAGE": "The Tesseract language data for {languages} is missing; read with {used}. Install it and run again.",
    "O-TIMEOUT": "Reading the picture took longer than {seconds} s and was stopped; no text was read.",
    "O-TRUNCATED": "The picture ends in the middle; the part that could be decoded was read. Ask for a complete copy.",
    "O-ENGINE-FAILED": "Tesseract ended with an error on this picture; no text was read. Look at it with another tool.",
    "O-FAULT": "Reading the text of this picture failed twice; its text is missing. Look at it by hand.",
    "O-DISABLED": "Text in pictures was not read (--no-ocr).",
    # extraction and workers
    "X-WINDOW": "{n} records from here on were read but could not be searched: the worker failed on them twice. Report the place.",
    "X-FAILED": "The {extractor} extractor failed on this unit; its findings here are missing. Please report this.",
    "K-CRASHED": "The worker died while reading this file, twice; the file is quarantined. Look at it with another tool.",
    "K-TIMEOUT": "Reading took longer than {seconds} s, twice; the file is quarantined. Look at it with another tool.",
    "K-MEMORY": "Reading needed more memory than the limit, twice; the file is quarantined.",
    "K-INVALID": "The worker's answer for this file was not valid; nothing from it was used. Please report this.",
    "K-FAULT": "The tool failed on this file; the file is quarantined. Please report this.",
    "K-INTERNAL": "The {reader} reader failed on this file ({kind}); {n} records before that were read. Please report this.",
    # verification of a case
    "V-INTERNAL": "This part of the verification failed ({kind}); take it as not verified. Please report this.",
}


def problem(code: str, stage: Stage, locator: str = "", *, records: int = 0, **fields: object) -> Problem:
    """A Problem with its message filled in. `fields` are counts, offsets and words of ours, never evidence text."""
    return Problem(code=code, stage=stage, locator=locator, message=CODES[code].format(**fields), records=records)


class ReadError(Exception):
    """Nothing (more) can be read of this item; carries the Problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Failure:
    """The end of a stream that could not be finished. `known` is False for a fault of ours."""

    problem: Problem
    known: bool


def guarded(steps: Iterator[T], unknown: Callable[[Exception, int], Problem]) -> Iterator[T | Failure]:
    """Pass on what `steps` yields and end with a Failure if it raises. The one broad handler of the project.

    `ReadError` brings its own Problem; for any other `Exception`, `unknown(error, yielded)` makes one.
    """
    count = 0
    try:
        for step in steps:
            yield step
            count += 1
    except ReadError as error:
        yield Failure(error.problem, known=True)
    except Exception as error:  # noqa: BLE001 - a parser of hostile bytes may raise anything; it becomes a Problem
        if os.environ.get(
            "TRIAGE_TRACE"
        ):  # for developers: the place in our code goes to standard error, never to a record
            traceback.print_exception(error)
        yield Failure(unknown(error, count), known=False)
