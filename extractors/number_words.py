"""Number words of nine languages, and what a row of them means: as digits of a phone, or as one number of a sum.

The words come from the languages' ordinary grammar (cardinal numbers as taught in school), not from any corpus:
English, Spanish, Portuguese, French, German, Italian, Romanian, and for sums Russian and Ukrainian. Keys are folded
as `triage.text.fold` folds (case and accents away). Compounds that are written as one word (`siebenhundert`,
`ventitre`, `einundzwanzig`) are made by the language's rule; those of several words (`soixante dix sept`,
`treinta y cuatro`, `two hundred`) are put together when they are read.

A word that is also an everyday one (`one`, `sei`, `due`, `set`) is a number here all the same: whoever calls must
require a row of them, a currency beside them, or both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from ahocorasick_rs import AhoCorasick, MatchKind

_UNITS = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "pt": "zero um dois tres quatro cinco seis sete oito nove",
    "fr": "zero un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier funf sechs sieben acht neun",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "ro": "zero unu doi trei patru cinci sase sapte opt noua",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять",
}
_TEENS = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "es": "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "pt": "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
    "fr": "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
    "de": "zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
    "it": "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    "ro": "zece unsprezece doisprezece treisprezece paisprezece cincisprezece saisprezece "
    "saptesprezece optsprezece nouasprezece",
    "ru": "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать "
    "семнадцать восемнадцать девятнадцать",
    "uk": "десять одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять шістнадцять "
    "сімнадцять вісімнадцять дев'ятнадцять",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "fr": "vingt trente quarante cinquante soixante septante huitante nonante",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "ro": "douazeci treizeci patruzeci cincizeci saizeci saptezeci optzeci nouazeci",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "uk": "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
}
_HUNDREDS = {
    "es": "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    "pt": "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
    "it": "cento duecento trecento quattrocento cinquecento seicento settecento ottocento novecento",
    "ru": "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
    "uk": "сто двісті триста чотириста п'ятсот шістсот сімсот вісімсот дев'ятсот",
}
_MORE = {
    "oh": 0, "um": 1, "uma": 1, "una": 1, "un": 1, "une": 1, "ein": 1, "eine": 1, "einen": 1, "zwo": 2, "duas": 2,
    "doua": 2, "o": 0, "meia": 6, "fuenf": 5, "zwoelf": 12, "quattordici": 14, "catorze": 14, "dezasseis": 16,
    "dezassete": 17, "dezanove": 19, "octante": 80, "dreißig": 30, "fuenfzig": 50, "cinquanta": 50, "fourty": 40,
    "ninty": 90, "cien": 100, "cem": 100, "doscientas": 200, "trescientas": 300, "cuatrocientas": 400,
    "quinientas": 500, "duzentas": 200, "trezentas": 300, "quinhentas": 500, "niner": 9,
    "одна": 1, "одну": 1, "две": 2, "дві": 2, "saisprezece": 16, "paispe": 14, "unspe": 11, "doispe": 12,
    "cincispe": 15, "quatrevingt": 80, "quatrevingts": 80, "veintiun": 21,
    "veintiuno": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip

HUNDRED = frozenset({"hundred", "hundert", "cent", "cents", "cento", "suta", "sute"})
"""Words that multiply the unit before them (`two hundred`, `deux cents`, `trei sute`)."""
SCALES = {
    "thousand": 1000, "mil": 1000, "mille": 1000, "mila": 1000, "tausend": 1000, "mie": 1000, "mii": 1000,
    "тысяча": 1000, "тысячи": 1000, "тысяч": 1000, "тысячу": 1000, "тисяча": 1000, "тисячі": 1000, "тисяч": 1000,
    "million": 10**6, "millions": 10**6, "millon": 10**6, "millones": 10**6, "milhao": 10**6, "milhoes": 10**6,
    "milione": 10**6, "milioni": 10**6, "millionen": 10**6, "milion": 10**6, "milioane": 10**6,
    "миллион": 10**6, "миллиона": 10**6, "миллионов": 10**6, "мільйон": 10**6, "мільйони": 10**6,
}  # fmt: skip
AND = frozenset({"and", "y", "e", "et", "und", "si"})
REPEATS = {"double": 2, "triple": 3, "doble": 2, "duplo": 2, "dupla": 2, "doppel": 2, "doppio": 2, "dublu": 2,
           "triplo": 3, "dreifach": 3, "treble": 3}  # fmt: skip


_BASE = " ".join([*_UNITS.values(), *_TEENS.values(), *_TENS.values(), *_HUNDREDS.values()]).split()
_ACCENTED = (
    "três", "zéro", "șapte", "şapte", "șase", "şase", "două", "nouă", "fünf", "zwölf", "dreißig", "dieciséis", "šest",
    "quatre", "veinti", "hundert", "hundred", "cent", "sută", "sute", "dezesseis", "zwo", "oh ", "oh-", "meia",
)  # fmt: skip
TRIGGER_WORDS = tuple(dict.fromkeys([*_BASE, *_ACCENTED, *REPEATS, *SCALES, *(w for w in _MORE if len(w) > 2)]))
"""Literals one of which every number written in words holds: what the gate looks for."""


@cache
def _forms() -> AhoCorasick:
    forms = {*words(), *REPEATS, *HUNDRED, *SCALES}
    return AhoCorasick(sorted(f for f in forms if len(f) > 2), matchkind=MatchKind.LeftmostLongest)


def whole_words(low: str) -> int:
    """How many number words of three letters and more stand in a folded text, by themselves or glued to each other."""
    count = chunk = 0
    start = last = -1
    for _, begin, end in _forms().find_matches_as_indexes(low):
        if begin != last:
            count += chunk if _apart(low, start, last) else 0
            start, chunk = begin, 0
        chunk, last = chunk + 1, end
    return count + (chunk if chunk and _apart(low, start, last) else 0)


def _apart(low: str, start: int, end: int) -> bool:
    return start >= 0 and not low[start - 1 : start].isalpha() and not low[end : end + 1].isalpha()


def folded(word: str) -> str:
    """Case and accents away, as `triage.text.fold` does, for one short word."""
    plain = word.casefold()
    if plain.isascii():
        return plain
    bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).replace("’", "'").replace("ʼ", "'")


@cache
def words() -> dict[str, int]:
    """Folded word → value, 0 to 999 (and one-word thousands of German and Italian)."""
    table: dict[str, int] = {}
    for language in _UNITS:
        table.update((folded(w), n) for n, w in enumerate(_UNITS[language].split()))
        table.update((folded(w), n) for n, w in enumerate(_TEENS[language].split(), 10))
        table.update((folded(w), 10 * n) for n, w in enumerate(_TENS[language].split(), 2))
    for row in _HUNDREDS.values():
        table.update((folded(w), 100 * n) for n, w in enumerate(row.split(), 1))
    table.update((folded(w), n) for w, n in _MORE.items())
    table.update(_german())
    table.update(_italian())
    return table


def _german() -> dict[str, int]:
    units = ["", "ein", *_UNITS["de"].split()[2:]]
    tens = _TENS["de"].split()
    under = {u + "und" + t: 10 * k + n for n, u in enumerate(units) if n for k, t in enumerate(tens, 2)}
    under |= {w: n for n, w in enumerate(_UNITS["de"].split()) if n}
    under |= {w: n for n, w in enumerate(_TEENS["de"].split(), 10)}
    under |= {t: 10 * k for k, t in enumerate(tens, 2)}
    made = dict(under)
    for n, unit in enumerate(units):
        for tail, value in {"": 0, **under}.items():
            made[f"{unit}hundert{tail}"] = 100 * max(n, 1) + value
    made |= {f"{w}tausend": 1000 * n for w, n in {**under, **{u: i for i, u in enumerate(units) if i}}.items()}
    return {**made, **{w.replace("funf", "fuenf"): n for w, n in made.items() if "funf" in w}}


def _italian() -> dict[str, int]:
    units = _UNITS["it"].split()
    made: dict[str, int] = {}
    for k, ten in enumerate(_TENS["it"].split(), 2):
        for n, unit in enumerate(units[1:], 1):
            made[(ten[:-1] if unit[0] in "uo" else ten) + unit] = 10 * k + n
    under = dict(made) | {w: n for n, w in enumerate(_TEENS["it"].split(), 10)}
    under |= {t: 10 * k for k, t in enumerate(_TENS["it"].split(), 2)}
    for n, hundred in enumerate(_HUNDREDS["it"].split(), 1):
        made |= {hundred + w: 100 * n + v for w, v in under.items()}
    low = under | {w: n for n, w in enumerate(units) if n > 1}
    return made | {f"{w}mila": 1000 * n for w, n in low.items()}


def digits(row: Sequence[str], *, merge: bool = True) -> str:
    """The digits a row of folded number words and digit groups stands for when a phone is read out.

    With `merge`, `forty two` is 42 and `soixante dix sept` is 77; without, each word stands by itself (40 2).
    """
    values = words()
    out: list[str] = []
    i = 0
    while i < len(row):
        if row[i] in REPEATS and i + 1 < len(row):
            step, made = _one(row, i + 1, values, merge=False)
            out.append(made * REPEATS[row[i]])
            i += 1 + step
        else:
            step, made = _one(row, i, values, merge=merge)
            out.append(made)
            i += step
    return "".join(out)


def _one(row: Sequence[str], i: int, values: dict[str, int], *, merge: bool) -> tuple[int, str]:
    """How many words the number at `i` takes, and its digits."""
    word = row[i]
    if word.isdecimal() or word in AND or word in REPEATS:
        return 1, word if word.isdecimal() else ""
    value = values.get(word, 100 if word in HUNDRED else SCALES.get(word, -1))
    if not merge or value < 0:
        return 1, str(value) if value >= 0 else ""
    length = 1
    if value < 10 and value and i + 1 < len(row) and row[i + 1] in HUNDRED:
        value, length = value * 100, 2
    if value == 4 and row[i : i + 2] in (["quatre", "vingt"], ["quatre", "vingts"]):
        value, length = 80, 2
    while value < 1000 and i + length < len(row):
        skip = 1 if row[i + length] in AND and i + length + 1 < len(row) else 0
        below = values.get(row[i + length + skip], -1)
        if not _fits(value, below, row[i + length - 1]):
            break
        value, length = value + below, length + skip + 1
    return length, str(value)


def _fits(value: int, below: int, last: str) -> bool:
    """Whether `below` can follow `value` within one number: 20 + 5, 600 + 12; French 60 + 17, 80 + 19."""
    if value >= 100 and value % 100 == 0:
        return 0 < below < 100
    if value in (60, 80) and last in ("soixante", "vingt", "vingts"):
        return 0 < below < 20
    if last == "dix":
        return below in (7, 8, 9) or (value % 100 > 10 and 0 < below < 7)
    return 20 <= value % 100 < 100 and value % 10 == 0 and 0 < below < 10


def cardinal(row: Iterable[str]) -> int | None:
    """The one number a row of folded words means (`dos mil quinientos`), or None where it is not one."""
    total, current, seen = 0, 0, False
    values = words()
    row = [w for w in row if w not in AND]
    for before, word in pairwise(["", *row]):
        if word in SCALES:
            total, current = total + max(current, 1) * SCALES[word], 0
        elif word in HUNDRED and 0 < current < 100:
            current *= 100
        elif word in HUNDRED and not current % 1000:
            current += 100
        elif word in ("vingt", "vingts") and before == "quatre":
            current += 76
        elif (value := values.get(word)) is not None and (not current or _joins(current, value, before)):
            current = current + value
        else:
            return None
        seen = True
    return total + current if seen else None


def _joins(current: int, value: int, before: str) -> bool:
    if current % 1000 == 0 and value < 1000:
        return True
    rest = current % 100
    return _fits(rest or 100, value, before)
