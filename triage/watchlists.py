"""Watch-lists as people type them: a table with a header, or plain text with one entry on a line.

**Table** (`,`, `;`, tab or `|` between the cells, quotes as in RFC 4180). The first line names the columns:

- `value` with an optional `type`, one entry a row; or columns that are types themselves (`name`, `phone`,
  `account`, `handle`, `word`, `hash`), one entry for each filled cell of a row;
- `note`: shown with every hit of the row. Other columns are refused, so that a typing slip is seen.

**Plain text**: the whole line is the entry, its type is guessed from its form: 32, 40 or 64 hex digits are a `hash`;
an IBAN, a long number or a wallet an `account`; 7 to 15 digits a `phone`; `@name` and e-mail addresses a `handle`;
words with capitals a `name`; anything else a `word`.

Empty lines and lines that begin with `#` are passed over. Text is UTF-8, UTF-16 with its mark, or Windows-1252. Column
names and types are understood in several languages (the tables below). Anything else is refused with file, line and
remedy: an examiner must know that the whole list is in use.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence

from triage.errors import UsageError
from triage.model import WatchEntry

TYPES = {
    "phone": "phone phones number tel telephone telefono telefone telefon mobile movil celular msisdn whatsapp numero",
    "name": "name names person nombre nombres nome nom persona alias suspect",
    "account": "account accounts iban card bank wallet cuenta conta compte konto clabe cbu tarjeta",
    "handle": "handle handles user username usuario usuaria nick nickname social email e-mail mail correo perfil",
    "word": "word words keyword keywords term terms phrase text palabra palavra mot wort termino expresion",
    "hash": "hash hashes md5 sha1 sha-1 sha256 sha-256 digest",
}
_VALUE = "value values valor valores wert valeur entry entrada item identifier identificador selector"
_TYPE = "type tipo typ kind category categoria"
_NOTE = (
    "note notes nota notas comment comments comentario comentarios remark remarks reason motivo description descripcion"
)
_DELIMITERS = ",;\t|"
_HEX = re.compile(r"[0-9a-fA-F]+")
_OWN_TYPE = re.compile(r"[a-z0-9][a-z0-9_ -]{0,29}")


def parse_watchlist(name: str, content: bytes) -> list[WatchEntry]:
    """Every entry of the list `name`; UsageError where a line cannot be used."""
    lines = _decode(name, content).splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is None:
        raise UsageError("the watch-list holds no entry.", where=name, remedy="Write one entry on a line.")
    delimiter = _delimiter(lines[first])
    columns = [_column(cell) for cell in next(csv.reader([lines[first]], delimiter=delimiter))]
    if "value" in columns or any(column in TYPES for column in columns):
        return _unique(name, list(_table(name, lines, first, columns, delimiter)))
    if name.lower().endswith((".csv", ".tsv")):
        raise UsageError(
            "the first line names no column `value`.",
            where=f"{name}, line {first + 1}",
            remedy="Begin the table with `value,type,note`, or name the file .txt and write one entry on a line.",
        )
    return _unique(name, [_entry(name, n + 1, line.strip(), "", "") for n, line in _entries(lines)])


def _refused(name: str, row: int, what: str, remedy: str) -> UsageError:
    return UsageError(what, where=f"{name}, line {row}", remedy=remedy)


def _decode(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content:
        raise UsageError("the watch-list is not text.", where=name, remedy="Save the table as CSV (UTF-8).")
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _entries(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((n, line) for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))


def _plain(cell: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", cell.strip().casefold()) if not unicodedata.combining(c))
    return bare.strip("\"' *:")


def _column(cell: str) -> str:
    """`value`, `type`, `note`, a type, or '' for a column that is not known."""
    word = _plain(cell)
    for role, words in (("value", _VALUE), ("type", _TYPE), ("note", _NOTE), *TYPES.items()):
        if word in words.split():
            return role
    return ""


def _table(name: str, lines: list[str], first: int, columns: list[str], delimiter: str) -> Iterator[WatchEntry]:
    if "" in columns:
        raise UsageError(
            f"column {columns.index('') + 1} has no name that is known.",
            where=f"{name}, line {first + 1}",
            remedy="Use value, type, note, or " + ", ".join(TYPES) + ".",
        )
    reader = csv.reader(lines[first + 1 :], delimiter=delimiter)
    start = first + 2
    for cells in reader:
        row, start = start, first + 2 + reader.line_num
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            raise UsageError(
                f"the row has {len(cells)} cells, the header {len(columns)}.",
                where=f"{name}, line {row}",
                remedy='Put an entry that holds the separator in "quotes".',
            )
        yield from _row(name, row, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))


def _row(name: str, row: int, cells: dict[str, str]) -> Iterator[WatchEntry]:
    note = cells.get("note", "")
    made = [_entry(name, row, cells[column], column, note) for column in TYPES if cells.get(column)]
    if cells.get("value"):
        made.append(_entry(name, row, cells["value"], _type(name, row, cells.get("type", "")), note))
    if not made:
        raise UsageError(
            "the row has no value.", where=f"{name}, line {row}", remedy="Fill the value or delete the row."
        )
    yield from made


def _type(name: str, row: int, stated: str) -> str:
    """The type a row states: one of ours by any of its names, else the list's own word."""
    word = _plain(stated)
    if not word:
        return ""
    known = next((kind for kind, words in TYPES.items() if word in words.split()), "")
    if not known and not _OWN_TYPE.fullmatch(word):
        raise _refused(name, row, "the type is not a word.", "Use " + ", ".join(TYPES) + ", or leave it empty.")
    return known or word


def _entry(name: str, row: int, value: str, kind: str, note: str) -> WatchEntry:
    kind = kind or guess(value)
    digits = sum(c.isdecimal() for c in value)
    wrong = ""
    if kind == "phone" and not 5 <= digits <= 20:
        wrong = f"a phone with {digits} digits cannot be searched."
    if kind == "hash" and not (_HEX.fullmatch(value) and len(value) in (32, 40, 64)):
        wrong = "a hash has 32 (MD5), 40 (SHA-1) or 64 (SHA-256) hex digits."
    if kind not in ("phone", "hash") and not any(c.isalnum() for c in value):
        wrong = "the entry has no letter and no digit."
    if wrong:
        raise _refused(name, row, wrong, "Correct the entry or delete the line.")
    return WatchEntry(list_name=name, row=row, type=kind, value=value, note=note)


def guess(value: str) -> str:
    """The type an entry has by its form."""
    compact = re.sub(r"[\s().\-/]", "", value)
    digits = sum(c.isdecimal() for c in compact)
    if _HEX.fullmatch(value) and len(value) in (32, 40, 64):
        return "hash"
    if re.fullmatch(r"@[\w.\-]{2,}|[^\s@]+@[^\s@]+\.\w+", value):
        return "handle"
    if re.fullmatch(r"\+?\d+", compact):
        return "phone" if 7 <= digits <= 15 or compact.startswith("+") else "account" if digits > 15 else "word"
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", compact.upper()) or (len(compact) >= 20 and digits >= 3):
        return "account"
    words = re.findall(r"[^\W\d_]+", value)
    if words and not digits and all(w[0].isupper() for w in words if len(w) > 3) and words[0][0].isupper():
        return "name"
    return "word"


def _unique(name: str, entries: list[WatchEntry]) -> list[WatchEntry]:
    if not entries:
        raise UsageError("the watch-list holds no entry.", where=name, remedy="Write entries below the header.")
    return list({(e.row, e.type, e.value): e for e in entries}.values())
