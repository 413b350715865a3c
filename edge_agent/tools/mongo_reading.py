"""A reading → the stages that compute it in the database, over all that matches. ``reading`` says what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge_agent.types import Reading

Stage = dict[str, Any]

#: The field of the one document that sum and mean give.
TOTAL = "total"


def stages(reading: Reading, *, order: Mapping[str, int], names: Sequence[str], limit: int) -> list[Stage]:
    """Stages to append. ``order``: the tool's own sort; ``names``: the fields that records keep.

    ``none`` gives one document more than ``limit`` where there are more.
    """
    projected = {"$project": {"_id": 0, **dict.fromkeys(names, 1)}}
    by = str(reading.by)
    match reading.reduce:
        case "count":
            return [{"$count": "count"}]
        case "exists":
            return [{"$limit": 1}, {"$project": {"_id": 1}}]
        case "sum" | "mean":
            operator = "$sum" if reading.reduce == "sum" else "$avg"
            # Not {by: {$type: "number"}}: that is true of a list with a number in it, which $sum takes for 0.
            numbers = {"$match": {"$expr": {"$isNumber": f"${by}"}}}
            return [numbers, {"$group": {"_id": None, TOTAL: {operator: f"${by}"}}}]
        case "none":
            return [*_sorted(order), {"$limit": limit + 1}, projected]
        case "min" | "first" if reading.by is not None:
            return [*_extreme(by, 1, order), projected]
        case "max" | "last" if reading.by is not None:
            return [*_extreme(by, -1, order), projected]
        case _:
            return [*_end(order, last=reading.reduce == "last"), projected]


def _end(order: Mapping[str, int], *, last: bool) -> list[Stage]:
    """Take the first or last document in the tool's order, or as they come where it has none."""
    if last and not order:
        return [{"$group": {"_id": None, "last": {"$last": "$$ROOT"}}}, {"$replaceWith": "$last"}]
    way = -1 if last else 1
    return [*_sorted({name: direction * way for name, direction in order.items()}), {"$limit": 1}]


def _extreme(by: str, direction: int, order: Mapping[str, int]) -> list[Stage]:
    """Take the record with the smallest (1) or largest (-1) value; null and missing values don't compete."""
    return [{"$match": {by: {"$ne": None}}}, *_sorted({by: direction, **_without(order, by)}), {"$limit": 1}]


def _sorted(order: Mapping[str, int]) -> list[Stage]:
    return [{"$sort": dict(order)}] if order else []


def _without(order: Mapping[str, int], by: str) -> dict[str, int]:
    return {name: direction for name, direction in order.items() if name != by}
