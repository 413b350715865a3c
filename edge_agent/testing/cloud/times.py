"""Times in a question: quarters, years, spans and days, in the forms that a pattern or an enum may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from edge_agent.testing.cloud.words import any_of, fold, words

_QUARTER = re.compile(r"\bq([1-4])\b|\b(first|second|third|fourth)\s+quarter\b|([1-4])\.\s*quartal|第([一二三四])季度")
_SPAN = re.compile(
    r"(?:last|past|previous|letzten?|within|过去)\s*(\d+|an?|one|two|three)?\s*(minute|hour|day|week|month|stunde|tage?|woche|小时|天|周)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?![\d-])")
_ISO = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_COUNTED = {"first": "1", "second": "2", "third": "3", "fourth": "4", "一": "1", "二": "2", "三": "3", "四": "4"}
_COUNTED |= {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3"}
_UNITS = {"minute": "m", "hour": "h", "day": "d", "week": "w", "month": "mo", "stunde": "h", "tag": "d", "tage": "d"}
_UNITS |= {"woche": "w", "小时": "h", "天": "d", "周": "w"}
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "mo": 30 * 86400}


def candidates(text: str, today: str) -> Iterator[str]:
    """Write what the text says of time in the forms that a pattern or an enum may ask for."""
    if quarter := quarter_of(text):
        year = year_of(text, today) or (today[:4] if today else "")
        yield from (f"Q{quarter}", quarter, f"{year}-Q{quarter}", f"{year}Q{quarter}", f"Q{quarter} {year}")
        yield f"Q{quarter}-{year}"
    for found in _SPAN.finditer(fold(text)):
        amount = int(_COUNTED.get(found.group(1) or "a", found.group(1) or "1"))
        unit = _UNITS[found.group(2)]
        yield f"{amount}{unit}"
        seconds = amount * _SECONDS[unit]
        yield from (
            f"{seconds // size}{short}" for short, size in (("d", 86400), ("h", 3600), ("m", 60)) if seconds % size == 0
        )
    if any_of(text, ("today", "yesterday", "heute", "gestern", "今天", "昨天")):
        yield from ("1d", "24h")
    yield from _ISO.findall(text)
    yield from _YEAR.findall(text)


def quarter_of(text: str) -> str | None:
    """Find a quarter: ``2`` for Q2, the second quarter, 2. Quartal."""
    found = _QUARTER.search(fold(text))
    said = next((group for group in found.groups() if group), "") if found else ""
    return _COUNTED.get(said, said) or None


def year_of(text: str, today: str) -> int | None:
    """Find a year, also as this year or last year."""
    if found := _YEAR.search(text):
        return int(found.group())
    now = int(today[:4]) if today else None
    if now and any_of(text, ("last year", "letztes jahr", "去年")):
        return now - 1
    return now if any_of(text, ("this year", "dieses jahr", "今年")) else None


def day_of(name: str, text: str, today: str) -> str | None:
    """Find a day, ISO; of two, the later one is for a parameter such as ``until``."""
    days = _ISO.findall(text)
    if days:
        late = any(cue in {"to", "until", "till", "end", "before"} for cue in words(name))
        return str(days[-1] if late else days[0])
    if not today:
        return None
    now = date.fromisoformat(today)
    for cues, ago in (
        (("yesterday", "gestern", "昨天"), 1),
        (("today", "heute", "今天"), 0),
        (("tomorrow", "morgen"), -1),
    ):
        if any_of(text, cues):
            return (now - timedelta(days=ago)).isoformat()
    return None


def is_quarter(word: str) -> bool:
    """Whether the whole word names a quarter."""
    return _QUARTER.fullmatch(fold(word)) is not None
