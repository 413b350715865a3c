"""What left for the cloud, looked through for every value of the database. Checked, not asserted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

import msgspec

from edge_agent.demo.seed import Store
from edge_agent.messages import Egress, PlanBody

#: Shorter values ("12", "Q2") stand everywhere and prove nothing.
SHORTEST = 4


class Searched:
    """All values of the database, as they would look in a request. ``config``: what the operator wrote is no data."""

    def __init__(self, store: Store, *, config: str) -> None:
        self._store = store
        self._config = config.casefold()

    @cached_property
    def values(self) -> frozenset[str]:
        """Every text and number of ``SHORTEST`` characters or more that the operator's file doesn't hold anyway."""
        rows = (row for collections in self._store.values() for table in collections.values() for row in table)
        texts = (text for row in rows for value in row.values() for text in _texts(value))
        return frozenset(text for text in texts if len(text) >= SHORTEST and text not in self._config)

    def found_in(self, egress: Egress) -> list[str]:
        """Give each value of the database that stands in what left, the person's own words excepted."""
        body = msgspec.json.decode(egress.body, type=PlanBody)
        own = f"{body.prompt}\n{body.today}".casefold()
        # Escaped and unescaped: a value may hide behind \\u00e9.
        left = f"{egress.body}\n{_unescaped(egress.body)}".casefold()
        return sorted(value for value in self.values if value not in own and _stands_in(value, left))


def is_intact(egress: Egress) -> bool:
    """Whether the hash that the agent published is that of the body it published."""
    return hashlib.sha256(egress.body.encode()).hexdigest() == egress.sha256


def _texts(value: Any) -> Iterator[str]:
    match value:
        case bool() | None:
            return
        case str():
            yield value.casefold()
        case int() | float():
            yield f"{value}"
            yield f"{value:,}"
        case datetime():
            yield value.isoformat().casefold()
            yield f"{value:%Y-%m-%d %H:%M}"
        case date():
            yield value.isoformat()


def _unescaped(body: str) -> str:
    def strings(value: Any) -> Iterator[str]:
        match value:
            case dict():
                for key, each in value.items():
                    yield str(key)
                    yield from strings(each)
            case list():
                for each in value:
                    yield from strings(each)
            case _:
                yield str(value)

    return "\n".join(strings(msgspec.json.decode(body)))


def _stands_in(value: str, text: str) -> bool:
    """A number must stand alone (1450 isn't in 14500); a text may stand anywhere."""
    if value not in text:
        return False
    if value[0].isdigit() and value[-1].isdigit():
        return re.search(rf"(?<![\d.,]){re.escape(value)}(?![\d]|[.,]\d)", text) is not None
    return True
