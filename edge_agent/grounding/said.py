"""What the clauses of a draft have said so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge_agent.grounding.bind import Rows
from edge_agent.grounding.cells import Cell

#: Fact, row and field of a value.
Place = tuple[int, int, str]


def place(cell: Cell) -> Place:
    """Where a cell stands."""
    return (cell.column.fact, cell.row, cell.column.name)


@dataclass(kw_only=True)
class Said:
    """The sum of the clauses so far."""

    stated: set[Place] = field(default_factory=set)
    #: The columns of which a value was given with a unit.
    units: set[tuple[int, str]] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    #: The rows that the last clause spoke of.
    carried: Rows = frozenset()
    #: Content words from nowhere.
    strange: int = 0
    #: Whether the draft says that there is a record, where that was asked.
    affirmed: bool | None = None
    #: The yes or no that was asked for a comparison was given, and agrees with the records.
    settled: bool = False
