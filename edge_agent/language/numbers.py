"""Numbers as people write them: 1,234.5 · 1.234,5 · 1'234 · twelve · zwölf · 三个 · 1.2 million · 3万 · 45 %."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from edge_agent.language import lexicon
from edge_agent.language.folding import Language, fold
from edge_agent.language.locales import decimal_mark
from edge_agent.language.units import AFTER, BEFORE, Unit, known, unit

_WORDS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "null": 0, "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5,
    "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12,
}  # fmt: skip
_DIGITS_ZH: Final = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES: Final = {
    "thousand": 3, "million": 6, "millions": 6, "billion": 9, "tausend": 3, "millionen": 6, "milliarde": 9,
    "milliarden": 9, "tsd": 3, "mio": 6, "mrd": 9, "mn": 6, "bn": 9, "万": 4, "亿": 8,
}  # fmt: skip
_MEASURES: Final = "个件条名位台辆张家次笔份项间座种箱只人天年月日号时分秒点小公千克米元欧美度周星毫瓦升吨"
_NUMBER = re.compile(
    r"(?<![\d.,])(?P<sign>(?<![A-Za-zÀ-ÿ0-9_)])[-+]\s?|(?:minus |负|零下))?"
    r"(?P<digits>\d{1,3}(?:[',.]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?!\d|[.,]\d)"
)
_WORD = re.compile(r"(?<![a-z\-])(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")(?![a-z])")
_HAN_DIGITS: Final = "[零一二两三四五六七八九]?十?[零一二两三四五六七八九]?"
#: Before a measure word ("三个", but not "第三个"), or alone at the end ("数量是三。").
_HAN = re.compile(
    rf"(?<!第)(?P<measured>{_HAN_DIGITS})(?=[{_MEASURES}])|(?<=[是为有共:])\s?(?P<alone>{_HAN_DIGITS})(?=[。,;\s]|$)"
)
_SCALE = re.compile(r"\s?(" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")(?![a-z])\.?", re.IGNORECASE)
#: A word with a digit in it, or an address: an id, unless it is a number with its unit ("5km", "30-minute", "2nd").
IDS: Final = re.compile(
    r"(?<![a-z0-9_@])(?:[0-9a-f]{2}(?::[0-9a-f]{2}){3,}(?![a-z0-9:])|"
    r"(?=[a-z0-9._\-/@]{0,63}[a-z])(?=[a-z0-9._\-/]{0,63}(?:\d|@))"
    r"(?!\d+(?:[.,]\d+)?-?[a-zµ]+(?![a-z0-9\-_])|\d+(?:st|nd|rd|th)\b)[a-z0-9](?:[a-z0-9._\-/@]{0,63}[a-z0-9])?)"
)
_PERCENT_ZH = re.compile(r"百分之\s?$")


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number of a text, to the precision it is given in."""

    value: Decimal
    #: One of the last digit given: 0.1 for 3.5, 100000 for 1.2 million.
    quantum: Decimal
    unit: Unit | None
    start: int
    end: int
    #: Said to be approximate: significant digits count, not trailing zeros.
    about: bool = False
    #: A word ("one", "drei"), which may mean no quantity at all.
    word: bool = False


def find(text: str, language: Language, locale: str = "") -> list[Quantity]:
    """The numbers of a ``normal`` text, in order. A lone group of three digits is read as ``locale`` writes it."""
    mark = decimal_mark(language, locale)
    folded = fold(text)
    found = [quantity for match in _NUMBER.finditer(text) if (quantity := _digits(match, text, folded, mark))]
    taken = {position for quantity in found for position in range(quantity.start, quantity.end)}
    spelled = [(match, _WORDS[match[1]]) for match in _WORD.finditer(folded)]
    if language == "zh":
        digits = [(match, match["measured"] or match["alone"]) for match in _HAN.finditer(text)]
        spelled += [(match, _han(said)) for match, said in digits if said]
    found += [
        _measured(Decimal(value), Decimal(1), text, match.start(), match.end(), word=True)
        for match, value in spelled
        if match.start() not in taken
    ]
    return sorted(found, key=lambda quantity: quantity.start)


def _digits(match: re.Match[str], text: str, folded: str, mark: str) -> Quantity | None:
    digits = parse(match["digits"], mark)
    if digits is None:
        return None
    value, quantum = digits
    if match["sign"] and not match["sign"].startswith("+"):
        value = -value
    end = match.end()
    if (scale := _SCALE.match(folded, end)) is not None:
        factor = Decimal(10) ** _SCALES[scale[1].lower()]
        value, quantum, end = value * factor, quantum * factor, scale.end()
    return _measured(value, quantum, text, match.start(), end, word=False)


def parse(digits: str, mark: str) -> tuple[Decimal, Decimal] | None:
    """The value of ``1,234.5`` and the like, and one of its last digit; None where the marks make no number.

    ``mark``: the decimal mark where the digits don't tell (``1.234``).
    """
    digits = digits.replace("'", "")
    marks = [mark for mark in digits if mark in ".,"]
    decimal = mark
    if len(set(marks)) == 2:
        if marks[-1] in marks[:-1]:
            return None
        decimal = marks[-1]
    elif len(marks) > 1:
        decimal = "," if marks[0] == "." else "."
    elif (marks and len(digits.rpartition(marks[0])[2]) != 3) or (marks and digits.startswith("0")):
        decimal = marks[0]
    plain = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    value = Decimal(plain)
    return value, Decimal(1).scaleb(value.as_tuple().exponent)  # type: ignore[arg-type]  # finite: made of digits


def _han(digits: str) -> int:
    tens, ten, ones = digits.rpartition("十")
    return (_DIGITS_ZH.get(tens, 1) * 10 if ten else 0) + _DIGITS_ZH.get(ones, 0)


def _measured(value: Decimal, quantum: Decimal, text: str, start: int, end: int, *, word: bool) -> Quantity:
    before = text[max(0, start - 12) : start]
    found: Unit | None = None
    if (sign := BEFORE.search(before)) is not None:
        found, start = unit(sign["unit"]), start - len(before) + sign.start()
    elif _PERCENT_ZH.search(before):
        found, start = unit("%"), start - 3
    elif (after := AFTER.match(text, end)) is not None:
        found = known(after["unit"] or after["word"])
        end = after.end() if found is not None else end
    nearby = fold(text[max(0, start - 16) : start])
    about = bool(set(re.findall(r"[a-z]+", nearby)) & lexicon.ABOUT) or nearby.rstrip().endswith(lexicon.ABOUT_ZH)
    return Quantity(value=value, quantum=quantum, unit=found, start=start, end=end, about=about, word=word)
