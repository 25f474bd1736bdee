"""What a row of digits is as a telephone number: ITU-T E.164 and the national numbering plans.

The plans are those of the `phonenumbers` library (Google's libphonenumber data, Apache-2.0), imported on first use. A
number is *valid* when its plan knows the range, *possible* when only its length fits. Plans change and reserve ranges,
so a possible number is kept where the text itself says that it is one (`+CC`, or a word such as "call" beside it).

A number without `+` is read in each region hint in turn. Several different readings are all kept, best first.
`00` in front is rewritten to `+` before anything else, since people write it in countries whose own exit code is
another. Refused: fewer than 6 or more than 15 digits, numbers of one repeated digit, short codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

FEWEST = 6
"""Digits of the shortest national numbers (Greenland, Faroe Islands); the caller asks more where nothing is said."""
LONGEST = 20
"""Digits beyond which nothing can be a number, prefixes of any kind included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One reading of a row of digits."""

    e164: str
    national: str
    """The national significant number."""
    country: str
    """ISO 3166 code of the numbering plan; empty for shared codes (`+800`)."""
    line: str
    """`mobile`, `fixed_line`, `fixed_line_or_mobile`, `toll_free`, …, as the plan says."""
    valid: bool
    explicit: bool
    """The text itself states the country: `+CC`, `00CC` or the exit code of the hint."""
    bare: bool = False
    """National, without the prefix people of that country write (`7400 …` for `07400 …`)."""
    implied: bool = False
    """Read as international although neither `+` nor an exit code is there."""
    certain: bool = False
    """The region comes from the case options or the owner's own number."""


@lru_cache(maxsize=32768)
def read(raw: str, region: str | None) -> Number | None:
    """`raw` is an optional `+` and ASCII digits; `region` the country it may be national to. None: no number."""
    import phonenumbers  # 50 ms and 20 MB: only when a message holds something like a number

    if not FEWEST <= len(raw.lstrip("+")) <= LONGEST:
        return None
    try:
        parsed = phonenumbers.parse(raw, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    national = str(parsed.national_number)
    if len(set(national)) == 1 or len(national) < 4:
        return None
    valid = phonenumbers.is_valid_number(parsed)
    if not valid and phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    national_form = parsed.country_code_source == phonenumbers.CountryCodeSource.FROM_DEFAULT_COUNTRY
    return Number(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        national=phonenumbers.national_significant_number(parsed),
        country=phonenumbers.region_code_for_number(parsed) or _region_of_code(parsed.country_code or 0),
        line=phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(parsed)).lower(),
        valid=valid,
        explicit=not national_form,
        bare=valid and national_form and not _strict(raw, region),
    )


def _region_of_code(code: int) -> str:
    import phonenumbers

    region = str(phonenumbers.region_code_for_country_code(code))
    return "" if region in ("ZZ", "001") else region


def _strict(raw: str, region: str | None) -> bool:
    """Whether the number stands as its country writes it, national prefix included where one is usual."""
    import phonenumbers

    return phonenumbers.PhoneNumberMatcher(raw, region, leniency=phonenumbers.Leniency.VALID).has_next()


@lru_cache(maxsize=8192)
def international(digits: str) -> Number | None:
    """`digits` (no `+`) as country code and number; repairs the two habits that keep a good number from parsing."""
    number = read("+" + digits, None)
    if (number is None or not number.valid) and digits.startswith("521") and len(digits) == 13:
        number = read("+52" + digits[3:], None) or number  # Mexico's old mobile 1, still in every messenger address
    if (number is None or not number.valid) and digits.startswith("5490") and len(digits) == 14:
        number = read("+549" + digits[4:], None) or number  # Argentina, trunk 0 left in after the mobile 9
    return number


def readings(raw: str, regions: Sequence[str], certain: int) -> list[Number]:
    """Every reading of `raw` (an optional `+` and digits), best first: valid before possible, hints in their order."""
    digits = raw.lstrip("+")
    if raw.startswith("+"):
        number = international(digits)
        return [number] if number else []
    found: list[Number] = []
    if digits.startswith("00") and not digits.startswith("000"):
        number = international(digits[2:])
        if number and number.valid:
            return [replace(number, explicit=True)]
    for n, region in enumerate(regions):
        number = read(digits, region)
        if number:
            found.append(replace(number, certain=n < certain))
    if len(digits) >= 10:
        number = international(digits)
        if number and number.valid:
            found.append(replace(number, explicit=False, implied=True))
    found.sort(key=lambda one: (not one.valid, one.bare, one.implied))
    distinct: dict[str, Number] = {}
    for one in found:
        distinct.setdefault(one.e164, one)
    return list(distinct.values())


def e164(text: str, regions: Sequence[str] = ()) -> str | None:
    """The normal form of a text that is known to be a phone (a handle, a field), or None where it is not one."""
    raw = "".join(c for c in text if c.isdecimal() or c == "+")
    best = next((n for n in readings(raw, regions, len(regions)) if n.valid or n.explicit), None)
    return best.e164 if best else None


@lru_cache(maxsize=8192)
def allotted_to(e164_number: str) -> str:
    """The carrier a mobile range was allotted to, in English, where the library's data carry it; numbers get ported."""
    import phonenumbers
    from phonenumbers import carrier  # 0.2 s: only when a number was found

    return str(carrier.name_for_number(phonenumbers.parse(e164_number, None), "en"))
