"""The text in pictures: invented screenshots and receipts are drawn, read, and compared line by line.

The renders use several looks, because a reader tuned to one would fail on the next phone. The error rates on larger
sets are measured by `samples/build/ocr_figures.py`; these tests hold a few pictures to the same limits.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageOps

from samples.build.render import THEMES, Look, Message, Shot, draw_chat, lay_out_chat, render_receipt
from triage.model import Head, Problem, Read, ReadContext, Tally, Unit
from triage.readers import ocr_engine
from triage.readers.image_text import READER
from triage.readers.ocr_blocks import _line
from triage.readers.ocr_canvas import paint, tiles, upside_down
from triage.readers.ocr_engine import Word, available_languages, cache_key, read_cached, write_cached
from triage.readers.ocr_ink import Ink
from triage.readers.ocr_language import likely, mean_confidence
from triage.readers.ocr_strips import cut, line_boxes, moved_back, uncovered

PACKS = ("eng", "spa", "por", "fra")
needs_engine = pytest.mark.skipif(
    not set(PACKS) <= set(available_languages()), reason="Tesseract with eng, spa, por and fra is not installed"
)
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
PUBLIC = SHARED / "corpus" / "ocr" / "tesseract-ocr__test"


@dataclass(frozen=True)
class Bytes:
    """A blob in memory."""

    data: bytes
    sha256: str = "0" * 64

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def path(self) -> Path:
        raise AssertionError("the reader needs no file")


def encoded(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def read(data: bytes, languages: tuple[str, ...] = PACKS, path: str = "a.png") -> list[Read]:
    assert READER.detect(Head(name=path, size=len(data), start=data[:65536])) > 0
    return list(READER.read(Bytes(data), ReadContext(source="s", path=path, ocr_languages=languages)))


def units(found: Sequence[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def codes(found: Sequence[Read]) -> list[str]:
    return [one.code for one in found if isinstance(one, Problem)]


def text(found: Sequence[Read]) -> str:
    return "\n".join(unit.text for unit in units(found))


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def error_rate(truth: Sequence[str], found: Sequence[Read]) -> float:
    """Character errors of each true line against its nearest line of the reading."""
    lines = text(found).split("\n")
    wrong = sum(min([len(line), *(distance(line, other) for other in lines)]) for line in truth)
    return wrong / sum(len(line) for line in truth)


SPANISH = [
    Message(text="¿Cuándo vas a pagar la deuda? Son 7.250 euros", time="21:04"),
    Message(text="Todavía no tengo el dinero, por favor", outgoing=True, time="21:06"),
    Message(text="No salgas de la casa sin permiso", time="21:07"),
    Message(text="Mañana llamo al 912 345 678", outgoing=True, time="21:11"),
]
ENGLISH = [
    Message(text="I want to go home, please help me", outgoing=True, time="9:41"),
    Message(text="You work until it's paid. Meet the driver at gate B12", time="9:43"),
    Message(text="Your debt is now $7,250 plus interest", time="9:44"),
]


def shot(messages: Sequence[Message], **look: str | int) -> tuple[Image.Image, list[str]]:
    drawn = Look(**look)  # type: ignore[arg-type]
    layout = lay_out_chat(messages, drawn, title="Agencia Norte")
    return draw_chat(layout, messages, drawn), [placed.text for placed in layout.texts]


@needs_engine
@pytest.mark.parametrize(
    ("theme", "font", "size", "width"),
    [("dark", "sans", 40, 1080), ("black-blue", "arial", 42, 1170), ("violet", "wide", 28, 720)],
)
def test_every_theme_is_read(theme: str, font: str, size: int, width: int) -> None:
    image, truth = shot(SPANISH, theme=theme, font=font, size=size, width=width)
    found = read(encoded(image))
    assert error_rate(truth, found) <= 0.02
    assert {unit.detail["languages"] for unit in units(found)} == {"spa"}
    assert found[-1] == Tally(what="records", n=len(units(found))) or isinstance(found[-1], Tally)


@needs_engine
def test_half_size_jpeg_is_read_and_each_bubble_is_a_unit_with_its_box() -> None:
    image, truth = shot(ENGLISH, theme="blue", size=42)
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    found = read(encoded(half, "JPEG", quality=65))
    assert error_rate(truth, found) <= 0.02
    layout = lay_out_chat(ENGLISH, Look(theme="blue", size=42), title="Agencia Norte")
    for message, (left, top, right, bottom) in zip(ENGLISH, layout.bubbles, strict=True):
        [bubble] = [unit for unit in units(found) if message.text.split()[-1] in unit.text]
        page, x, y, wide, high = (int(part) for part in bubble.locator.removeprefix("box=").split(","))
        assert page == 1
        assert left / 2 - 3 <= x and x + wide <= right / 2 + 3 and top / 2 - 3 <= y and y + high <= bottom / 2 + 3
        assert bubble.detail["side"] == ("right" if message.outgoing else "left")
        assert bubble.origin == "ocr" and message.time in bubble.text and bubble.detail["confidence"] == "high"


RECEIPT = ["MONEYGRAM", "REF 482 1937", "SENDER ROSA DIAZ", "AMOUNT USD 845.50", "TOTAL USD 855.49", "TEL 212-555-0147"]


@needs_engine
@pytest.mark.parametrize(("angle", "font"), [(-7.0, "mono"), (90.0, "mono2")])
def test_receipts_at_an_angle_are_read(angle: float, font: str) -> None:
    image = render_receipt(RECEIPT, Shot(angle=angle, font=font, noise=35))
    found = read(encoded(image, "JPEG", quality=80), ("eng",))
    assert error_rate(RECEIPT, found) <= 0.03


@needs_engine
def test_a_turned_screenshot_reads_as_the_upright_one_and_boxes_map_back() -> None:
    image, truth = shot(ENGLISH, theme="dark", size=40)
    turned = image.rotate(90, expand=True)
    found = read(encoded(turned))
    assert error_rate(truth, found) <= 0.02
    for unit in units(found):
        x, y, wide, high = (int(part) for part in unit.locator.split(",")[1:])
        assert 0 <= x < x + wide <= turned.width and 0 <= y < y + high <= turned.height
        assert high > wide or len(unit.text) < 6  # lines run upwards


@needs_engine
def test_exif_orientation_is_applied_before_reading() -> None:
    image, truth = shot(ENGLISH[:2], theme="light", size=40)
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = image.rotate(90, expand=True)
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=90, exif=exif)
    found = read(out.getvalue(), ("eng",))
    assert error_rate(truth, found) <= 0.02
    assert all("turned" not in str(unit.detail["preparation"]) for unit in units(found))


@needs_engine
def test_pictures_without_text_give_no_unit_and_no_problem() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
    blurred = Image.fromarray(noise).resize((800, 600), Image.Resampling.BICUBIC)
    for image in (Image.new("RGB", (300, 200), (40, 90, 160)), Image.new("L", (5, 5)), blurred):
        found = read(encoded(image))
        assert not codes(found) and not units(found)
        assert Tally(what="records", n=0) in found


@needs_engine
def test_transparent_and_deep_pictures_are_read() -> None:
    image, _ = shot(ENGLISH[2:], theme="light", size=40)
    grey = np.asarray(image.convert("L"), np.uint16) * 200
    assert "7,250" in text(read(encoded(Image.fromarray(grey)), ("eng",)))
    clear = Image.new("RGBA", image.size, (0, 0, 0, 0))
    clear.paste(image, (0, 0))
    assert "7,250" in text(read(encoded(clear), ("eng",)))


def test_a_bomb_is_refused_by_its_header() -> None:
    header = struct.pack(">II", 30_000, 30_000) + bytes([8, 2, 0, 0, 0])
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + bytes(4)
    if available_languages():
        assert codes(read(data)) in (["O-TOO-LARGE"], ["O-NOT-A-PICTURE"])


@needs_engine
def test_damaged_pictures_are_problems() -> None:
    image, _ = shot(ENGLISH, theme="light", size=40)
    whole = encoded(image, "JPEG", quality=85)
    cut_short = read(whole[: len(whole) * 2 // 3], ("eng",))
    assert codes(cut_short) == ["O-TRUNCATED"]
    assert "home" in text(cut_short)
    assert codes(read(b"\xff\xd8\xff\xe0 no picture")) == ["O-NOT-A-PICTURE"]


def test_without_tesseract_there_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    for cached in (ocr_engine._listing, ocr_engine.engine_version):
        cached.cache_clear()
    try:
        found = read(encoded(Image.new("RGB", (64, 64))))
    finally:
        for cached in (ocr_engine._listing, ocr_engine.engine_version):
            cached.cache_clear()
    assert codes(found) == ["O-NO-ENGINE"] and found[-1] == Tally(what="records", n=0)


@needs_engine
def test_a_missing_pack_is_named() -> None:
    [problem] = [one for one in read(encoded(Image.new("RGB", (64, 64))), ("eng", "xyz")) if isinstance(one, Problem)]
    assert problem.code == "O-NO-LANGUAGE" and "xyz" in problem.message


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_boxes_map_back_through_turns_skew_and_scale(quarters: int) -> None:
    strength = np.zeros((300, 500), np.uint8)
    strength[120:140, 300:360] = 255
    for angle, glyph in ((0.0, 22.0), (5.0, 11.0), (0.0, 60.0)):
        canvas = paint(Ink(strength=strength, glyph=glyph, pieces=9, kind="screen"), quarters=quarters, angle=angle)
        for seen in (canvas, upside_down(canvas)):
            ys, xs = np.nonzero(seen.pixels < 100)
            x, y, wide, high = seen.box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)
            slack = 4 if angle == 0 else 12
            assert abs(x - 300) <= slack and abs(y - 120) <= slack
            assert abs(x + wide - 360) <= slack and abs(y + high - 140) <= slack


def test_long_canvases_are_cut_between_lines() -> None:
    pixels = np.full((20_000, 40), 255, np.uint8)
    pixels[np.arange(20_000) % 50 < 25] = 0
    pieces = list(tiles(pixels))
    assert sum(len(piece) for _, piece in pieces) == 20_000 and len(pieces) > 2
    assert all(pixels[top].all() for top, _ in pieces[1:])


def word(content: str, left: int, top: int, width: int, height: int, confidence: float = 90.0) -> Word:
    return Word(text=content, left=left, top=top, width=width, height=height, confidence=confidence, line=(1, 1, 1))


def test_lines_that_no_word_covers_are_found_and_moved_back() -> None:
    pixels = np.full((300, 600), 255, np.uint8)
    for top in (40, 120, 200):
        for left in range(100, 400, 30):
            pixels[top : top + 24, left : left + 16] = 0
    boxes = line_boxes(pixels)
    assert len(boxes) == 3
    missed = uncovered(boxes, [word("a", 95, 38, 320, 30), word("b", 95, 198, 320, 30)])
    assert len(missed) == 1 and abs(missed[0][1] - 120) < 6
    strip = cut(pixels, missed)
    ys, xs = np.nonzero(strip.pixels < 100)
    [back] = moved_back(strip, [word("x", int(xs.min()), int(ys.min()), 20, 24)])
    assert (back.left, back.top) == (100, 120)


def test_words_of_right_to_left_lines_come_in_reading_order() -> None:
    arabic = [word("البيت", 10, 5, 40, 20), word("من", 60, 5, 20, 20), word("تخرج", 90, 5, 30, 20)]
    assert _line(arabic).text == "تخرج من البيت"
    assert _line([word("home", 60, 5, 20, 20), word("go", 10, 5, 40, 20)]).text == "go home"


def test_the_language_is_named_by_its_small_words() -> None:
    assert likely("Where is the money? You said it was for my ticket", PACKS) == ("eng",)
    assert likely("No puedo salir de la casa y el chofer no viene", PACKS) == ("spa",)
    assert likely("Voce ainda nao pagou a divida e eu vou la com ele", PACKS) == ("por",)
    assert likely("Je ne peux pas sortir et le chauffeur est dans la rue", PACKS) == ("fra",)
    assert likely("12:40", PACKS) == ("eng",)
    assert len(likely("hello my friend, mañana te digo el precio of the house", PACKS)) <= 2


def test_mean_confidence_weighs_by_letters() -> None:
    assert mean_confidence([word("passport", 0, 0, 1, 1, 90), word("~", 0, 0, 1, 1, 5)]) == 90


def test_the_cache_returns_what_was_written(tmp_path: Path) -> None:
    key = cache_key("ab" * 32, "5.3.0", ["h2", "h1"], "v1")
    assert key == cache_key("ab" * 32, "5.3.0", ["h1", "h2"], "v1") != cache_key("ab" * 32, "5.3.1", ["h1"], "v1")
    assert read_cached(tmp_path, key) is None
    write_cached(tmp_path / "new", key, [{"text": "ñ"}])
    assert read_cached(tmp_path / "new", key) == [{"text": "ñ"}]
    (tmp_path / "new" / f"{key}.json").write_text("{broken")
    assert read_cached(tmp_path / "new", key) is None


def test_codes_are_read_several_turned_and_inverted() -> None:
    payloads = ["upi://pay?pa=maria@example", "https://wa.me/12025550142", "MECARD:N:Vega;TEL:+12025550143;;"]
    page = Image.new("L", (900, 420), 255)
    for number, payload in enumerate(payloads):
        code = Image.fromarray(np.asarray(zxingcpp.create_barcode(payload, zxingcpp.QRCode).to_image(scale=5)))
        code = code.rotate(90 * number, expand=True)
        page.paste(ImageOps.invert(code) if number == 1 else code, (40 + 290 * number, 60))
    found = [unit for unit in units(read(encoded(page), ("eng",))) if unit.origin == "code"]
    assert sorted(unit.text for unit in found) == sorted(payloads)
    assert all(unit.detail["code_format"] == "QR Code" for unit in found)
    assert len({unit.locator for unit in found}) == 3


@needs_engine
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the shared corpus is not beside this repository")
@pytest.mark.parametrize("name", ["phototest.tif", "phototest-rotated-180.png"])
def test_public_scans(name: str) -> None:
    truth = (PUBLIC / "phototest.gold.txt").read_text("utf-8").strip().splitlines()
    assert error_rate([line for line in truth if line], read((PUBLIC / name).read_bytes(), ("eng",))) <= 0.02


def test_themes_have_names_and_contrast() -> None:
    assert len(THEMES) >= 10
