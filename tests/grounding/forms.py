# ruff: noqa: E501 (tables of phrases)
"""One value in the forms that people write it in. Imports nothing of the program."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.grounding.domains import Attribute, Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    "zh": tuple(f"{number}月" for number in range(1, 13)),
}  # fmt: skip
WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "de": ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
}  # fmt: skip
#: unit → what else it is called, by language.
CALLED: dict[str, dict[Language, tuple[str, ...]]] = {
    "EUR": {"en": ("EUR", "euros"), "de": ("EUR", "Euro", "€"), "zh": ("欧元", "EUR")},
    "kg": {"en": ("kg", "kilograms"), "de": ("kg", "Kilogramm"), "zh": ("公斤", "千克", "kg")},
    "%": {"en": ("%", "percent"), "de": ("%", "Prozent"), "zh": ("%",)},
    "m": {"en": ("m", "meters"), "de": ("m", "Meter"), "zh": ("米", "m")},
    "km": {"en": ("km", "kilometers"), "de": ("km", "Kilometer"), "zh": ("公里", "千米", "km")},
    "min": {"en": ("min", "minutes"), "de": ("min", "Minuten"), "zh": ("分钟",)},
    "h": {"en": ("h", "hours"), "de": ("h", "Stunden"), "zh": ("小时",)},
    "days": {"en": ("days",), "de": ("Tage",), "zh": ("天",)},
    "°C": {"en": ("°C", "degrees Celsius"), "de": ("°C", "Grad Celsius"), "zh": ("°C", "摄氏度")},
    "kW": {"en": ("kW", "kilowatts"), "de": ("kW", "Kilowatt"), "zh": ("千瓦", "kW")},
    "l": {"en": ("l", "liters"), "de": ("l", "Liter"), "zh": ("升",)},
    "MB": {"en": ("MB", "megabytes"), "de": ("MB", "Megabyte"), "zh": ("MB", "兆字节")},
    "mg": {"en": ("mg", "milligrams"), "de": ("mg", "Milligramm"), "zh": ("毫克", "mg")},
    "ml": {"en": ("ml", "milliliters"), "de": ("ml", "Milliliter"), "zh": ("毫升", "ml")},
    "kWh": {"en": ("kWh",), "de": ("kWh",), "zh": ("千瓦时", "kWh")},
    "V": {"en": ("V", "volts"), "de": ("V", "Volt"), "zh": ("V", "伏")},
    "bit/s/Hz": {"en": ("bit/s/Hz",), "de": ("bit/s/Hz",), "zh": ("bit/s/Hz",)},
}  # fmt: skip
#: unit → (other unit, how many of it).
CONVERTED: dict[str, tuple[str, int]] = {
    "kg": ("g", 1000),
    "km": ("m", 1000),
    "kW": ("W", 1000),
    "MB": ("kB", 1000),
    "EUR": ("ct", 100),
}
WRONG: dict[str, tuple[str, ...]] = {
    "EUR": ("USD", "ct", "GBP"), "kg": ("g", "t", "km"), "%": ("kg", "°C", "EUR"), "m": ("km", "miles", "kg"), "km": ("m", "miles", "h"),
    "min": ("h", "s", "days"), "h": ("min", "days"), "days": ("hours", "weeks"), "°C": ("°F", "%"), "kW": ("W", "kWh", "MW"), "l": ("ml", "kg"),
    "MB": ("GB", "kB"), "mg": ("g", "ml"), "ml": ("l", "mg"), "kWh": ("MWh", "kW"), "V": ("kV", "A"), "bit/s/Hz": ("Mbit/s", "%"),
}  # fmt: skip
WRONG_ZH = {
    "USD": "美元",
    "g": "克",
    "t": "吨",
    "km": "公里",
    "m": "米",
    "h": "小时",
    "s": "秒",
    "hours": "小时",
    "weeks": "周",
    "min": "分钟",
    "days": "天",
    "miles": "英里",
}
WRONG_DE = {"days": "Tage", "hours": "Stunden", "weeks": "Wochen", "miles": "Meilen"}


def number(value: Decimal, digits: int, language: Language, *, grouped: bool) -> str:
    """A number with so many decimals, in a language's separators."""
    text = f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):{',' if grouped else ''}.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def with_unit(text: str, unit: str, language: Language) -> str:
    """A number and its unit."""
    tight = language == "zh" and ord(unit[0]) > 0x3000
    return f"{text}{unit}" if tight or (unit == "%" and language != "de") else f"{text} {unit}"


def say(value: Any, attribute: Attribute, language: Language, dice: random.Random | None = None) -> tuple[str, str]:
    """The value as text, and which variant it is; without dice as it stands."""
    if attribute.kind == "day":
        return day(date.fromisoformat(value), language, dice)
    if not isinstance(value, (int, float)):
        return str(value), "plain"
    exact, digits, unit, variant = Decimal(str(value)), attribute.digits, attribute.unit, "plain"
    grouped = exact >= 1000
    if dice is not None:
        variant = dice.choice(("plain", "rounded", "unit", "thousands", "word"))
        if variant == "rounded" and digits:
            digits -= dice.randint(1, digits)
            digits = max(digits, 1) if exact < 10 else digits
        elif variant == "unit" and unit in CONVERTED and dice.random() < 0.5:
            other, factor = CONVERTED[unit]
            return with_unit(number(exact * factor, 0, language, grouped=True), other, language), "converted"
        elif variant == "unit" and unit is not None:
            unit = dice.choice(CALLED[unit][language])
            if unit == "€" or (attribute.unit == "EUR" and language == "en" and dice.random() < 0.3):
                money = number(exact, digits, language, grouped=grouped)
                return (f"€{money}" if language == "en" else f"{money} €"), "unit"
        elif variant == "thousands" and grouped:
            grouped = False
        elif variant == "word" and attribute.kind == "whole" and unit is None and exact <= 12:
            return WORDS[language][int(exact)] + ("个" if language == "zh" else ""), "word"
        else:
            variant = "plain"
    text = number(exact, digits, language, grouped=grouped)
    return (with_unit(text, unit, language) if unit else text), variant


def day(value: date, language: Language, dice: random.Random | None = None) -> tuple[str, str]:
    """A date in one of a language's forms."""
    month = MONTHS[language][value.month - 1]
    forms: dict[Language, tuple[str, ...]] = {
        "en": (f"{month} {value.day}, {value.year}", f"{value.day} {month} {value.year}", f"{month[:3]} {value.day}, {value.year}", value.isoformat()),
        "de": (f"{value.day}. {month} {value.year}", f"{value:%d.%m.%Y}", f"{value.day}.{value.month}.{value.year}", value.isoformat()),
        "zh": (f"{value.year}年{value.month}月{value.day}日", f"{value.year}年{value.month:02}月{value.day:02}日", value.isoformat(), f"{value.year}/{value.month}/{value.day}"),
    }  # fmt: skip
    return (forms[language][0], "plain") if dice is None else (dice.choice(forms[language]), "date form")
