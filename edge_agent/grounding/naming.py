"""A clause that names a field holds that field's value, next to its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from edge_agent.grounding.asked import Asked
from edge_agent.grounding.bind import Bound
from edge_agent.grounding.cells import Column
from edge_agent.grounding.scan import Scan
from edge_agent.language.folding import stem

#: Says nothing of a field "total".
_IN_TOTAL: Final = re.compile(r"\bin total\b")


def misplaced(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Name a field whose value isn't where the clause says it is."""
    names = named(scan, asked)
    names = [each for each in names if each[1].fact not in asked.totals]
    values = [one for one in bound if one.mention.cells and not _is_label(one) and not _echo(one, asked)]
    if not names or not values:
        return None
    near = [_neighbours(names, position, values) for position in range(len(names))]
    for (_, column), neighbours in zip(names, near, strict=True):
        if neighbours and not any(cell.column.key == column.key for one in neighbours for cell in one.cells):
            return column.name
    return None if any(near) else names[0][1].name


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
        if column.label:
            continue
        for name in (column.stems, column.described):
            if name and name <= stems.keys():
                found.append((frozenset(stems[one][0] for one in name), column))
                break
        else:
            if column.phrase and (place := scan.bare.find(column.phrase)) >= 0:
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
