"""E-mail addresses, web addresses, onion services, social profiles, block-explorer links.

- EMAIL: lower case; also written around a filter ("name (at) gmail (dot) com", "nombre arroba gmail punto com": flag
  `obfuscated`). RFC 5321 lengths; the last label must be letters. A UPI address has no dot after the @ and is none.
- URL: as written, without the punctuation that ends the sentence; bare host names only with a path, `www.` or one of
  the common generic endings, since people forget the space after a full stop.
- ONION: version 3 carries a SHA3-256 check (Tor rend-spec-v3 §6), version 2 is 16 letters and long dead, kept as
  `format`.
- EXPLORER_LINK: an address or transaction page of a block explorer; what it names is found by `payments_crypto`.

Nothing is ever fetched or resolved.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from extractors.candidates import formed, proved
from extractors.links_social import from_addresses, from_words
from extractors.parts import Candidate, Part, TextContext, Tier
from triage.text import View

_EMAIL = re.compile(
    r"(?<![\w.+\-%@/])[^\W_][\w.+%\-']{0,63}@(?:[^\W_](?:[\w\-]{0,61}[^\W_])?\.){1,5}[^\W\d_]{2,24}(?![\w@]|-\w)"
)
_MESSENGERS = ("@s.whatsapp.net", "@c.us", "@g.us", "@lid", "@broadcast", "@newsletter", "@skype.net")
_HIDDEN = re.compile(
    r"(?<![\w.+\-@])([a-z0-9][a-z0-9._+\-]{1,63})[ ]?(?:[\[({<][ ]?(?:at|arroba|аt|@|a)[ ]?[\])}>]|[ ](?:arroba"
        r"|at|arobase)[ ]|@)[ ]?"
    r"([a-z0-9][a-z0-9\-]{1,40})[ ]?(?:[\[({<][ ]?(?:dot|punto|ponto|point|\.)[ ]?[\])}>]|[ ](?:dot|punto|ponto"
        r"|point)[ ]|\.)[ ]?"
    r"(com|net|org|info|me|co|mx|es|br|fr|ro|ru|de|it|uk|proton)(?![\w@])", re.I,
)  # fmt: skip
_URL = re.compile(
    r"(?<![\w@.\-])(?:(?:https?|hxxps?|ftp|tg|whatsapp|fb|instagram)://[^\s<>\"`{}|\\^]{3,2000}"
    r"|(?:www\d?\.)[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}(?:[/?#][^\s<>\"`{}|\\^]{0,1500})?"
    r"|(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,4}(?:(?:com|net|org|info|biz|app|xyz|online|site|shop|onion"
        r"|io|top|club|live|dev)(?:\.[a-z]{2})?(?:[/?#][^\s<>\"`{}|\\^]{0,1500})?"
    r"|[a-z]{2,10}/[^\s<>\"`{}|\\^]{1,1500}))(?![\w@])", re.I,
)  # fmt: skip
_TRAIL = ".,;:!?»”’'…*_~"
_ONION = re.compile(r"(?<![a-z2-7])([a-z2-7]{56}|[a-z2-7]{16})\.onion(?!\w)", re.I)
_EXPLORER = re.compile(
    r"(?:etherscan\.io|bscscan\.com|polygonscan\.com|arbiscan\.io|tronscan\.(?:org|io)|blockchain\.(?:com|info)"
        r"|blockchair\.com|btc\.com|blockstream\.info|mempool\.space|blockcypher\.com|"
    r"solscan\.io|explorer\.solana\.com|xmrchain\.net|litecoinspace\.org|chainz\.cryptoid\.info|tonscan\.org"
        r"|walletexplorer\.com|oklink\.com|etherchain\.org|ethplorer\.io)"
    r"/[^\s<>\"']{0,60}?(?:tx|transaction|address|addr|account|block|token|wallet)s?[/=][^\s<>\"']{8,140}", re.I,
)  # fmt: skip
_CARRIED = (
    "CRYPTO_BTC", "CRYPTO_LTC", "CRYPTO_ETH", "CRYPTO_TRX", "CRYPTO_XMR", "CRYPTO_TXID", "EMAIL", "SOCIAL",
    "PAYPAL_ME", "CASHTAG", "VENMO", "REVOLUT_TAG", "UPI_VPA", "ONION",
    "GEO_POINT", "MAP_LINK", "PLUS_CODE", "W3W", "EXPLORER_LINK", "IBAN", "PIX_KEY", "EMV_QR", "SECRET", "IMO",
    "CONTAINER", "ZELLE",
)  # fmt: skip
_LISTED = frozenset({"e.g", "i.e", "p.m", "a.m"})


def _emails(text: str) -> Iterator[Candidate]:
    for m in _EMAIL.finditer(text):
        local = m.group().split("@")[0]
        if m.group().lower().endswith(_MESSENGERS):
            continue  # an account of a messenger: its number, if it is one, is a phone (`phones_links`)
        if ".." not in local and not local.endswith("."):
            yield formed(
                "EMAIL",
                m.group().lower(),
                m.span(),
                "links.email@1",
                rank=90,
                tier=Tier.LINK,
                shares=("ZELLE", "PIX_KEY", "UPI_VPA"),
            )
    low = text.lower()
    if any(
        word in low
        for word in (
            "(at)",
            "[at]",
            "arroba",
            " at ",
            "{at}",
            "<at>",
            "(a)",
            "(@)",
            "[@]",
            "dot",
            "punto",
            "ponto",
            " point ",
        )
    ):
        for m in _HIDDEN.finditer(text):
            written = m.group()
            plainly = (
                "arroba" in written.lower() or any(c in written for c in "[({<") or ("@" in written and " " in written)
            )
            if plainly or (" dot " in written.lower() and " at " in written.lower()):
                value = f"{m.group(1)}@{m.group(2)}.{m.group(3)}".lower()
                yield formed(
                    "EMAIL",
                    value,
                    m.span(),
                    "links.email-hidden@1",
                    rank=65,
                    flags=("obfuscated",),
                    tier=Tier.LINK,
                    shares=("ZELLE", "PIX_KEY"),
                )


def trimmed(url: str) -> str:
    """`url` without the closing punctuation of the sentence or bracket around it."""
    while url and (
        url[-1] in _TRAIL or (url[-1] == ")" and url.count(")") > url.count("(")) or (url[-1] == "]" and "[" not in url)
    ):
        url = url[:-1]
    return url


def urls(text: str) -> Iterator[tuple[str, int, int]]:
    """Every web address with its span."""
    for m in _URL.finditer(text):
        url = trimmed(m.group())
        host = url.split("/")[0].lower()
        if (
            len(url) >= 4
            and "." in url
            and host not in _LISTED
            and not (host.replace(".", "").isdigit() and "://" not in url)
        ):
            yield url, m.start(), m.start() + len(url)


def _web(text: str) -> Iterator[Candidate]:
    for url, start, end in urls(text):
        if "@" in url.split("/")[0]:
            continue
        yield Candidate(
            tier=Tier.LINK,
            type="URL",
            start=start,
            end=end,
            value=url,
            grade="format",
            rule="links.url@1",
            rank=60,
            blocks=True,
            shares=_CARRIED,
        )
        if _EXPLORER.search(url):
            yield formed("EXPLORER_LINK", url, (start, end), "links.explorer@1", rank=85, tier=Tier.LINK, blocks=False)


def _onions(text: str) -> Iterator[Candidate]:
    for m in _ONION.finditer(text):
        host = m.group(1).lower()
        if len(host) == 16:
            yield formed("ONION", f"{host}.onion", m.span(), "links.onion-v2@1", tier=Tier.LINK, shares=("URL",))
            continue
        raw = base64.b32decode(host.upper())
        digest = hashlib.sha3_256(b".onion checksum" + raw[:32] + raw[34:]).digest()
        if raw[34] == 3 and digest[:2] == raw[32:34]:
            yield proved("ONION", f"{host}.onion", m.span(), "links.onion@1", shares=("URL",))


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every link and handle of a message."""
    text = view.text
    if "@" in text or "arroba" in text.lower() or "dot" in text.lower() or "punto" in text.lower():
        yield from _emails(text)
    if "." in text or "://" in text:
        yield from _web(text)
        yield from from_addresses(text)
    if ".onion" in text.lower():
        yield from _onions(text)
    yield from from_words(text)


PART = Part(
    name="links",
    find=find,
    marks="@",
    triggers=(
        "://", "www.", ".com", ".net", ".org", ".me", ".io", ".ru", ".gg", ".tv", ".ee", ".app", ".info", ".onion",
        ".co", ".ly", ".gl", "arroba", "(at)", "[at]", " dot ", " punto ",
        "insta", "ig:", "ig ", "tiktok", "tik tok", "snap", "telegram", "tg:", "tg ", "fb:", "facebook", "twitter",
        "kik", "wechat", "line id", "skype", "discord", "onlyfans", "zalo",
        "телег", "инста", "тг", "вк", "скайп", "سناب", "انستا", "تلغرام", "تليجرام", "微信", "vx", "ไลน์",
    ),
)  # fmt: skip
