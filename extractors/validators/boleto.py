"""Brazilian payment slips: the typed line of 47 digits (bank slips) or 48 (utilities and taxes).

Knowledge: FEBRABAN, "Especificações técnicas para boleto" and "Layout padrão de arrecadação/recebimento com
código de barras". A 47-digit line holds three fields closed by modulo 10; rearranged to the 44 digits of the bar
code, digit 5 closes the rest by modulo 11. A 48-digit line begins with 8; its four blocks of 11 and the whole
are closed by modulo 10 or 11 as its third digit says.
"""

from __future__ import annotations

from extractors.validators.check_digits import mod10_boleto, mod11_boleto


def _bank_slip(line: str) -> bool:
    fields = (line[:10], line[10:21], line[21:32])
    if any(mod10_boleto(f[:-1]) != int(f[-1]) for f in fields):
        return False
    bar = line[:4] + line[33:] + line[4:9] + line[10:20] + line[21:31]
    check = mod11_boleto(bar)
    return int(line[32]) == (1 if check > 9 else check)


def _utility(line: str) -> bool:
    if line[0] != "8" or line[2] not in "6789":
        return False

    def check(digits: str) -> int:
        if line[2] in "67":
            return mod10_boleto(digits)
        made = mod11_boleto(digits)
        return 0 if made > 9 else made

    blocks = [line[i : i + 12] for i in range(0, 48, 12)]
    bar = "".join(b[:11] for b in blocks)
    return all(check(b[:11]) == int(b[11]) for b in blocks) and check(bar[:3] + bar[4:]) == int(bar[3])


def is_valid(line: str) -> bool:
    """True for a typed line whose every check digit is right; a row of one digit is refused."""
    if not line.isdigit() or len(set(line)) < 3:
        return False
    return (len(line) == 47 and _bank_slip(line)) or (len(line) == 48 and _utility(line))
