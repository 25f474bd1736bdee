"""Prints the line error rate of the picture reader on invented screenshots and receipts, by kind of picture.

    python -m samples.build.ocr_figures [SEED]

Looks, fonts, sizes, languages and words are drawn from the seed, so that another seed is another set. A line's errors
are its edit distance to the nearest line of the reading; the rate is their sum over all true characters.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from samples.build.render import THEMES, Look, Message, Shot, draw_chat, lay_out_chat, render_receipt
from triage.model import ReadContext, Unit
from triage.readers.image_text import READER

SENTENCES = {
    "eng": (
        "Where is my money? You said Friday.", "They locked the gate, nobody can leave", "Ok, see you at 22:30",
        "Your debt is now $7,250 plus interest", "My cousin paid 1,200 for the visa", "Ring 020 7946 0018",
        "The contract says 12 hours a day, six days a week!", "Please help me, my passport is in his drawer",
    ),
    "spa": (
        "¿Dónde está mi dinero? Dijiste el viernes.", "No puedo salir, cerraron el portón otra vez", "Vale, a las 6",
        "Tu deuda ya va en 7.250 euros más intereses", "Llama al 912 345 678 y pregunta por Inés", "Ayúdame por favor",
        "Aquí se trabaja doce horas, seis días a la semana", "La señora guardó los pasaportes en el cajón",
    ),
    "por": (
        "Onde está o meu dinheiro? Você disse sexta.", "Não posso sair, trancaram o portão", "Tá bom, até amanhã às 6",
        "Sua dívida já está em 7.250 reais mais juros", "Ligue para (21) 99876-5432", "Me ajuda, por favor",
        "Aqui são doze horas por dia", "A patroa guardou os passaportes na gaveta",
    ),
    "fra": (
        "Où est mon argent ? Tu avais dit vendredi.", "Ils ont fermé le portail, on ne peut pas sortir", "D'accord",
        "Ta dette est de 7 250 euros plus les intérêts", "Appelle le 01 99 00 12 34", "Aide-moi s'il te plaît",
        "Ici c'est douze heures par jour", "La patronne a gardé les passeports dans le tiroir",
    ),
}  # fmt: skip
SLIP = ("RIA TRANSFER", "PIN 4471 0928", "SENDER ANA TORRES", "BENEFICIARY JORGE RUIZ", "AMOUNT 320.00 USD",
        "FEE 6.00 USD", "PAYOUT 5,454.56 MXN", "03/17/2024 18:42")  # fmt: skip
PALE = ("light", "doodle", "sky")
DARK = ("dark", "dark-doodle", "night-blue")


@dataclass(frozen=True)
class Drawn:
    """A picture in memory."""

    data: bytes
    sha256: str = ""

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def path(self) -> Path:
        raise NotImplementedError


def pictures(seed: int) -> Iterator[tuple[str, bytes, list[str]]]:
    """Kind, file and true lines."""
    dice = random.Random(seed)
    for theme in THEMES:
        image, truth = _chat(dice, theme)
        yield "light" if theme in PALE else "dark" if theme in DARK else "coloured", _png(image), truth
    for theme in dice.sample(sorted(THEMES), 5):
        image, truth = _chat(dice, theme)
        half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
        yield "half-size JPEG", _jpeg(half, dice.choice([55, 65, 75])), truth
    for angle in (0, 3, -5, 8, -11):
        shot = Shot(
            angle=angle, noise=dice.choice([25, 40, 55]), font=dice.choice(["mono", "mono2", "arial"]), seed=seed
        )
        yield "receipt", _jpeg(render_receipt(SLIP, shot), 80), list(SLIP)
    for turn in (90, 180, 270):
        image, truth = _chat(dice, dice.choice(["light", "dark", "black-blue"]))
        yield "turned", _png(image.rotate(turn, expand=True)), truth
        yield "turned", _jpeg(render_receipt(SLIP, Shot(angle=turn, noise=25, seed=turn)), 80), list(SLIP)


def _chat(dice: random.Random, theme: str) -> tuple[Image.Image, list[str]]:
    language, width = dice.choice(sorted(SENTENCES)), dice.choice([720, 1080, 1170, 1440])
    messages = [
        Message(text=text, outgoing=dice.random() < 0.5, time=f"{dice.randrange(24)}:{dice.randrange(60):02d}")
        for text in dice.sample(SENTENCES[language], 6)
    ]
    size = round(dice.choice([34, 40, 46, 54]) * width / 1080)
    look = Look(theme=theme, font=dice.choice(["sans", "wide", "arial", "narrow"]), size=size, width=width)
    layout = lay_out_chat(messages, look, title="Agencia Norte")
    return draw_chat(layout, messages, look), [placed.text for placed in layout.texts]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def errors(truth: Sequence[str], reading: str) -> int:
    """Edit distance of each true line to its nearest line of the reading, at most its length."""
    lines = reading.split("\n")
    return sum(min([len(line), *(_distance(line, other) for other in lines)]) for line in truth)


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def main() -> None:
    """Read every picture of the set and print one line for each kind."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wrong: dict[str, int] = {}
    of: dict[str, int] = {}
    spent = 0.0
    count = 0
    for kind, data, truth in pictures(seed):
        began = time.perf_counter()
        found = list(READER.read(Drawn(data), ReadContext(source="figures", path="picture")))
        spent, count = spent + time.perf_counter() - began, count + 1
        text = "\n".join(unit.text for unit in found if isinstance(unit, Unit))
        wrong[kind] = wrong.get(kind, 0) + errors(truth, text)
        of[kind] = of.get(kind, 0) + sum(len(line) for line in truth)
    for kind, total in of.items():
        print(f"{kind:16} {100 * wrong[kind] / total:5.2f} % of {total} characters")
    print(f"{count} pictures, {spent / count:.2f} s each in one process")


if __name__ == "__main__":
    main()
