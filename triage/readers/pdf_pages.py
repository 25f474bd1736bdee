"""PDF, second phase: pages without text of their own are painted and read as pictures are (`image_text`).

One `ocr` unit for a block of text, its locator `box=page,x,y,width,height` in points (1/72 inch) from the upper left
corner of the page as viewers show it; QR and bar codes likewise. Which pages these are is decided anew from the
document by the rule of the first phase (`pdf`). A page is painted at 250 points to the inch, a very large one coarser,
so that no page has more than 20 million pixels; at most 500 pages of a document are read, the rest is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from triage.formats.pdf_file import FORMAT, PdfError, open_pdf, pdf_score
from triage.model import Blob, Head, Problem, Read, ReadContext, Reader, Unit
from triage.problems import problem
from triage.readers.ocr_panels import Pixels

DOTS = 250
MAX_PIXELS = 20_000_000
MAX_PAGES = 500
SMALLEST_SIDE = 12


def detect(head: Head) -> int:
    """By the header."""
    return pdf_score(head.start)


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The blocks of text of the pages that hold none."""
    from triage.readers.ocr_units import units_of_pages

    with blob.open() as handle:
        document = open_pdf(handle, blob.size, ctx.passwords)
        scales: dict[int, float] = {}
        try:
            for one in units_of_pages(_painted(document, scales), ctx):
                yield _in_points(one, scales) if isinstance(one, Unit) else one
        finally:
            document.close()


def _painted(document: Any, scales: dict[int, float]) -> Iterator[tuple[int, Pixels | Problem]]:
    from triage.readers.pdf import read_page

    done = 0
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            wanted = read_page(page, number).to_ocr
            if wanted and done < MAX_PAGES:
                scales[number] = _scale(page)
                painted = page.render(scale=scales[number], rev_byteorder=True).to_numpy()
                yield number, np.ascontiguousarray(painted[:, :, :3]) if painted.ndim == 3 else _grey(painted)
            done += wanted
            page.close()
        except PdfError:
            yield number, problem("R-RECORD", "ocr", f"page={number}", why="a page that cannot be painted")
    if done > MAX_PAGES:
        yield MAX_PAGES, problem("R-LIMIT", "ocr", format=FORMAT, limit=f"{MAX_PAGES} pages read as pictures")


def _grey(painted: Any) -> Pixels:
    return np.repeat(np.asarray(painted, np.uint8)[:, :, None], 3, axis=2)


def _scale(page: Any) -> float:
    width, height = page.get_size()
    area = max(1.0, width * height)
    return float(min(DOTS / 72, (MAX_PIXELS / area) ** 0.5))


def _in_points(unit: Unit, scales: dict[int, float]) -> Unit:
    """The same unit with its box in points of the page."""
    numbers = unit.locator.removeprefix("box=").split(",")
    page = int(numbers[0])
    box = [str(round(int(n) / scales[page])) for n in numbers[1:]]
    return replace(unit, locator=f"box={','.join([str(page), *box])}")


READER = Reader(name="pdf_pages", version="1", media_type="application/pdf", detect=detect, read=read, profile="ocr")
