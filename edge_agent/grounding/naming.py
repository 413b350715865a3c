"""A clause that names a field holds that field's value, next to its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from edge_agent.grounding.asked import Asked
from edge_agent.grounding.bind import Bound
from edge_agent.grounding.cells import Cell, Column
from edge_agent.grounding.scan import Scan
from edge_agent.language import lexicon
from edge_agent.language.folding import stem

_FUNCTION: Final = lexicon.ENGLISH | lexicon.GERMAN
#: Says nothing of a field "total".
_IN_TOTAL: Final = re.compile(r"\bin total\b")


def misplaced(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Name a field whose value isn't where the clause says it is."""
    names = named(scan, asked)
    names = [each for each in names if each[1].fact not in asked.totals and _has_values(each[1], asked)]
    values = [one for one in bound if one.mention.cells and not _is_label(one) and not _echo(one, asked)]
    if not names or not values:
        return None
    near = [_neighbours(names, position, values) for position in range(len(names))]
    for (_, column), neighbours in zip(names, near, strict=True):
        judged = neighbours
        if column.name not in asked.fields.get(column.fact, ()):
            # Named by the way, as in "placed by Ben": only what could be taken for its value is judged.
            judged = [one for one in neighbours if _alike(column, one, asked)]
        if judged and not any(cell.column.key == column.key for one in judged for cell in one.cells):
            return column.name
    return None if any(near) else names[0][1].name


def _names(column: Column, asked: Asked) -> list[frozenset[str]]:
    """The sets of stems that name a field: its name, its description, and what tells it from the other fields."""
    if column.label or (column.stems & _FUNCTION and column.name not in asked.fields.get(column.fact, ())):
        return []
    others = {one for other in asked.columns.values() if other is not column for one in other.stems}
    return [name for name in (column.stems, column.described, column.stems - others) if name]


def _has_values(column: Column, asked: Asked) -> bool:
    """Whether a field has values that a text can hold: true and false are stated by polarity."""
    cells = [cell for row in asked.rows if row.fact == column.fact for cell in row.cells.get(column.name, ())]
    return not cells or any(cell.truth is None for cell in cells)


def _alike(column: Column, one: Bound, asked: Asked) -> bool:
    """Whether a value is of the kind of a field's values: both numbers, both moments, or both texts."""
    kinds = {_kind(cell) for row in asked.rows for cell in row.cells.get(column.name, ()) if row.fact == column.fact}
    return bool(kinds & {_kind(cell) for cell in one.cells})


def _kind(cell: Cell) -> str:
    return "number" if cell.number is not None else "moment" if cell.moment is not None else "text"


def _neighbours(names: Sequence[tuple[int, Column]], position: int, values: Sequence[Bound]) -> list[Bound]:
    """The value right before a field's name and the one right after it, with no other field's name between."""
    place = names[position][0]
    since = names[position - 1][0] if position else -1
    until = names[position + 1][0] if position + 1 < len(names) else 1 << 30
    before = [one for one in values if since < one.mention.start < place]
    after = [one for one in values if place < one.mention.start < until]
    return before[-1:] + after[:1]


def named(scan: Scan, asked: Asked) -> list[tuple[int, Column]]:
    """The fields that the clause names, by place; of names that lie in one another the longest."""
    stems: dict[str, list[int]] = {}
    for word in scan.words if not _IN_TOTAL.search(scan.bare) else [one for one in scan.words if one.text != "total"]:
        stems.setdefault(stem(word.text), []).append(word.start)
    found: list[tuple[frozenset[int], Column]] = []
    for column in asked.columns.values():
        for name in _names(column, asked):
            if name <= stems.keys():
                found.append((frozenset(stems[one][0] for one in name), column))
                break
        else:
            if column.phrase and not column.label and (place := scan.bare.find(column.phrase)) >= 0:
                found.append((frozenset(range(place, place + len(column.phrase))), column))
    longest = [(places, column) for places, column in found if not any(places < other for other, _ in found)]
    spots = [places for places, _ in longest]
    return sorted(
        ((max(places), column) for places, column in longest if spots.count(places) == 1), key=lambda each: each[0]
    )


def _is_label(one: Bound) -> bool:
    return one.mention.entity and all(cell.column.label for cell in one.cells)


def _echo(one: Bound, asked: Asked) -> bool:
    """The question's own value, of a field that isn't asked for."""
    return one.mention.free and not any(
        cell.column.name in asked.fields.get(cell.column.fact, ()) for cell in one.mention.cells
    )
