"""The sample's pictures: drawn, never photographed; the font is the one inside Pillow, the same on every machine."""

from __future__ import annotations

import io

from PIL import Image

from samples.build.render import Look, Message, Shot, render_chat, render_receipt
from samples.build.story import RECEIPT

_GPS, _EXIF = 0x8825, 0x8769


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG", optimize=False, compress_level=9)
    return out.getvalue()


def jpeg(image: Image.Image, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=88, **({"exif": exif} if exif is not None else {}))
    return out.getvalue()


def dark_chat() -> bytes:
    """A dark screenshot that Maribel sent home: the debt, as it was put to her."""
    messages = (
        Message(text="Cada dia que no trabajas son 40 euros mas a tu deuda", time="21:40"),
        Message(text="pero estoy enferma", time="21:41", outgoing=True),
        Message(text="No es mi problema. Sin pagar no te vas", time="21:42"),
    )
    return png(render_chat(messages, Look(theme="dark", font="builtin", clock="21:47"), title="Nilda"))


def light_chat() -> bytes:
    """A light screenshot in the recruiter's folder, in English."""
    messages = (
        Message(text="How many can you send this month?", time="10:01"),
        Message(text="Three. You still owe me 1800 dollars for the last ones", time="10:03", outgoing=True),
        Message(text="Call me on +1 201-555-0123", time="10:05"),
    )
    return png(render_chat(messages, Look(theme="light", font="builtin", clock="10:09"), title="Nilda ES"))


def receipt() -> bytes:
    """The paying-in slip, photographed a little askew."""
    return jpeg(render_receipt(RECEIPT, Shot(angle=3, font="builtin", noise=20, seed=7)))


def ledger_page() -> bytes:
    """A page of the debt book, as Nilda photographed it."""
    lines = ("MARIBEL", "pasaje 3000", "comida 150", "multa 60", "TOTAL 3210 EUR")
    return jpeg(render_receipt(lines, Shot(angle=0, font="builtin", noise=10, seed=3)))


def _plain_photo(shade: int) -> Image.Image:
    slope = Image.linear_gradient("L").resize((640, 480))
    return Image.merge("RGB", (slope, slope.point(lambda v: min(255, v + shade)), slope.point(lambda v: 255 - v)))


def _degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    whole, minutes = int(value), int(value * 60) % 60
    return float(whole), float(minutes), round((value * 60 % 1) * 60, 4)


def photo_with_place(lat: float, lon: float) -> bytes:
    """A photo whose camera knew where it was."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Example", "Camera 1", "2024:02:21 07:50:00"
    details = exif.get_ifd(_EXIF)
    details[0x9003] = "2024:02:21 07:50:00"
    place = exif.get_ifd(_GPS)
    place[1], place[2] = ("N" if lat >= 0 else "S"), _degrees(lat)
    place[3], place[4] = ("E" if lon >= 0 else "W"), _degrees(lon)
    return jpeg(_plain_photo(20), exif)


def photo_without_place() -> bytes:
    return jpeg(_plain_photo(60))
