"""Brazil: CPF and CNPJ, PIX keys, boleto lines.

CPF (11 digits) and CNPJ (14 places; letters allowed from July 2026, Receita Federal IN 2.229/2024) carry two check
digits modulo 11. The punctuated forms stand alone; bare digits need their word, since a mobile number has 11 digits
too. A PIX key is a CPF, a CNPJ, an e-mail, a phone with country code or a random UUID (Banco Central, DICT), and
needs a PIX word. Boleto lines: `validators.boleto`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.br import cnpj, cpf

from extractors.candidates import keyed, proved
from extractors.cues import named
from extractors.digit_runs import of_length
from extractors.parts import Candidate
from extractors.repair import digits_of
from extractors.validators import boleto

_CPF = re.compile(
    r"(?<![\w.,+\-])(?:\d{3}\.\d{3}\.\d{3}[-. /]?\d{2}|\d{3}[ ]\d{3}[ ]\d{3}[- ]\d{2}|\d{9}-?\d{2})(?![\w])(?![.,\-]\d)"
)
_CNPJ = re.compile(
    r"(?<![\w.,+\-])(?:[A-Z0-9]{2}\.[A-Z0-9]{3}\.[A-Z0-9]{3}/[A-Z0-9]{4}-\d{2}"
    r"|[A-Z0-9]{2}[ .]?[A-Z0-9]{3}[ .]?[A-Z0-9]{3}[ /]?[A-Z0-9]{4}[ -]?\d{2})(?![\w])(?![.,\-]\d)"
)
_UUID = re.compile(r"(?<![\w\-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w\-])", re.I)
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}(?!\w)")
_PHONE = re.compile(r"(?<![\w.,/])(?:\+?55[ .\-]?)?\(?[1-9][1-9]\)?[ .\-]?9[ .]?\d{4}[ .\-]?\d{4}(?![\w])(?![.,\-]\d)")
_CPF_WORDS = named("cpf")
_CNPJ_WORDS = named("cnpj")
_PIX_WORDS = named("pix")


def persons(text: str) -> Iterator[Candidate]:
    """CPF and CNPJ with right check digits."""
    for m in _CPF.finditer(text):
        alone = m.group().count(".") == 2
        if cpf.is_valid(m.group()) and (alone or _CPF_WORDS.near(text, *m.span())):
            yield proved(
                "BR_CPF",
                cpf.compact(m.group()),
                m.span(),
                "payments.cpf@1",
                detail={"country": "BR"},
                shares=("PIX_KEY",),
            )
    for m in _CNPJ.finditer(text):
        token = m.group()
        alone = "/" in token and "-" in token
        if (
            sum(c.isdigit() for c in token) >= 4
            and cnpj.is_valid(token)
            and (alone or _CNPJ_WORDS.near(text, *m.span()))
        ):
            yield proved(
                "BR_CNPJ",
                cnpj.compact(token).upper(),
                m.span(),
                "payments.cnpj@1",
                detail={"country": "BR"},
                shares=("PIX_KEY",),
            )


def boletos(text: str, all_runs: list[list[tuple[int, int]]], *, noisy: bool = False) -> Iterator[Candidate]:
    """Typed boleto lines."""
    for run in all_runs:
        for row in of_length(text, run, 47, 48):
            digits = (digits_of(row.digits) if noisy else row.digits) or ""
            if boleto.is_valid(digits):
                yield proved(
                    "BR_BOLETO",
                    digits,
                    (row.start, row.end),
                    "payments.boleto@1",
                    repaired=noisy,
                    detail={"country": "BR"},
                )


def _keys(text: str) -> Iterator[tuple[str, re.Match[str], str]]:
    """(registered form, match, kind) of everything that has the form of a PIX key; a valid CPF wins over a phone."""
    taken: set[tuple[int, int]] = set()
    for m in _UUID.finditer(text):
        yield m.group().lower(), m, "evp"
    for m in _EMAIL.finditer(text):
        yield m.group().lower(), m, "email"
    for pattern, module, kind in ((_CPF, cpf, "cpf"), (_CNPJ, cnpj, "cnpj")):
        for m in pattern.finditer(text):
            if module.is_valid(m.group()) and any(c.isdigit() for c in m.group()[:4]):
                taken.add(m.span())
                yield module.compact(m.group()).upper(), m, kind
    for m in _PHONE.finditer(text):
        if not any(m.start() < b and a < m.end() for a, b in taken):
            digits = re.sub(r"\D", "", m.group())
            yield "+" + (digits if digits.startswith("55") and len(digits) == 13 else "55" + digits), m, "phone"


def pix_keys(text: str) -> Iterator[Candidate]:
    """Keys beside a PIX word."""
    if not _PIX_WORDS.present(text):
        return
    for value, m, kind in _keys(text):
        if _PIX_WORDS.near(text, *m.span()):
            shares = {"phone": ("PHONE",), "email": ("EMAIL",), "cpf": ("BR_CPF",), "cnpj": ("BR_CNPJ",)}.get(kind, ())
            yield keyed(
                "PIX_KEY",
                value,
                m.span(),
                f"payments.pix-{kind}@1",
                detail={"key": kind, "country": "BR"},
                shares=shares,
            )
