"""What was seen of a collection: its fields, their kinds and ranges. Local: none of it is for the cloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from edge_agent.types import Scalar

#: Different values of a field that are remembered; beyond it only that there are many.
MOST_VALUES: Final = 200


@dataclass(kw_only=True)
class FieldSurvey:
    """One field, by dotted name. ``documents``: in how many it stands."""

    name: str
    kinds: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    #: Number of the document that was noted last.
    last: int = -1
    values: dict[Scalar, None] = field(default_factory=dict)
    many: bool = False
    low: Any = None
    high: Any = None

    def note(self, value: Scalar) -> None:
        """See a value."""
        if len(self.values) < MOST_VALUES:
            self.values[value] = None
        elif value not in self.values:
            self.many = True
        if isinstance(value, int | float | Decimal | datetime | date) and not isinstance(value, bool):
            try:
                self.low = value if self.low is None else min(self.low, value)
                self.high = value if self.high is None else max(self.high, value)
            except TypeError:  # a date among numbers: such a field has no range
                self.low = self.high = None

    @property
    def kind(self) -> str:
        """The one kind of its values, null aside; "mixed" where there are several, "null" where there is none."""
        kinds = set(self.kinds) - {"null"}
        if kinds == {"integer", "number"}:
            return "number"
        return next(iter(kinds)) if len(kinds) == 1 else "mixed" if kinds else "null"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A collection. ``indexed``: the names of each index, and whether it is unique."""

    collection: str
    count: int
    looked_at: int
    fields: Mapping[str, FieldSurvey]
    indexed: tuple[tuple[tuple[str, ...], bool], ...] = ()

    def is_unique(self, name: str) -> bool:
        """Whether an index says that no two documents share a value."""
        return ((name,), True) in self.indexed

    def is_indexed(self, name: str) -> bool:
        """Whether an index begins with the field."""
        return any(names[0] == name for names, _ in self.indexed if names)
