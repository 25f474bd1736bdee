"""What the header of a recording may say: kind, length, codecs, time, place, device. Nothing is heard or looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from triage.model import NO_TIME, Moment
from triage.readers.coordinates import Spot


@dataclass(slots=True)
class Facts:
    """The facts about one file, as its header states them."""

    form: str
    """`MP4`, `Ogg`, `AMR` …"""
    kind: str = "audio"
    """`audio` or `video`."""
    milliseconds: int | None = None
    codecs: list[str] = field(default_factory=list)
    width: int = 0
    height: int = 0
    when: Moment = NO_TIME
    time_from: str = ""
    place: Spot | None = None
    altitude: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)
    """Words that the file carries: title, device, program, comment."""
    cut: bool = False
    """The file ends before its header says it does."""

    def tag(self, name: str, value: str) -> None:
        """Keep a text, bounded."""
        shown = " ".join(value.replace("\0", " ").split())
        if shown and len(self.tags) < 100:
            self.tags.append((name, shown[:2000]))

    def codec(self, name: str) -> None:
        if name and name not in self.codecs and len(self.codecs) < 20:
            self.codecs.append(name)


def clock(milliseconds: int) -> str:
    """`0:01:23.4`"""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    shown = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{shown}.{rest // 100}" if rest >= 100 else shown
