"""Short ways to write the usual candidates: proved by arithmetic, well formed, or made by the word beside them.

Ranks follow the entity specification (section 2 and 4): 95 a checksum holds, 80 only after OCR repair, 70 well formed
or with its cue, 40 kept as a candidate.
"""

from __future__ import annotations

from collections.abc import Mapping

from extractors.parts import Candidate, Tier

REPAIRED = ("ocr_repaired",)
_NOTHING: Mapping[str, object] = {}


def proved(
    type: str,
    value: str,
    span: tuple[int, int],
    rule: str,
    *,
    repaired: bool = False,
    detail: Mapping[str, object] = _NOTHING,
    shares: tuple[str, ...] = (),
    mask: tuple[tuple[int, int], ...] = (),
    secret: str = "",
) -> Candidate:
    """A token whose check digits hold; it blocks phones and sums inside it."""
    return Candidate(
        tier=Tier.CHECKSUM,
        type=type,
        start=span[0],
        end=span[1],
        value=value,
        grade="checksum",
        rule=rule,
        rank=80 if repaired else 95,
        flags=REPAIRED if repaired else (),
        detail=detail,
        mask=mask,
        secret=secret,
        blocks=True,
        shares=shares,
    )


def formed(
    type: str,
    value: str,
    span: tuple[int, int],
    rule: str,
    *,
    rank: int = 70,
    flags: tuple[str, ...] = (),
    detail: Mapping[str, object] = _NOTHING,
    tier: Tier = Tier.CHECKSUM,
    blocks: bool = True,
    shares: tuple[str, ...] = (),
) -> Candidate:
    """A token of a distinctive form without arithmetic."""
    return Candidate(
        tier=tier,
        type=type,
        start=span[0],
        end=span[1],
        value=value,
        grade="format",
        rule=rule,
        rank=rank,
        flags=flags if rank >= 50 else tuple(sorted({*flags, "candidate"})),
        detail=detail,
        blocks=blocks,
        shares=shares,
    )


def keyed(
    type: str,
    value: str,
    span: tuple[int, int],
    rule: str,
    *,
    rank: int = 70,
    flags: tuple[str, ...] = (),
    detail: Mapping[str, object] = _NOTHING,
    mask: tuple[tuple[int, int], ...] = (),
    secret: str = "",
    shares: tuple[str, ...] = (),
    blocks: bool = True,
) -> Candidate:
    """A token that only its cue word makes a reference."""
    return Candidate(
        tier=Tier.KEYED,
        type=type,
        start=span[0],
        end=span[1],
        value=value,
        grade="context",
        rule=rule,
        rank=rank,
        flags=flags if rank >= 50 else tuple(sorted({*flags, "candidate"})),
        detail=detail,
        mask=mask,
        secret=secret,
        blocks=blocks,
        shares=shares,
    )
