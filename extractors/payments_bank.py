"""Bank accounts and codes that stand in text: IBAN, BIC, creditor references, CLABE, CBU and CVU, aliases, ABA numbers,
IFSC with its account, and the national account forms that carry check digits.

Each finder takes the cleaned text and yields candidates in its offsets. Checksum types need no word beside them,
except where the check is weak (one digit in ten) and the form ordinary: ABA routing numbers and Swiss references.
References: ISO 13616, ISO 9362, ISO 11649, Banco de México circular 3/2012, BCRA "A" 2559 and 6510 (CVU, alias),
ABA routing number policy, RBI IFSC form, and the python-stdnum modules named in `extractors/tables/accounts.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import bic as stdnum_bic
from stdnum import iso11649
from stdnum.ar import cbu
from stdnum.be import ogm_vcs
from stdnum.ch import esr
from stdnum.us import rtn

from extractors.candidates import formed, keyed, proved
from extractors.cues import named
from extractors.digit_runs import of_length
from extractors.parts import Candidate
from extractors.repair import digits_of
from extractors.validators import clabe, iban

_IBAN = re.compile(r"(?<![A-Za-z0-9])(?=([A-Za-z]{2})[ -]?[0-9OoIlSBZ]{2}[ .\-–\n]{0,2}[A-Za-z0-9])[A-Za-z]{2}")
_GROUPED = re.compile(r"(?<![\w.,+])\d(?:[ .\-]{0,2}[\dOoIlSBZ]){16,24}(?![\w])")
_RF = re.compile(r"(?<![A-Za-z0-9])RF\d{2}(?:[ ]?[A-Za-z0-9]){1,21}(?![A-Za-z0-9])", re.I)
_OGM = re.compile(r"(?<!\d)(?:\+{3}|\*{3})[ ]?(\d{3})[ ]?/[ ]?(\d{4})[ ]?/[ ]?(\d{5})[ ]?(?:\+{3}|\*{3})")
_ESR = re.compile(r"(?<![\d.,])\d(?:[ ]?\d){15,26}(?!\d)")
_ABA = re.compile(r"(?<![\d.,+\-])\d{4}[ \-]?\d{4}[ \-]?\d(?![\d\-])|(?<![\d.,+\-])\d{3}[ \-]\d{3}[ \-]\d{3}(?![\d\-])")
_IFSC = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{4}[0Oo][A-Za-z0-9]{6}(?![A-Za-z0-9])")
_BIC = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{4}[ ]?[A-Za-z]{2}[ ]?[A-Za-z0-9]{2}(?:[ ]?[A-Za-z0-9]{3})?(?![A-Za-z0-9])")
_ALIAS = re.compile(r"(?<![\w.\-@])[A-Za-z0-9](?:[A-Za-z0-9.\-]{4,18})[A-Za-z0-9](?![\w@\-])")

_ESR_WORDS = named("esr")
_ABA_WORDS = named("aba")
_BIC_WORDS = named("bic")
_ALIAS_WORDS = named("alias")


def ibans(text: str) -> Iterator[Candidate]:
    """IBAN: country length, layout and modulo 97."""
    done = 0
    for m in _IBAN.finditer(text):
        taken = iban.take(text, m.start()) if m.start() >= done else None
        made = iban.read(taken[0]) if taken is not None else None
        if taken is None or made is None:
            continue
        done = taken[1]
        country = {"country": made[0][:2]}
        yield proved("IBAN", made[0], (m.start(), done), "payments.iban@1", repaired=made[1], detail=country)


def creditor_references(text: str) -> Iterator[Candidate]:
    """ISO 11649 `RF…`, the Belgian `+++…+++`, and Swiss 16 to 27-digit references beside a reference word."""
    if "RF" in text or "rf" in text:
        for m in _RF.finditer(text):
            for end in _ends_of_groups(m):
                if iso11649.is_valid(text[m.start() : end]):
                    value = iso11649.compact(text[m.start() : end])
                    yield proved("CREDITOR_REF", value, (m.start(), end), "payments.rf@1")
                    break
    for m in _OGM.finditer(text):
        if ogm_vcs.is_valid("".join(m.groups())):
            yield proved("CREDITOR_REF", "".join(m.groups()), m.span(), "payments.ogm@1", detail={"country": "BE"})


def _ends_of_groups(m: re.Match[str]) -> list[int]:
    """Ends at which the match may stop: its own, then each earlier space, so that following words drop off."""
    ends = [m.end()] + [m.start() + i for i, ch in enumerate(m.group()) if ch == " " and i > 4]
    return sorted(ends, reverse=True)


def long_accounts(text: str, all_runs: list[list[tuple[int, int]]], *, noisy: bool = False) -> Iterator[Candidate]:
    """CLABE (18), CBU and CVU (22), Swiss references: numbers of a fixed length with check digits."""
    for run in all_runs:
        for row in of_length(text, run, 18, 22):
            digits = (digits_of(row.digits) if noisy else row.digits) or ""
            if len(digits) == 18:
                bank = clabe.bank(digits)
                if bank is not None:
                    detail = {"country": "MX", "bank": bank}
                    yield proved(
                        "CLABE", digits, (row.start, row.end), "payments.clabe@1", repaired=noisy, detail=detail
                    )
            elif len(digits) == 22 and len(set(digits)) > 2 and cbu.is_valid(digits):
                kind = "CVU" if digits.startswith("000") else "AR_CBU"
                yield proved(
                    kind, digits, (row.start, row.end), "payments.cbu@1", repaired=noisy, detail={"country": "AR"}
                )


def swiss_references(text: str) -> Iterator[Candidate]:
    """QRR/ESR: modulo 10 recursive, one number in ten passes by chance, so the word is needed."""
    for m in _ESR.finditer(text):
        digits = m.group().replace(" ", "")
        if esr.is_valid(digits) and _ESR_WORDS.near(text, m.start(), m.end(), window=0, before=30):
            value = str(esr.compact(digits))
            yield proved("CREDITOR_REF", value, m.span(), "payments.esr@1", detail={"country": "CH"})


def us_routing(text: str) -> Iterator[Candidate]:
    """ABA routing numbers beside their word."""
    for m in _ABA.finditer(text):
        digits = re.sub(r"\D", "", m.group())
        if len(digits) == 9 and rtn.is_valid(digits) and _ABA_WORDS.near(text, m.start(), m.end()):
            yield proved("US_ABA", digits, m.span(), "payments.aba@1", detail={"country": "US"})


def bics(text: str) -> Iterator[Candidate]:
    """BIC directly after its word; written in capitals or holding a digit, since *shipment* has the bare form."""
    if not _BIC_WORDS.present(text):
        return
    for m in _BIC.finditer(text):
        token = m.group().replace(" ", "")
        written = token.isupper() or any(c.isdigit() for c in token)
        if written and stdnum_bic.is_valid(token) and _bic_cue(text, m, token):
            yield keyed("BIC", token.upper(), m.span(), "payments.bic@1", detail={"country": token[4:6].upper()})


def _bic_cue(text: str, m: re.Match[str], token: str) -> bool:
    if " " in m.group() or (token.isalpha() and text.isupper()):
        return _BIC_WORDS.leads(text, m.start())
    return _BIC_WORDS.near(text, m.start(), m.end())


def ifsc(text: str) -> Iterator[Candidate]:
    """Indian branch code; its fifth character is always zero."""
    for m in _IFSC.finditer(text):
        token = m.group().upper()
        if sum(c.isdigit() for c in token[5:]) >= 3 or "ifsc" in text.lower():
            value = token[:4] + "0" + token[5:]
            flags = ("ocr_repaired",) if value != token else ()
            yield formed("IN_IFSC", value, m.span(), "payments.ifsc@1", flags=flags, detail={"country": "IN"})


def aliases(text: str) -> Iterator[Candidate]:
    """Argentine alias for a CBU or CVU: 6 to 20 of letters, digits, dot and hyphen directly after "alias"."""
    if "alias" not in text.lower():
        return
    for m in _ALIAS.finditer(text):
        token = m.group()
        joined = any(c in ".-" for c in token.strip(".-"))
        plain = token.isupper() or any(c.isdigit() for c in token) or text[: m.start()].rstrip().endswith(":")
        if (joined or plain) and _ALIAS_WORDS.leads(text, m.start()) and "alias" not in token.lower():
            yield keyed("AR_ALIAS", token.lower(), m.span(), "payments.alias@1", detail={"country": "AR"})
