"""Dates, times and spans of time: texts of a plan or a configuration → exact values, on the device's clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from edge_agent.clock import Clock
from edge_agent.config import Param
from edge_agent.tools.sentences import Broken

SPAN = re.compile(r"([1-9][0-9]{0,4})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """Read ``24h``, ``30d``. Raises ValueError."""
    if found := SPAN.fullmatch(text):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    raise ValueError(f'"{text}" is no span such as 24h or 30d')


def reader(kind: str, clock: Clock) -> Callable[[str], Any]:
    """Choose what reads a text of a parameter's type: date, datetime or lookback. It raises ValueError."""
    if kind == "date":
        return date.fromisoformat
    return span if kind == "lookback" else lambda text: _time(text, clock)


def exact(name: str, param: Param, text: str, clock: Clock) -> date | datetime:
    """Make a date, or an absolute time in UTC. Raises ``Broken``, or ValueError for what is none."""
    read = reader(param.type, clock)
    try:
        value = read(text)
        if param.min is not None and value < read(str(param.min)):
            raise Broken(f'parameter "{name}" must be at least {param.min}')
        if param.max is not None and value > read(str(param.max)):
            raise Broken(f'parameter "{name}" must be at most {param.max}')
        moment: date | datetime = (clock.now() - value).astimezone(UTC) if isinstance(value, timedelta) else value
    except OverflowError as error:
        raise ValueError("out of the calendar") from error
    return moment


def _time(text: str, clock: Clock) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.zone)).astimezone(UTC)
