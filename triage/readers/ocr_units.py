"""Opening a picture within its limits, and its blocks of text as units (what `image_text` yields)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from triage.model import Blob, Problem, Read, ReadContext, Tally, Unit
from triage.problems import problem
from triage.readers.ocr_blocks import Block, confidence_word, legible, text_of
from triage.readers.ocr_engine import (
    EngineFailedError,
    EngineMissingError,
    EngineTimeoutError,
    available_languages,
    engine_version,
)
from triage.readers.ocr_language import script_of
from triage.readers.ocr_panels import Pixels
from triage.readers.ocr_picture import Desk, Reading, read_picture
from triage.readers.picture import (
    DECODE_ERRORS,
    PIXEL_LIMIT,
    date_in_name,
    header_of,
    open_picture,
    picture_format,
    truncated_allowed,
)
from triage.readers.picture_codes import codes_of

SECONDS = 120.0
"""Last resort for one run of the engine; the pixel limit is what normally decides."""
PAGE_LIMIT = 50
SMALLEST_SIDE = 12
"""A picture narrower than this holds no legible text."""


def units_of(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Units, problems and tallies of one picture."""
    yield from units_of_pages(_pages(blob), ctx)


def units_of_pages(pages: Iterator[tuple[int, Pixels | Problem]], ctx: ReadContext) -> Iterator[Read]:
    """The same of pages that were decoded or painted elsewhere."""
    engine = bool(engine_version())
    languages, missing = _languages(ctx.ocr_languages)
    if not engine:
        yield problem("O-NO-ENGINE", "ocr")
    elif missing:
        yield problem("O-NO-LANGUAGE", "ocr", languages=", ".join(missing), used=", ".join(languages) or "none")
    units = illegible = 0
    with _folder(ctx.scratch) as folder:
        desk = Desk(folder=folder, seconds=SECONDS, languages=languages)
        for page, found in pages:
            if isinstance(found, Problem):
                yield found
                continue
            for code in codes_of(found, page):
                units += 1
                yield code
            reading = _read(found, desk) if engine else None
            if isinstance(reading, Problem):
                yield reading
                break
            for block in reading.blocks if reading else ():
                if reading is None or not legible(block):
                    illegible += 1
                    continue
                units += 1
                yield _unit(block, reading, page, ctx)
    yield Tally(what="records", n=units)
    if illegible:
        yield Tally(what="illegible_blocks", n=illegible)


def _languages(wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The packs to read with, best first, and those that are missing."""
    here = available_languages()
    usable = tuple(code for code in wanted if code in here)
    missing = tuple(code for code in wanted if code not in here)
    return usable or tuple(code for code in ("eng", *here) if code in here)[:1], missing


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ocr-", dir=scratch) as name:
        yield Path(name)


def _pages(blob: Blob) -> Iterator[tuple[int, Pixels | Problem]]:
    """The decoded pages of a picture, or why there are none."""
    with blob.open() as handle:
        kind = picture_format(handle.read(64))
        handle.seek(0)
        try:
            picture = open_picture(handle, kind)
            header = header_of(picture)
        except DECODE_ERRORS:
            yield 1, problem("O-NOT-A-PICTURE", "read")
            return
        for page in range(min(header.frames, PAGE_LIMIT)):
            try:
                picture.seek(page)
                pixels = picture.width * picture.height
                if pixels > PIXEL_LIMIT:
                    yield page + 1, problem("O-TOO-LARGE", "ocr", pixels=f"{pixels:,}", limit=f"{PIXEL_LIMIT:,}")
                elif min(picture.size) >= SMALLEST_SIDE:
                    yield from _decoded(picture, page + 1)
            except DECODE_ERRORS:
                yield page + 1, problem("O-NOT-A-PICTURE", "ocr")
                return
        if header.frames > PAGE_LIMIT:
            yield PAGE_LIMIT, problem("R-LIMIT", "ocr", format="picture", limit=f"{PAGE_LIMIT} pages")


def _decoded(picture: Image.Image, page: int) -> Iterator[tuple[int, Pixels | Problem]]:
    """Pixels as viewers show them; of a picture that ends early as much as there is, with a Problem."""
    try:
        pixels = _pixels(picture)
    except OSError:
        yield page, problem("O-TRUNCATED", "ocr")
        with truncated_allowed():
            pixels = _pixels(picture)
    yield page, pixels


def _pixels(picture: Image.Image) -> Pixels:
    picture.load()
    shown = ImageOps.exif_transpose(picture)
    if shown.mode.startswith(("I", "F")):
        deep = np.asarray(shown, np.float32)
        low, high = float(deep.min()), float(deep.max())
        grey = (deep - low) * (255 / (high - low)) if high > low else deep * 0
        return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)
    if shown.has_transparency_data:
        shown = shown.convert("RGBA")
        paper = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        shown = Image.alpha_composite(paper, shown)
    return np.asarray(shown.convert("RGB"), np.uint8)


def _read(pixels: Pixels, desk: Desk) -> Reading | Problem | None:
    try:
        return read_picture(pixels, desk)
    except EngineMissingError:
        return problem("O-NO-ENGINE", "ocr")
    except EngineTimeoutError:
        return problem("O-TIMEOUT", "ocr", seconds=int(SECONDS))
    except EngineFailedError:
        return problem("O-ENGINE-FAILED", "ocr")


def _unit(block: Block, reading: Reading, page: int, ctx: ReadContext) -> Unit:
    detail: dict[str, str | int | bool | None] = {
        "confidence": confidence_word(block.words),
        "languages": ", ".join(reading.languages),
        "preparation": reading.preparation,
        "engine": f"Tesseract {engine_version()}",
    }
    if block.side:
        detail["side"] = block.side
    if day := date_in_name(ctx.path.rsplit("/", 1)[-1]):
        detail["date_from_file_name"] = day
    latin = all(script_of(code) == "Latin" for code in reading.languages)
    box = ",".join(str(v) for v in (page, *block.box))
    return Unit(origin="ocr", locator=f"box={box}", text=text_of(block.lines, latin=latin), detail=detail)
