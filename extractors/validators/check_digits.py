"""Check digits of bank and card numbers, each as its standard gives it.

- Luhn: ISO/IEC 7812-1 annex B (cards, IMEI).
- Weights 3-7-1 modulo 10: CLABE (Banco de México, circular 3/2012) and the ABA routing number use it.
- FEBRABAN boleto: modulo 10 per field and modulo 11 for the bar code (manual "Layout padrão de arrecadação" and
  "Especificações técnicas - boleto de pagamento").
- EMV/BR Code: CRC-16/CCITT-FALSE (EMVCo QRCPS merchant-presented mode 1.1, §4.7.3).
"""

from __future__ import annotations

import binascii

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """True where the last digit of `digits` is its Luhn check digit; a row of zeros is refused."""
    total = sum(_DOUBLED[int(d)] if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0 and any(d != "0" for d in digits)


def clabe(digits: str) -> bool:
    """True where digit 18 closes the first 17 under weights 3-7-1, each product taken modulo 10."""
    if len(digits) != 18 or not digits.isdigit():
        return False
    total = sum(int(d) * (3, 7, 1)[i % 3] % 10 for i, d in enumerate(digits[:17]))
    return (10 - total % 10) % 10 == int(digits[17])


def mod10_boleto(digits: str) -> int:
    """FEBRABAN modulo 10: weights 2,1 from the right, digit sums of the products."""
    total = sum(_DOUBLED[int(d)] if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return (10 - total % 10) % 10


def mod11_boleto(digits: str) -> int:
    """Weights 2 to 9 from the right; the remainder subtracted from 11, not yet folded for 0, 10 and 11."""
    return 11 - sum(int(d) * (2 + i % 8) for i, d in enumerate(reversed(digits))) % 11


def crc16_ccitt_false(data: bytes) -> int:
    """Polynomial 0x1021, start 0xFFFF, not reflected."""
    return binascii.crc_hqx(data, 0xFFFF)
