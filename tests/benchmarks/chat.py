"""A generated WhatsApp export: everyday words in two languages, a few numbers and marked sentences; fixed seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

_EN = """ok see you tomorrow at the station bring the bread and milk if you can i am still at work the bus was late
again thanks love call me when you get home did you see the match yesterday it was great my sister says hello"""
_ES = """bueno nos vemos mañana en la estación trae pan y leche si puedes sigo en el trabajo el autobús llegó tarde otra
vez gracias llámame cuando llegues a casa viste el partido ayer estuvo muy bien mi hermana te manda saludos"""
_RARE = (
    "me debes 3000 euros y no te vas hasta que pagues", "he keeps my passport until the debt is paid",
    "mi número es 612 34 56 78", "send 200 euros to ES91 2100 0418 4502 0005 1332", "nos vemos 40.4168, -3.7038",
)  # fmt: skip


def write_export(path: Path, messages: int, seed: int = 7) -> None:
    """An Android export in the form `dd/mm/yyyy, hh:mm - Name: text`."""
    pick = random.Random(seed)
    at = datetime(2023, 1, 13, 8, 0)  # noqa: DTZ001 - a wall clock, as the format has it
    with path.open("w", encoding="utf-8") as out:
        for n in range(messages):
            at += timedelta(minutes=pick.randint(0, 9))
            words = pick.choice((_EN, _ES)).split()
            text = " ".join(pick.choices(words, k=pick.randint(1, 14)))
            if n % 200 == 0:
                text = pick.choice(_RARE)
            out.write(f"{at:%d/%m/%Y, %H:%M} - {pick.choice(('Ana', 'Luis'))}: {text}\n")
