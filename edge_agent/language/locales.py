"""How a locale writes numbers, days and times. The only importer of babel."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_decimal_symbol

from edge_agent.language.folding import Language


@lru_cache(maxsize=64)
def _locale(name: str, language: Language | None) -> Locale:
    """The locale of that name, if it is of that language; else the language's own, or English."""
    try:
        found = Locale.parse(name.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        found = Locale("en")
    return found if language is None or found.language == language else Locale(language)


def language_of_locale(name: str) -> Language:
    """The language of a locale; English where it is none of ours, or unknown."""
    language = _locale(name, None).language
    return "de" if language == "de" else "zh" if language == "zh" else "en"


@lru_cache(maxsize=64)
def decimal_mark(language: Language, name: str) -> str:
    """The mark before decimals: ``de-CH`` writes a point, ``de`` a comma."""
    return "," if get_decimal_symbol(_locale(name, language)) == "," else "."


def number(value: Decimal, form: str, language: Language, name: str) -> str:
    """A number in a CLDR form such as ``#,##0.00``."""
    return str(format_decimal(value, format=form, locale=_locale(name, language)))


def day(value: date, language: Language, name: str) -> str:
    """A day in words: "June 10, 2026"."""
    return str(format_date(value, format="long", locale=_locale(name, language)))


def time_of_day(value: datetime, language: Language, name: str) -> str:
    """A time of day, with seconds only where there are any: "11:30 AM"."""
    length = "medium" if value.second else "short"
    written = str(format_time(value.time(), format=length, locale=_locale(name, language)))
    return written.replace("\u202f", " ")
