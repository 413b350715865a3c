"""What passes of digits: short numbers, dates, times, quantities. Without them no plan could be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from edge_agent.privacy import lexicon
from edge_agent.privacy.folding import fold

_START: Final = r"(?<![\w.,/-])"
_END: Final = r"(?![\w/-]|[.,:]\d)"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_MDAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR: Final = r"(?:19|20)\d\d"
_CLOCK: Final = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"

_DATE: Final = "|".join(
    (
        rf"{_YEAR}[-/.]{_MONTH}[-/.]{_MDAY}(?:[T ]{_CLOCK}(?:\.\d{{1,6}})?(?:Z|[+-]\d\d:?\d\d)?)?",
        rf"{_MDAY}[./-]{_MONTH}[./-](?:{_YEAR}|\d\d)",
        rf"{_MONTH}[/-]{_MDAY}[/-](?:{_YEAR}|\d\d)",
        rf"{_MDAY}\.\s?{_MONTH}\.",
        rf"{_YEAR}[-/]{_MONTH}",
        rf"{_MONTH}/{_YEAR}",
        rf"{_YEAR}\s?[-–/]\s?{_YEAR}",
        _CLOCK,
    )
)
_AMOUNT: Final = r"\d{1,3}(?:[.,'’]\d{3}){1,3}(?:[.,]\d{1,2})?|\d{1,6}[.,]\d{1,3}|\d{1,3}\s?[-–]\s?\d{1,3}"
#: Dates first: an amount could be a part of one.
DATES: Final = re.compile(f"{_START}(?:{_DATE}){_END}", re.ASCII)
AMOUNTS: Final = re.compile(f"{_START}(?:{_AMOUNT}){_END}", re.ASCII)

UNITS: Final = lexicon.sections("cues.txt")["units"]
_ATTACHED: Final = re.compile(r"(\d{1,5})([^\W\d_]{1,7})")
_PERIOD: Final = re.compile(r"(?:q[1-4]|h[12])(?:/?(?:19|20)\d\d)?|kw\d{1,2}|(?:19|20)?\d0s|(?:19|20)\d0er")
_MORE: Final = lexicon.sections("cues.txt")["before amount"]
#: "73928 RD" is no ordinal.
_FOLLOWING: Final = UNITS - {"st", "nd", "rd", "th"}
_LONGEST_SHORT: Final = 4
_LONGEST_AMOUNT: Final = 7
#: Groups of digits that stand together and have so many of them are a number of something, not several amounts.
_LONG_RUN: Final = 7

_LAST_WORD: Final = re.compile(r"([^\W\d_]+)\W*$")
_LAST_WORD_REACH: Final = 30

_RUN: Final = re.compile(r"(?<!\w)\d{1,}(?:[ \u00a0./()+-]{1,2}\d+)+(?!\w)", re.ASCII)


def plain(text: str) -> Iterator[tuple[int, int]]:
    """Where dates, times and amounts stand that are more than one token."""
    dates = [found.span() for found in DATES.finditer(text)]
    yield from dates
    for found in AMOUNTS.finditer(text):
        if all(found.end() <= start or end <= found.start() for start, end in dates):
            yield found.span()


def long_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where digits in groups add up to a long number: ``555 0134 99``."""
    for found in _RUN.finditer(text):
        if sum(map(str.isdigit, found.group())) >= _LONG_RUN:
            yield found.span()


def is_short(digits: str, before: str, after: str) -> bool:
    """Whether a number is short, or a quantity by the word before or after it."""
    if len(digits) <= _LONGEST_SHORT:
        return True
    return len(digits) <= _LONGEST_AMOUNT and (after in _FOLLOWING or before in _MORE)


def is_amount_after(text: str) -> bool:
    """Whether a number after this text is an amount: ``the last``, ``more than``, ``top``."""
    found = _LAST_WORD.search(text[-_LAST_WORD_REACH:])
    return found is not None and fold(found.group(1)) in _MORE


def is_quantity(folded: str) -> bool:
    """Whether digits and letters together are a quantity or a period: ``24h``, ``5kg``, ``3rd``, ``Q2``."""
    attached = _ATTACHED.fullmatch(folded)
    return (attached is not None and attached.group(2) in UNITS) or _PERIOD.fullmatch(folded) is not None
