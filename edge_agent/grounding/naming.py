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
    forward = _wrong(names, [(one.mention.start, one) for one in values])
    if forward is None:
        return None
    reverse = [(-place, column) for place, column in reversed(names)]
    backward = _wrong(reverse, [(-one.mention.start, one) for one in reversed(values)])
    return None if backward is None else forward


def _wrong(named: Sequence[tuple[int, Column]], values: Sequence[tuple[int, Bound]]) -> str | None:
    """Each name is followed by its value, before the next name; a name that no value follows proves nothing here."""
    used = 0
    for position, (place, column) in enumerate(named):
        until = named[position + 1][0] if position + 1 < len(named) else 1 << 30
        mine = [one for start, one in values if place < start < until]
        used += len(mine)
        if mine and not any(cell.column.key == column.key for cell in mine[0].cells):
            return column.name
        if not mine and position + 1 == len(named):
            return column.name
    return None if used else named[0][1].name


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
