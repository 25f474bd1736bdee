"""Small documents built from nothing: office packages, compound files, PDFs. All people in them are invented."""

from __future__ import annotations

import io
import struct
import zipfile

W = 'xmlns:w="w" xmlns:r="r" xmlns:mc="mc" xmlns:wp="wp" xmlns:a="a"'


def package(parts: dict[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of parts in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def docx(body: str, **more: str | bytes) -> bytes:
    """A Word document; `more` are parts with `__` for `/`."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    return package(parts | {name.replace("__", "/"): content for name, content in more.items()})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def odf(content: str, kind: str = "text", **more: str) -> bytes:
    """An OpenDocument file with this content."""
    head = (
        '<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="ta" xmlns:dc="d" xmlns:draw="dr" '
        'xmlns:style="s" xmlns:presentation="p" xmlns:xlink="x">'
    )
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{head}{content}</office:document-content>",
    }
    return package(parts | {name.replace("__", "/"): text for name, text in more.items()}, stored=("mimetype",))


_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE2 compound file (version 3) with these streams; folders of their paths are storages.

    Short streams are filled with zeros to 4,096 bytes, below which they would need the second allocation table.
    """
    streams = {path: data.ljust(4096, b"\0") for path, data in streams.items()}
    entries: list[tuple[str, int, bytes, list[int]]] = [("Root Entry", 5, b"", [])]
    known = {"": 0}
    for path, data in streams.items():
        above = ""
        for part in path.split("/"):
            here = f"{above}/{part}".lstrip("/")
            if here not in known:
                known[here] = len(entries)
                entries.append((part, 2 if here == path else 1, data if here == path else b"", []))
                entries[known[above]][3].append(known[here])
            above = here
    sectors: list[bytes] = []
    fat: list[int] = []
    starts = []
    for _, _, data, _ in entries:
        count = -(-len(data) // 512)
        starts.append(len(sectors) if count else _END)
        fat += [len(sectors) + n + 1 for n in range(count - 1)] + ([_END] if count else [])
        sectors += [data[n * 512 : n * 512 + 512].ljust(512, b"\0") for n in range(count)]
    directory = b"".join(_entry(entries, n, starts[n]) for n in range(len(entries)))
    directory += bytes(-len(directory) % 512)
    first, count = len(sectors), len(directory) // 512
    fat += [first + n + 1 for n in range(count - 1)] + [_END]
    sectors += [directory[n * 512 : n * 512 + 512] for n in range(count)]
    tables = 1
    while tables * 128 < len(sectors) + tables:
        tables += 1
    where = list(range(len(sectors), len(sectors) + tables))
    fat += [_FAT] * tables
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * 512, b"\xff")
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                         0, tables, first, 0, 0, _END, 0, _END, 0)  # fmt: skip
    header += struct.pack(f"<{tables}I", *where)
    return header.ljust(512, b"\xff") + b"".join(sectors) + table


def _entry(entries: list[tuple[str, int, bytes, list[int]]], n: int, start: int) -> bytes:
    """A directory entry; siblings hang on each other's right side, in the order CFB sorts them."""
    name, kind, data, _ = entries[n]
    right = child = _FREE
    for _, _, _, below in entries:
        order = sorted(below, key=lambda k: (len(entries[k][0]), entries[k][0].upper()))
        if n in order and order.index(n) + 1 < len(order):
            right = order[order.index(n) + 1]
    if entries[n][3]:
        child = min(entries[n][3], key=lambda k: (len(entries[k][0]), entries[k][0].upper()))
    wide = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16xI8x8xIQ", wide, len(wide), kind, 1, _FREE, right, child, 0, start, len(data))


def pdf(pages: list[str], *, extra: str = "", trailer: str = "") -> bytes:
    """A PDF whose pages have these content streams, in Helvetica; `extra` are further objects from number 100 on."""
    objects = {1: "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [] >> >> >>"}
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"
    objects[3] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    for n, content in enumerate(pages):
        marks = "/Annots [100 0 R 101 0 R]" if extra and n == 0 else ""
        objects[10 + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {11 + 2 * n} 0 R {marks} "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects[11 + 2 * n] = f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream"
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    body = [f"{number} 0 obj\n{text}\nendobj\n" for number, text in objects.items()]
    for number, text in zip(objects, body, strict=True):
        places[number] = len(out)
        out += text.encode("cp1252")
    for text in extra.split("\n\n") if extra else ():
        places[int(text.split()[0])] = len(out)
        out += text.encode("cp1252") + b"\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += f"{number} 1\n{place:010} 00000 n \n".encode()
    out += f"trailer\n<< /Size 300 /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def shown(*lines: str) -> str:
    """A content stream that writes lines."""
    return "BT /F1 12 Tf 14 TL 72 770 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
