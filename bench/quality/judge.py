# ruff: noqa: E501 (tables of words)
"""Is an answer right? By gold, whatever the wording. Imports nothing of the program."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bench.quality.phrases import NAMES
from bench.quality.question import Question, Value
from bench.quality.site import UNITS, Language, Site

Outcome = Literal["right", "wrong", "refused right", "refused wrong"]

_MONTHS = (
    ("january", "januar"), ("february", "februar"), ("march", "märz"), ("april", "april"), ("may", "mai"), ("june", "juni"),
    ("july", "juli"), ("august", "august"), ("september", "september"), ("october", "oktober"), ("november", "november"), ("december", "dezember"),
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for full in names for name in (full, full[:3])}
_NAME = "(?P<month>" + "|".join(sorted(_MONTH, key=len, reverse=True)) + r")\.?"
_DAYS = (
    r"(?P<year>\d{4})-(?P<m>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<year>\d{4})年\s?(?P<m>\d{1,2})月\s?(?P<day>\d{1,2})[日号]",
    rf"(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? {_NAME}(?:,? (?P<year>\d{{4}}))?",
    rf"{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?",
    r"(?P<day>\d{1,2})\.(?P<m>\d{1,2})\.(?P<year>\d{4})",
)
_TIME = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00)?(?:\s?(?P<half>[ap])\.?m\.?)?")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])[-−]?\d+(?:[.,'\u00a0\u202f]\d+)*")
_UNIT = re.compile(
    r"\s?(°c|°f|degrees fahrenheit|kw|mw|w|kg|g|t|tons?|eur|euros?|usd|dollars?|\$|€|m²|m|%|元|吨)(?![a-z])"
)
_SAME_UNIT = {"euro": "eur", "euros": "eur", "€": "eur", "元": "?"}
_WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "de": ("kein", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"),
}
_YES = re.compile(r"^\W*(?:yes|ja|是的|是|有|对)(?![a-z])")
_NO = re.compile(r"^\W*(?:no|nein|不是|不|没有|否)(?![a-z])")
_NOT = re.compile(r"\b(?:not|no|doesn't|isn't|don't|cannot|unknown|nicht|keine?n?|unbekannt)\b|不|没|未知")
_MORE = re.compile(r"\b(?:hotter|heavier|more|heißer|schwerer|mehr)\b|更|比")
_ENGLISH = re.compile(r"\b(?:the|is|are|of|has|have|with|it|which|that|to|for|answer|was)\b")
#: Behind it stands what something is compared with.
_THAN = re.compile(r"(?:than|als|比|than parcel|als paket|比包裹)\s*$")


@dataclass(kw_only=True)
class Heard:
    """What an answer says."""

    #: Texts of the site's rows with the position of their first mention.
    texts: dict[str, int] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    #: Value, half of its last digit, unit.
    numbers: list[tuple[float, float, str]] = field(default_factory=list)
    #: What is left once all of these are taken out.
    rest: str = ""


def outcome(question: Question, site: Site, answer: str, *, model: str) -> tuple[Outcome, str]:
    """Judge an answer; the text says what is wrong. ``model``: ``none`` where code said that there is nothing."""
    if question.refused:
        return ("refused right", "") if model == "none" else ("wrong", "it answers what can't be answered")
    if model == "none":
        return "refused wrong", "it refuses"
    reason = next(faults(question, site, answer), "")
    return ("wrong", reason) if reason else ("right", "")


def faults(question: Question, site: Site, answer: str) -> Iterator[str]:
    """All that is wrong with the answer to a question that has one."""
    heard, whole = listen(answer, site), fold(answer)
    asked = listen(question.prompt, site)
    if question.language != "en" and _ENGLISH.search(heard.rest):
        yield "it is in another language"
    if whole.rstrip().endswith("?"):
        yield "it asks"
    yield from _unsaid(question, heard, whole)
    yield from _unasked(question, heard, asked)
    if question.whether is not None:
        yield from _polarity(question, heard, whole)
        return
    if re.search(r"\b(?:same|identical|gleich\w*)\b|相同|一样", heard.rest):
        yield "it says that they are the same"
    if _NOT.search(heard.rest) and not _NOT.search(fold(question.prompt)):
        yield "it denies"
    if question.compared is not None:
        loser = fold(question.compared[1])
        if loser in heard.texts and not _THAN.search(whole[: whole.find(loser)]) and not _MORE.search(heard.rest):
            yield f"it names {question.compared[1]}"
        winner = heard.texts.get(fold(question.compared[0]), len(whole))
        if heard.texts.get(loser, len(whole)) < winner:
            yield f"it names {question.compared[1]} first"


def _unsaid(question: Question, heard: Heard, whole: str) -> Iterator[str]:
    for value in question.must:
        if not _says(value, heard, whole, question.language):
            yield f"it doesn't say {value}"
    units = {UNITS[name].casefold() for name in question.fields if name in UNITS}
    for number, _, unit in heard.numbers:
        if unit and _SAME_UNIT.get(unit, unit) not in units:
            yield f"it gives {number} in {unit}"


def _unasked(question: Question, heard: Heard, asked: Heard) -> Iterator[str]:
    """What it says that is neither gold nor in the question."""
    allowed = (*question.must, *question.may)
    texts = {fold(value) for value in allowed if isinstance(value, str)} | set(asked.texts)
    yield from (f"it says {text}" for text in heard.texts if text not in texts)
    moments = [value for value in allowed if isinstance(value, date)]
    days = [value.date() if isinstance(value, datetime) else value for value in moments]
    yield from (f"it says {day}" for day in heard.days if not any(_same_day(day, gold) for gold in days))
    times = [(value.hour, value.minute) for value in moments if isinstance(value, datetime)]
    yield from (f"it says {time}" for time in heard.times if time not in times)
    known = [float(value) for value in allowed if isinstance(value, int | float)]
    known += [2.0] if question.compared is not None else []
    for number, half, _ in heard.numbers:
        near = any(abs(number - value) <= half for value in known)
        if not near and all(number != other for other, _, _ in asked.numbers):
            yield f"it says {number:g}"
    for name, words in NAMES.items():
        if name not in question.fields and re.search(rf"\b{fold(words[question.language])}\b", heard.rest):
            yield f"it speaks of {name}"


def _says(value: Value, heard: Heard, whole: str, language: Language) -> bool:
    match value:
        case str():
            return fold(value) in heard.texts
        case datetime():
            return any(_same_day(day, value.date()) for day in heard.days)
        case date():
            return any(_same_day(day, value) for day in heard.days)
    if any(abs(number - value) <= half for number, half, _ in heard.numbers):
        return True
    word = _WORDS[language][int(value)] if value in range(1, 13) else None
    return word is not None and re.search(rf"\b{word}" if language != "zh" else word, whole) is not None


def _polarity(question: Question, heard: Heard, whole: str) -> Iterator[str]:
    opening = True if _YES.search(whole) else False if _NO.search(whole) else None
    claimed = opening
    if claimed is None and _NOT.search(heard.rest):
        claimed = False
    if claimed is None and (_MORE.search(heard.rest) or question.compared is None):
        claimed = True
    if question.compared is not None:
        first, second = (heard.texts.get(fold(name)) for name in question.compared)
        swapped = first is not None and second is not None and second < first
        if swapped and opening is None and claimed is not None:
            claimed = not claimed
        if claimed is None:  # both values, for the reader to compare
            values = [value for value in question.may if isinstance(value, float)]
            if not all(_says(value, heard, whole, question.language) for value in values):
                yield "it says neither yes nor no"
            return
    elif re.search(r"\b(?:no|nein|none)\b|否", heard.rest):
        claimed = False
    if claimed is not question.whether:
        yield f"it says {'yes' if claimed else 'no'}"


def listen(text: str, site: Site) -> Heard:
    """Take an answer apart: first the longest texts of the site, then days, times, and what numbers are left."""
    heard, rest = Heard(), fold(text)
    for known in sorted({fold(each) for each in site.texts()}, key=len, reverse=True):
        if known[:4].isdigit() and known[4:5] == "-":
            continue
        pattern = re.escape(known).replace(r"\ ", r"\s+").replace(r"\-", r"[- ]?")
        edge = "" if re.search(r"[\u4e00-\u9fff]", known) else r"(?![\w])"
        before = r"(?<!\d)" if not edge else r"(?<![\w])"
        if (found := re.search(f"{before}{pattern}{edge}", rest)) is not None:
            heard.texts[known] = found.start()
            rest = re.sub(f"{before}{pattern}{edge}", lambda match: "¤" * len(match.group()), rest)
    for form in _DAYS:
        for found in re.finditer(form, rest):
            heard.days.append(_day(found))
        rest = re.sub(form, " ", rest)
    for found in _TIME.finditer(rest):
        hour = int(found["hour"]) % 12 + 12 * (found["half"] == "p") if found["half"] else int(found["hour"])
        heard.times.append((hour, int(found["minute"])))
    rest = _TIME.sub(" ", rest)
    rest = re.sub(r"^\s*\d{1,2}[.)]\s", " ", rest, flags=re.MULTILINE)  # the numbers of a list's items
    for found in _NUMBER.finditer(rest):
        unit = _UNIT.match(rest, found.end())
        heard.numbers.append((*_reading(found.group(), site.language), unit.group(1) if unit else ""))
    heard.rest = rest.replace("¤", " ")
    return heard


def _day(found: re.Match[str]) -> date:
    said = found.groupdict()
    month = int(said["m"]) if said.get("m") else _MONTH[said["month"]]
    # 1: no year was said.
    try:
        return date(int(said.get("year") or 1), month, int(said["day"]))
    except ValueError:
        return date.max


def _same_day(heard: date, gold: date) -> bool:
    return heard == gold or (heard.year == 1 and (heard.month, heard.day) == (gold.month, gold.day))


def _reading(text: str, language: Language) -> tuple[float, float]:
    """A number with half of its last digit: 41.7 stands for 41.68. German: 1.234,5."""
    plain = re.sub(r"['\u00a0\u202f]", "", text.replace("−", "-"))
    thousands, decimal = (".", ",") if language == "de" and "," in plain else (",", ".")
    if language == "de" and re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+", plain):
        thousands, decimal = ".", ","
    number = plain.replace(thousands, "").replace(decimal, ".")
    try:
        return float(number), 0.5 * 10 ** -len(number.partition(".")[2]) + 1e-9
    except ValueError:
        return float("nan"), 0.0


def fold(text: str) -> str:
    """One form, lower case."""
    return unicodedata.normalize("NFKC", text.replace("²", "\ue000")).replace("\ue000", "²").casefold()
