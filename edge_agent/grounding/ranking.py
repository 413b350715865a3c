"""Extremes and comparisons that a draft or a question makes, recomputed over the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from edge_agent.grounding import computed, spoken
from edge_agent.grounding.asked import Asked
from edge_agent.grounding.bind import Bound, Rows, told
from edge_agent.grounding.cells import EVERY
from edge_agent.grounding.scan import Scan
from edge_agent.language.numbers import Quantity


def extreme(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Recompute the superlative of a clause."""
    claimed = spoken.direction(scan)
    if not claimed:
        return None
    rows = told(bound, asked.subjects)
    if any(_shows(claimed, number, rows, asked) for number in range(len(asked.facts.found))):
        return None
    return "an extreme that the facts don't show"


def _shows(claimed: int, number: int, rows: Rows, asked: Asked) -> bool:
    """Whether this fact shows that its rows among ``rows`` are the extreme."""
    here = [row.number for row in asked.rows if row.fact == number]
    mine, reduce = rows & set(here), asked.facts.found[number].reading.reduce
    as_asked = spoken.direction(asked.question) == claimed
    if reduce in {"max", "min"} and mine:
        return (claimed > 0) == (reduce == "max") and mine <= asked.targets[number]
    if reduce in {"first", "last"} and mine:
        return as_asked and mine <= asked.targets[number]
    # A single record can't be compared here: the database did, if it was asked to.
    return _is_extreme(claimed, mine, here, number, asked) if len(here) > 1 and mine else as_asked


def _is_extreme(claimed: int, mine: Iterable[int], here: Sequence[int], fact: int, asked: Asked) -> bool:
    by = asked.facts.found[fact].reading.by
    for name in [by] if by else asked.fields[fact]:
        keys = {row: key for row in here if (key := _key(asked, row, name)) is not None}
        if keys:
            best = max(keys.values()) if claimed > 0 else min(keys.values())
            return all(keys.get(row) == best for row in mine)
    return False


def comparison(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Recompute "A has more than B" and "A is above 50"; a comparison that can't be is refused."""
    claimed, place = spoken.comparative(scan)
    if not claimed:
        return None
    heads = [one for one in bound if one.mention.entity and one.mention.binds]
    before = [one.rows for one in heads if one.mention.start < place]
    after = [one.rows for one in heads if one.mention.start > place]
    limit = next((one.mention.quantity for one in bound if one.mention.start > place and one.mention.quantity), None)
    agreed: bool | None
    if before and after and not before[-1] & after[0]:
        agreed = _agrees(claimed, _value(asked, before[-1]), _value(asked, after[0]))
    elif spoken.comparative(asked.question)[0] and not spoken.against(scan) and _one_of_all(asked):
        # "B-3 is the heavier one", where the database compared those that the question names.
        agreed = any(_shows(claimed, number, told(bound, asked.subjects), asked) for number in asked.either)
    else:
        agreed = _agrees(claimed, _value(asked, told(bound, asked.subjects)), _in_unit(limit, asked))
    return None if agreed else "a comparison that the facts don't show"


def _one_of_all(asked: Asked) -> bool:
    return any(asked.facts.found[number].reading.reduce in {"max", "min"} for number in asked.either)


def compared(asked: Asked) -> bool | None:
    """What the comparison in the question comes to; None: it can't be said."""
    claimed, place = spoken.comparative(asked.question)
    heads = [one.rows for one in asked.question.mentions if one.entity and one.binds]
    limit = next((one.quantity for one in asked.question.mentions if one.quantity and one.start > place), None)
    if len(heads) > 1 and not heads[0] & heads[1]:
        return _agrees(claimed, _value(asked, heads[0]), _value(asked, heads[1]))
    return _agrees(claimed, _value(asked, asked.subjects), _in_unit(limit, asked))


def _agrees(claimed: int, left: Decimal | None, right: Decimal | None) -> bool | None:
    if left is None or right is None:
        return None
    return left > right if claimed > 0 else left < right


def _value(asked: Asked, rows: Rows) -> Decimal | None:
    """The one number or moment of these rows that is asked for."""
    found = {
        key
        for row in rows
        if row != EVERY
        for name in (asked.facts.found[asked.rows[row].fact].reading.by, *asked.fields[asked.rows[row].fact])
        if name and (key := _key(asked, row, name)) is not None
    }
    found |= {total.number for total in asked.totals.values() if total.number is not None and not found}
    return found.pop() if len(found) == 1 else None


def _key(asked: Asked, row: int, name: str) -> Decimal | None:
    for cell in asked.rows[row].cells.get(name, ()):
        return cell.number if cell.number is not None else computed.order(cell.moment)
    return None


def _in_unit(limit: Quantity | None, asked: Asked) -> Decimal | None:
    """The limit in the unit of the field that is asked for; None where it can't be converted."""
    unit = next((cell.column.unit for cell in asked.cells() if cell.column.unit is not None), None)
    if limit is None or limit.unit is None or unit is None:
        return limit.value if limit is not None else None
    return limit.value * limit.unit.factor / unit.factor if limit.unit.dimension == unit.dimension else None
