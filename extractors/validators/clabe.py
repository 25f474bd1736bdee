"""CLABE, the Mexican account number: bank (3), place (3), account (11), check digit (1).

Knowledge: Banco de México, circular 3/2012; bank codes from the public list of SPEI participants
(banxico.org.mx/cep). A code that is not in the table is refused: the check digit alone passes one number in ten.
"""

from __future__ import annotations

from extractors.tables import table
from extractors.validators.check_digits import clabe


def bank(digits: str) -> str | None:
    """Name of the bank of a valid CLABE, else None."""
    if not clabe(digits):
        return None
    name = table("clabe_banks")["banks"].get(digits[:3])
    return str(name) if name is not None else None
