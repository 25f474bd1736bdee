"""What the readers of HTML exports share: the encoding, the counts, and the Problems of a file that breaks off.

Sources: `triage.readers.html_records` for the markup. A file without its closing tag is reported as cut off; the record
in which it broke is given as far as it goes, flagged `truncated`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from triage.model import Blob, Read, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.html_records import MAX_TAG, Choose, HtmlRecords, Node
from triage.readers.text_encoding import SAMPLE, find_encoding, sniff


class HtmlReading:
    """The state of one reading of one file."""

    def __init__(self, format_name: str) -> None:
        self.format = format_name
        self.tallies: Counter[str] = Counter()
        self._records = self._extra = self._bad_times = 0

    def run(
        self,
        blob: Blob,
        choose: Choose,
        one: Callable[[Node], Iterator[Read]],
        last: Callable[[], Iterator[Read]] = lambda: iter(()),
    ) -> Iterator[Read]:
        """What `one` makes of each record, mark and text, what `last` still holds, then the accounts."""
        parser = HtmlRecords(choose)
        with blob.open() as handle:
            encoding = find_encoding(handle, handle.read(SAMPLE))
            handle.seek(0)
            for node in parser.events(handle, encoding.codec):
                yield from one(node)
            yield from last()
        if encoding.basis != "proved":
            at = f" (first at byte {encoding.first_bad})"
            yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used=encoding.codec)
        yield from self._accounts(parser)

    def unit(self, unit: Unit, node: Node, *, extra: bool = False) -> Unit:
        """Count a unit; it is flagged where its element never closed."""
        self._extra += extra
        self._records += not extra
        self._bad_times += unit.when.basis == "none" and unit.when.source != ""
        return replace(unit, flags=tuple(sorted({*unit.flags, "truncated"}))) if node.cut else unit

    def _accounts(self, parser: HtmlRecords) -> Iterator[Read]:
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        if parser.shortened:
            why = f"{parser.shortened} larger than what is kept of one; the beginning was read"
            yield problem("R-RECORD", "read", why=why)
        yield Tally(what="records", n=self._records)
        yield Tally(what="extra_units", n=self._extra)
        for what, n in sorted(self.tallies.items()):
            yield Tally(what=what, n=n)
        where = f"line={parser.line}"
        if parser.problem_kind == "limit":
            yield problem("R-LIMIT", "read", where, format=self.format, limit=f"{MAX_TAG >> 20} MiB for one tag")
        elif parser.problem_kind or not parser.complete:
            code = "R-MALFORMED" if parser.problem_kind else "R-TRUNCATED"
            trouble = problem(code, "read", where, format=self.format, at=f" at line {parser.line}", n=self._records)
            if not self._records:
                raise ReadError(trouble)
            yield trouble


def head_html(start: bytes) -> str:
    """The beginning of a text for detection; empty where it has no markup."""
    text = start.decode(sniff(start) or "cp1252", "replace")
    return text if "<" in text else ""
