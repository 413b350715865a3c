"""One value in words that people use: numbers with unit and the locale's form, dates in words, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from edge_agent.language import dates, locales
from edge_agent.language.folding import Language, language_of
from edge_agent.types import Facts, Field, Scalar

_YES_NO: Final = {"en": ("no", "yes"), "de": ("nein", "ja"), "zh": ("否", "是")}
_MONEY: Final = frozenset({"EUR", "USD", "GBP", "CHF", "CNY", "€", "$", "£"})
_ENUM: Final = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)+")
_YEAR: Final = re.compile(r"(?:^|_)(?:year|jahr)(?:$|_)", re.IGNORECASE)
#: Significant digits of a fraction below one.
_SIGNIFICANT: Final = 4


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """In which language, locale and time zone to speak."""

    language: Language
    #: Its form of numbers and dates is taken where it is of that language.
    locale: str
    zone: tzinfo | None = None

    def value(self, value: Scalar | Sequence[Scalar], field: Field) -> str:
        """The value of a field, with its unit."""
        if isinstance(value, (list, tuple)):
            return (", " if self.language != "zh" else "、").join(self.value(one, field) for one in value)
        if isinstance(value, bool):
            return _YES_NO[self.language][value]
        if isinstance(value, (int, float, Decimal)):
            plain = field.label or _YEAR.search(field.name) is not None
            return self._with_unit(str(value) if plain else self._number(Decimal(str(value)), field.unit), field.unit)
        moment = dates.localised(value, self.zone)
        if moment is not None:
            day = locales.day(moment, self.language, self.locale)
            return f"{day}{self._time(moment)}" if isinstance(moment, datetime) else day
        text = " ".join(str(value).split())
        return text.replace("_", " ") if not field.label and _ENUM.fullmatch(text) else text

    def _number(self, value: Decimal, unit: str | None) -> str:
        if unit in _MONEY:
            form = "#,##0.00"
        elif value and abs(value) < 1:
            form = "0." + "#" * (_SIGNIFICANT - value.adjusted() - 1)
        else:
            form = "#,##0.####"
        return locales.number(value, form, self.language, self.locale)

    def _with_unit(self, number: str, unit: str | None) -> str:
        if not unit:
            return number
        tight = unit == "%" and self.language != "de"
        return f"{number}{unit}" if tight else f"{number} {unit}"

    def _time(self, moment: datetime) -> str:
        time = locales.time_of_day(moment, self.language, self.locale)
        return {"en": f", {time}", "de": f", {time} Uhr", "zh": f" {time}"}[self.language]


def tongue(facts: Facts, zone: tzinfo | None = None) -> Tongue:
    """The language of the question, in the form of the facts' locale where that is of the same language."""
    return of_locale(facts.locale, language_of(facts.question, facts.locale), zone)


def of_locale(locale: str, language: Language | None = None, zone: tzinfo | None = None) -> Tongue:
    """The language of a locale, or ``language`` in the locale's form."""
    return Tongue(language=language or locales.language_of_locale(locale), locale=locale, zone=zone)
