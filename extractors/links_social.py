"""Profiles of social networks and messengers: `network:handle`, lower case.

From addresses (`instagram.com/<name>`, `t.me/<name>` …) and from text where the network's name stands directly before
the handle ("insta: maria.lp", "snap maria22") or beside an `@name`. The rows of `extractors/tables/social.toml` name
the networks. Refuses paths that are the site's own pages, and words that only look like handles after a bare network
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from extractors.candidates import formed, keyed
from extractors.cues import Cues, compile_cues, folded
from extractors.parts import Candidate, Tier
from extractors.tables import table

_AT = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_](?:[A-Za-z0-9_.\-]{1,38}[A-Za-z0-9_])?)(?![\w@])")
_BARE = re.compile(
    r"[\s]{0,2}(?::|=|->|→|is|es|é|e|как)?[\s]{0,2}@?([A-Za-z0-9_][A-Za-z0-9_.\-]{2,38}[A-Za-z0-9_])(?![\w@]|\.\w)",
    re.I,
)


@lru_cache(maxsize=1)
def _networks() -> tuple[tuple[str, re.Pattern[str] | None, Cues | None, frozenset[str]], ...]:
    made = []
    for row in table("social")["network"]:
        url = (
            re.compile(
                rf"(?<![\w.\-])(?:https?://)?(?:www\.|m\.|mobile\.|web\.|[a-z]{{2}}-[a-z]{{2}}\.)?(?:{row['url']})",
                re.I,
            )
            if row.get("url")
            else None
        )
        cues = compile_cues(row["cues"]) if row.get("cues") else None
        made.append((row["name"], url, cues, frozenset(row.get("pages", ())) | _PAGES))
    return tuple(made)


_PAGES = frozenset(
    [
        "login",
        "share",
        "sharer",
        "sharer.php",
        "intent",
        "home",
        "explore",
        "search",
        "watch",
        "hashtag",
        "groups",
        "events",
        "p",
        "reel",
        "reels",
        "tv",
        "stories",
        "story.php",
        "photo.php",
        "profile.php",
        "help",
        "about",
        "privacy",
        "policies",
        "terms",
        "legal",
        "settings",
        "messages",
        "marketplace",
        "pages",
        "permalink.php",
        "dialog",
        "plugins",
        "l.php",
        "i",
        "status",
        "joinchat",
        "addstickers",
        "s",
        "c",
        "iv",
        "proxy",
        "bg",
        "channel",
        "playlist",
        "feed",
        "shorts",
        "results",
        "people",
        "public",
        "company",
        "jobs",
        "pulse",
        "posts",
        "tag",
        "embed",
        "download",
        "app",
        "business",
        "ads",
        "developers",
        "discover",
        "live",
        "video",
        "videos",
        "photos",
        "media",
        "notifications",
        "t",
        "r",
        "user",
        "u",
        "in",
        "add",
        "com",
        "www",
    ]
)


def from_addresses(text: str) -> Iterator[Candidate]:
    """Handles in the addresses of profiles."""
    low = text.lower()
    for name, url, _, pages in _networks():
        if url is None or not any(host in low for host in _hosts(name)):
            continue
        for m in url.finditer(text):
            handle = next((g for g in m.groups() if g), "").strip(".").lower()
            if len(handle) >= 2 and handle not in pages:
                yield formed(
                    "SOCIAL",
                    f"{name}:{handle}",
                    m.span(),
                    "links.social-url@1",
                    rank=90,
                    tier=Tier.LINK,
                    shares=("URL",),
                    blocks=False,
                )


@cache
def _hosts(name: str) -> tuple[str, ...]:
    return tuple(next(row["hosts"] for row in table("social")["network"] if row["name"] == name))


def from_words(text: str) -> Iterator[Candidate]:
    """`@name` with the network named within 20 characters, and bare handles directly after the network's name."""
    low = folded(text)
    for name, _, cues, _ in _networks():
        if cues is None:
            continue
        spans = [m.span() for m in cues.pattern.finditer(low)]
        if not spans:
            continue
        found: set[tuple[int, int]] = set()
        for m in _AT.finditer(text):
            if any(0 <= m.start() - b <= 20 or 0 <= a - m.end() <= 20 for a, b in spans):
                found.add(m.span(1))
        for _, end in spans:
            m2 = _BARE.match(text, end)
            if m2 is not None and _is_handle(m2):
                found.add(m2.span(1))
        for span in sorted(found):
            handle = text[slice(*span)].lower()
            yield keyed("SOCIAL", f"{name}:{handle}", span, "links.social@1", detail={"network": name}, blocks=False)


def _is_handle(m: re.Match[str]) -> bool:
    """A bare word is a handle where punctuation introduces it or its form is no word's: a digit, `_`, an inner dot."""
    token = m.group(1)
    introduced = any(c in m.group()[: m.start(1) - m.start()] for c in ":=@→>")
    odd = any(c.isdigit() or c in "_." for c in token) and any(c.isalpha() for c in token)
    return (introduced and any(c.isalpha() for c in token)) or (odd and not re.fullmatch(r"\d+[a-z]{1,3}", token, re.I))
