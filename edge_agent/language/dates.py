"""Dates and times as people write them: 2026-06-10 · June 10, 2026 · 10. Juni · 6月10日 · 3:30 pm · 下午3点."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Final

from edge_agent.language.folding import Language, fold

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january januar jan janner", "february februar feb", "march marz mar mrz", "april apr", "may mai",
            "june juni jun", "july juli jul", "august aug", "september sep sept", "october oktober oct okt",
            "november nov", "december dezember dec dez",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_DAY = r"(?P<day>[0-3]?\d)(?!\d)"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)",
        rf"(?<!\d){_YEAR}/(?P<month>[01]?\d)/(?P<day>[0-3]?\d)(?!\d)",
        rf"(?:(?<!\d){_YEAR}\s?年\s?)?(?<!\d)(?P<month>1[0-2]|0?[1-9])\s?月\s?{_DAY}\s?[日号]",
        rf"(?<!\d){_YEAR}\s?年\s?(?P<month>1[0-2]|0?[1-9])\s?月",
        rf"(?<![\d.])(?P<day>[0-3]?\d)\.\s?(?P<month>1[0-2]|0?[1-9])\.(?:\s?{_YEAR})?",
        rf"(?<![\d/])(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}",
        rf"(?<!\d){_DAY}(?:st|nd|rd|th|\.)?\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?",
        rf"(?<![a-z]){_MONTH}\s(?:the\s)?{_DAY}(?:st|nd|rd|th)?(?:,?\s{_YEAR})?",
        rf"(?<![a-z]){_MONTH},?\s{_YEAR}",
    )
)
_CLOCK: Final = (
    r"(?<![\d:.])(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?"
    r"(?:\s?(?P<half>[ap]\.?m\.?)(?![a-z]))?(?:\s?(?:uhr|utc|z)(?![a-z]))?(?:[+-]\d\d:?\d\d)?"
)
_TIMES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        _CLOCK,
        r"(?<![\d:.,])(?P<hour>1[0-2]|0?\d)\s?(?P<half>[ap]\.?m\.?)(?![a-z])",
        r"(?<![\d:.,])(?P<hour>[0-2]?\d)(?:\.(?P<minute>[0-5]\d))?\s?uhr(?:\s(?P<minute2>[0-5]\d)(?!\d))?",
        r"(?P<half>上午|早上|凌晨|中午|下午|晚上)?\s?(?<!\d)(?P<hour>[0-2]?\d)\s?[点时](?!间)(?:(?P<minute>[0-5]?\d)\s?分?)?",
    )
)
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_AFTERNOON: Final = ("p", "下", "晚")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a text says of a day or a time of day; None: not said."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None

    @property
    def parts(self) -> tuple[int | None, ...]:
        """Year to second."""
        return (self.year, self.month, self.day, self.hour, self.minute, self.second)


def find(text: str, language: Language) -> list[Moment]:
    """The dates and times of a ``normal`` text, in order. ``06/10/2026`` is read as the language's readers do."""
    folded = fold(text)
    if not any(map(str.isdigit, folded)):
        return []
    taken: set[int] = set()
    found = list(_pick(_DATES, folded, taken, lambda match: _day(match, language)))
    found += _pick(_TIMES, folded, taken, _time)
    return sorted(found, key=lambda moment: moment.start)


def _pick(
    patterns: tuple[re.Pattern[str], ...], text: str, taken: set[int], read: Callable[[re.Match[str]], Moment | None]
) -> Iterator[Moment]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            moment = None if match.start() in taken or match.end() - 1 in taken else read(match)
            if moment is not None:
                taken.update(range(match.start(), match.end()))
                yield moment


def _day(match: re.Match[str], language: Language) -> Moment | None:
    parts = match.groupdict()
    month, day = parts.get("month"), parts.get("day")
    if month is None:
        one, two = int(parts["first"]), int(parts["second"])
        day_first = one > 12 or (language == "de" and two <= 12)
        month, day = (str(two), str(one)) if day_first else (str(one), str(two))
    number = _MONTHS.get(month) or int(month)
    year = int(parts["year"]) if parts.get("year") else None
    if year is None and language != "de" and match.group().endswith("."):
        return None  # "2.5." ends a sentence
    moment = Moment(
        start=match.start(), end=match.end(), year=year, month=number, day=int(day) if day is not None else None
    )
    return moment if 1 <= number <= 12 and (moment.day is None or 1 <= moment.day <= 31) else None


def _time(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    hour, half = int(parts["hour"]), parts.get("half")
    if half and half.startswith(_AFTERNOON) and hour < 12:
        hour += 12
    elif half and half.startswith("a") and hour == 12:
        hour = 0
    minute = parts.get("minute") or parts.get("minute2")
    second = parts.get("second")
    if hour > 24:
        return None
    return Moment(
        start=match.start(),
        end=match.end(),
        hour=hour,
        minute=int(minute) if minute else None if ":" in match.group() else 0,
        second=int(second) if second else None,
    )


def from_value(value: object) -> date | datetime | None:
    """The date or datetime that a record's value is; ISO text counts."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or _ISO.fullmatch(value.strip()) is None:
        return None
    try:
        return date.fromisoformat(value.strip()) if len(value.strip()) == 10 else datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def agrees(said: Moment, value: date | datetime) -> bool:
    """Whether all that ``said`` says holds of ``value``."""
    stands: tuple[int | None, ...] = (value.year, value.month, value.day)
    stands += (value.hour, value.minute, value.second) if isinstance(value, datetime) else (None, None, None)
    return all(part is None or part == stand for part, stand in zip(said.parts, stands, strict=True))


def localised(value: object, zone: tzinfo | None) -> date | datetime | None:
    """A record's moment as its readers tell it: in ``zone`` if it has one; midnight UTC (or of no zone) is a day."""
    moment = from_value(value)
    if not isinstance(moment, datetime):
        return moment
    if moment.time() == time.min and not moment.utcoffset():
        return moment.date()
    return moment.astimezone(zone) if moment.tzinfo is not None and zone is not None else moment


_WEEKDAYS: Final = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"), ("thursday", "donnerstag"),
    ("friday", "freitag"), ("saturday", "samstag", "sonnabend"), ("sunday", "sonntag"),
)  # fmt: skip


def names(moment: date | datetime) -> tuple[str, ...]:
    """The folded names of the moment's day of the week and month."""
    months = tuple(name for name, number in _MONTHS.items() if number == moment.month)
    return (*_WEEKDAYS[moment.weekday()], *months)
