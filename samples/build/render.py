"""Draws invented chat screenshots and receipts, so that reading them can be tried without anybody's pictures.

Pure Pillow and deterministic: the same arguments give the same pixels (noise comes from a seeded generator). Layouts
follow what messengers have in common (bar with a name, day label, bubbles left and right, small grey times), not any
one application's artwork. Fonts are looked up in the places where Debian, Fedora and macOS keep DejaVu, Noto and
Liberation. `lay_out_chat` says which words stand where before they are drawn: that is the truth to compare with.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
FONT_FOLDERS = (
    "/usr/share/fonts/truetype/noto", "/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/noto", "/usr/share/fonts/google-noto", "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu-sans-mono-fonts", "/usr/share/fonts/liberation-sans", "/usr/share/fonts/TTF",
    "/usr/share/fonts/opentype/noto", "/Library/Fonts",
)  # fmt: skip
FONTS = {
    "sans": ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf"),
    "wide": ("DejaVuSans.ttf", "NotoSans-Regular.ttf"),
    "arial": ("LiberationSans-Regular.ttf", "DejaVuSans.ttf"),
    "narrow": ("DejaVuSansCondensed.ttf", "LiberationSansNarrow-Regular.ttf", "DejaVuSans.ttf"),
    "bold": ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf"),
    "serif": ("LiberationSerif-Regular.ttf", "DejaVuSerif.ttf"),
    "mono": ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf"),
    "mono2": ("LiberationMono-Regular.ttf", "DejaVuSansMono.ttf"),
    "arabic": ("NotoSansArabic-Regular.ttf", "DejaVuSans.ttf"),
    "devanagari": ("NotoSansDevanagari-Regular.ttf",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of one look. `outgoing_end` makes the outgoing bubbles a vertical gradient."""

    background: Colour
    bar: Colour
    incoming: Colour
    outgoing: Colour
    text: Colour
    text_outgoing: Colour
    dim: Colour
    outgoing_end: Colour | None = None
    doodles: Colour | None = None
    """Thin lines behind the bubbles, as a wallpaper has them."""


def _theme(background: Colour, bar: Colour, incoming: Colour, outgoing: Colour, text: Colour, **more: Colour) -> Theme:
    dim = more.pop("dim", (128, 136, 142))
    return Theme(
        background=background, bar=bar, incoming=incoming, outgoing=outgoing, text=text, dim=dim,
        text_outgoing=more.pop("text_outgoing", text), **more,
    )  # fmt: skip


WHITE, BLACK = (255, 255, 255), (0, 0, 0)
THEMES: dict[str, Theme] = {
    "light": _theme((239, 231, 222), (0, 128, 105), WHITE, (217, 253, 211), (17, 27, 33), dim=(102, 119, 129)),
    "dark": _theme((11, 20, 26), (32, 44, 51), (32, 44, 51), (0, 92, 75), (233, 237, 239), dim=(134, 150, 160)),
    "doodle": _theme((239, 231, 222), WHITE, WHITE, (217, 253, 211), (17, 27, 33), doodles=(226, 217, 206)),
    "dark-doodle": _theme((11, 20, 26), (31, 44, 52), (31, 44, 52), (0, 93, 75), (233, 237, 239), doodles=(20, 30, 36)),
    "blue": _theme(WHITE, (247, 247, 247), (233, 233, 235), (0, 122, 255), (10, 10, 10), text_outgoing=WHITE),
    "black-blue": _theme(BLACK, (22, 22, 24), (38, 38, 41), (10, 132, 255), WHITE, dim=(152, 152, 158)),
    "black-green": _theme(BLACK, (22, 22, 24), (38, 38, 41), (48, 209, 88), WHITE, dim=(152, 152, 158)),
    "violet": _theme(WHITE, WHITE, (240, 240, 240), (132, 60, 246), (5, 5, 5), text_outgoing=WHITE,
                     outgoing_end=(10, 124, 255)),
    "sky": _theme((170, 200, 224), (81, 125, 162), WHITE, (239, 255, 222), (0, 0, 0), dim=(120, 150, 130)),
    "night-blue": _theme((14, 22, 33), (23, 33, 43), (24, 37, 51), (43, 82, 120), (245, 245, 245), dim=(125, 145, 165)),
    "orange": _theme((250, 246, 240), (200, 80, 20), (255, 224, 178), (230, 81, 0), (62, 39, 35), text_outgoing=WHITE),
    "pink": _theme((20, 10, 20), (60, 10, 45), (52, 35, 52), (216, 27, 96), (250, 240, 245), dim=(190, 160, 180)),
    "teal-on-white": _theme(WHITE, (18, 140, 126), (235, 245, 244), (0, 137, 123), (33, 33, 33), text_outgoing=WHITE),
    "yellow": _theme((155, 187, 212), (155, 187, 212), WHITE, (254, 229, 0), (0, 0, 0), dim=(85, 105, 125)),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One bubble."""

    text: str
    outgoing: bool = False
    time: str = ""
    name: str = ""
    """Shown above the text, as group chats do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One line of text and where its upper left corner is; `message` is None for bars and labels."""

    text: str
    x: int
    y: int
    size: int
    role: str
    """`title | clock | day | name | text | time | hint`"""
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A chat before it is drawn."""

    width: int
    height: int
    texts: tuple[Placed, ...]
    bubbles: tuple[tuple[int, int, int, int], ...]
    """Left, top, right, bottom of each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything about a chat's drawing that is not its words."""

    theme: str = "light"
    font: str = "sans"
    size: int = 40
    width: int = 1080
    radius: int = 24
    clock: str = "21:47"
    day: str = ""
    hint: str = ""
    """The grey word in the input field at the foot; empty for no field."""
    time_below: bool = True
    """Times on a line of their own; else behind the last word where it fits."""


@lru_cache(maxsize=64)
def font(role: str, size: int) -> ImageFont.FreeTypeFont:
    """The first font of that role that this machine has; `builtin` is the one inside Pillow, the same everywhere."""
    if role == "builtin":
        inside = ImageFont.load_default(size)
        assert isinstance(inside, ImageFont.FreeTypeFont)
        return inside
    for name in FONTS[role]:
        for folder in FONT_FOLDERS:
            path = Path(folder) / name
            if path.is_file():
                return ImageFont.truetype(str(path), size)
    raise FileNotFoundError(f"none of {', '.join(FONTS[role])} is installed")


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Words filled into lines of at most `width` pixels; line breaks of the text stay."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and face.getlength(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def lay_out_chat(messages: Sequence[Message], look: Look, *, title: str) -> Layout:
    """Where every word and bubble of the chat goes."""
    size, width = look.size, look.width
    small, bar, pad = round(size * 0.68), round(size * 3.3), round(size * 0.7)
    texts = [
        Placed(text=look.clock, x=pad, y=round(size * 0.25), size=small, role="clock"),
        Placed(text=title, x=round(size * 3.6), y=round(size * 1.45), size=round(size * 1.1), role="title"),
    ]
    y = bar + pad
    if look.day:
        wide = font(look.font, small).getlength(look.day)
        texts.append(Placed(text=look.day, x=round((width - wide) / 2), y=y + pad // 2, size=small, role="day"))
        y += round(size * 1.9)
    bubbles = []
    for number, message in enumerate(messages):
        placed, box = _lay_out_message(message, look, number, y)
        texts += placed
        bubbles.append(box)
        y = box[3] + round(size * 0.55)
    if look.hint:
        texts.append(Placed(text=look.hint, x=round(size * 2), y=y + pad, size=round(size * 0.9), role="hint"))
        y += round(size * 2.6)
    return Layout(width=width, height=y + pad // 2, texts=tuple(texts), bubbles=tuple(bubbles))


def _lay_out_message(
    message: Message, look: Look, number: int, top: int
) -> tuple[list[Placed], tuple[int, int, int, int]]:
    size, pad = look.size, round(look.size * 0.7)
    face, small = font(look.font, size), round(size * 0.68)
    lines = wrap(message.text, face, round(look.width * 0.64))
    step = round(size * 1.34)
    name_high = round(size * 1.2) if message.name else 0
    time_wide = round(font(look.font, small).getlength(message.time)) if message.time else 0
    name_wide = font("bold", round(size * 0.85)).getlength(message.name) if message.name else 0
    beside = not look.time_below and face.getlength(lines[-1]) + time_wide + pad < look.width * 0.64
    wide = max(*(face.getlength(line) for line in lines), name_wide, time_wide)
    wide = round(max(wide, face.getlength(lines[-1]) + time_wide + pad) if beside else wide)
    high = pad + name_high + step * len(lines) + (0 if beside or not message.time else round(small * 1.3))
    left = look.width - pad - wide - 2 * pad if message.outgoing else pad
    box = (left, top, left + wide + 2 * pad, top + high)
    texts, y = [], top + pad // 2
    if message.name:
        texts.append(Placed(text=message.name, x=left + pad, y=y, size=round(size * 0.85), role="name", message=number))
        y += name_high
    for line in lines:
        texts.append(Placed(text=line, x=left + pad, y=y, size=size, role="text", message=number))
        y += step
    if message.time:
        at = box[3] - pad // 3 - round(small * 1.15)
        texts.append(
            Placed(text=message.time, x=box[2] - pad - time_wide, y=at, size=small, role="time", message=number)
        )
    return texts, box


def render_chat(messages: Sequence[Message], look: Look, *, title: str) -> Image.Image:
    """The chat as a screenshot."""
    return draw_chat(lay_out_chat(messages, look, title=title), messages, look)


def draw_chat(layout: Layout, messages: Sequence[Message], look: Look) -> Image.Image:
    """Paint a layout."""
    theme = THEMES[look.theme]
    image = Image.new("RGB", (layout.width, layout.height), theme.background)
    draw = ImageDraw.Draw(image)
    if theme.doodles:
        _doodles(draw, layout, theme.doodles)
    bar = round(look.size * 3.3)
    draw.rectangle((0, 0, layout.width, bar), fill=theme.bar)
    draw.ellipse((look.size, round(look.size * 1.3), look.size * 3, round(look.size * 3.1)), fill=theme.dim)
    for message, box in zip(messages, layout.bubbles, strict=True):
        _bubble(image, box, look.radius, theme, outgoing=message.outgoing)
    for placed in layout.texts:
        if placed.role in ("day", "hint"):
            _pill(draw, placed, look, theme)
        face = font("bold" if placed.role == "name" else look.font, placed.size)
        draw.text((placed.x, placed.y), placed.text, font=face, fill=_ink(placed, messages, theme))
    return image


def _ink(placed: Placed, messages: Sequence[Message], theme: Theme) -> Colour:
    on_bar = WHITE if sum(theme.bar) < 382 else (20, 20, 20)
    if placed.role in ("title", "clock"):
        return on_bar
    outgoing = placed.message is not None and messages[placed.message].outgoing
    if placed.role == "text":
        return theme.text_outgoing if outgoing else theme.text
    if placed.role == "name":
        return (230, 120, 40)
    if outgoing and abs(_luma(theme.dim) - _luma(theme.outgoing)) < 70:
        red, green, blue = (
            round(0.75 * a + 0.25 * b) for a, b in zip(theme.text_outgoing, theme.outgoing, strict=True)
        )
        return red, green, blue
    return theme.dim


def _luma(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def _bubble(image: Image.Image, box: tuple[int, int, int, int], radius: int, theme: Theme, *, outgoing: bool) -> None:
    colour = theme.outgoing if outgoing else theme.incoming
    if not outgoing or theme.outgoing_end is None:
        ImageDraw.Draw(image).rounded_rectangle(box, radius, fill=colour)
        return
    share = [y / max(1, image.height - 1) for y in range(image.height)]
    column = Image.new("RGB", (1, image.height))
    column.putdata(
        [tuple(round(a + (b - a) * s) for a, b in zip(colour, theme.outgoing_end, strict=True)) for s in share]
    )
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255)
    image.paste(column.resize(image.size), (0, 0), mask)


def _pill(draw: ImageDraw.ImageDraw, placed: Placed, look: Look, theme: Theme) -> None:
    wide = round(font(look.font, placed.size).getlength(placed.text)) if placed.role == "day" else look.width
    pad = round(placed.size * 0.5)
    right = min(placed.x + wide, look.width - 3 * look.size)
    box = (placed.x - pad, placed.y - pad // 2, right + pad, placed.y + round(placed.size * 1.4))
    draw.rounded_rectangle(box, pad, fill=theme.incoming)


def _doodles(draw: ImageDraw.ImageDraw, layout: Layout, colour: Colour) -> None:
    dice = random.Random(layout.height)
    for _ in range(layout.width * layout.height // 9_000):
        x, y, r = dice.randrange(layout.width), dice.randrange(layout.height), dice.randrange(10, 34)
        if dice.random() < 0.5:
            draw.arc((x, y, x + r, y + r), dice.randrange(360), dice.randrange(360), fill=colour, width=3)
        else:
            draw.line((x, y, x + dice.randrange(-r, r), y + dice.randrange(-r, r)), fill=colour, width=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a receipt was photographed."""

    angle: float = 0.0
    noise: int = 40
    blur: float = 0.8
    shade: float = 0.25
    """How much darker the paper is at one side."""
    seed: int = 1
    font: str = "mono"
    size: int = 30
    table: Colour = (96, 78, 60)
    paper: Colour = (243, 240, 232)
    ink: Colour = (50, 48, 52)
    perspective: float = 0.0
    """How much narrower the far edge is, as a share of the width."""


def render_receipt(lines: Sequence[str], shot: Shot) -> Image.Image:
    """Printed lines on paper, photographed on a table."""
    face, step = font(shot.font, shot.size), round(shot.size * 1.6)
    wide = round(max(face.getlength(line) for line in lines)) + 3 * shot.size
    paper = Image.new("RGB", (wide, step * len(lines) + 2 * shot.size), shot.paper)
    draw = ImageDraw.Draw(paper)
    for number, line in enumerate(lines):
        draw.text((round(shot.size * 1.4), shot.size + step * number), line, font=face, fill=shot.ink)
    side = round(max(paper.size) * 1.45)
    scene = Image.new("RGB", (side, side), shot.table)
    scene.paste(paper, ((side - paper.width) // 2, (side - paper.height) // 2))
    if shot.perspective:
        scene = _tilted(scene, shot)
    if shot.angle:
        scene = scene.rotate(shot.angle, Image.Resampling.BICUBIC, expand=shot.angle % 90 == 0, fillcolor=shot.table)
    if shot.shade:
        slope = Image.linear_gradient("L").resize(scene.size).point(lambda v: round(v * shot.shade))
        scene = Image.composite(Image.new("RGB", scene.size, (0, 0, 0)), scene, slope)
    scene = scene.filter(ImageFilter.GaussianBlur(shot.blur))
    return _noisy(scene, shot.noise, shot.seed) if shot.noise else scene


def _tilted(scene: Image.Image, shot: Shot) -> Image.Image:
    inset = round(scene.width * shot.perspective / 2)
    far = (-inset, 0, 0, scene.height, scene.width, scene.height, scene.width + inset, 0)
    return scene.transform(scene.size, Image.Transform.QUAD, far, Image.Resampling.BICUBIC, fillcolor=shot.table)


def _noisy(image: Image.Image, strength: int, seed: int) -> Image.Image:
    """Sensor noise: the mean of four uniform fields is near enough to a bell curve."""
    dice = random.Random(seed)
    fields = [Image.frombytes("L", image.size, dice.randbytes(image.width * image.height)) for _ in range(4)]
    noise = Image.blend(Image.blend(fields[0], fields[1], 0.5), Image.blend(fields[2], fields[3], 0.5), 0.5)
    share = strength / 255
    spread = noise.point(lambda v: max(0, min(255, round(128 + (v - 128) * 1.7))))
    return Image.blend(image, Image.merge("RGB", (spread,) * 3), share)
