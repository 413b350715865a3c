"""The right answers, computed from the rows by plain Python. Imports nothing of the agent, so it shares no error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

Row = Mapping[str, Any]
Rows = Iterable[Row]


def revenue(sales: Rows, quarter: str, of: str) -> list[tuple[str, float]]:
    """Revenue in EUR of each ``of`` (product, category) in a quarter, the best first."""
    total: defaultdict[str, float] = defaultdict(float)
    for row in sales:
        if row["quarter"] == quarter:
            total[row[of]] += row["revenue_eur"]
    return sorted(total.items(), key=lambda pair: -pair[1])


def loads(measurements: Rows, site: int, now: datetime, hours: int = 24) -> list[tuple[str, float]]:
    """Mean PRB load in % of each cell of a site over the last hours, the busiest first."""
    seen: defaultdict[str, list[float]] = defaultdict(list)
    for row in measurements:
        if row["site"] == site and row["at"] >= now - timedelta(hours=hours):
            seen[row["cell"]].append(row["prb_load"])
    return sorted(((cell, fmean(each)) for cell, each in seen.items()), key=lambda pair: -pair[1])


def latest(measurements: Rows, cell: str) -> Row:
    """The newest measurement of a cell."""
    return max((row for row in measurements if row["cell"] == cell), key=lambda row: row["at"])


def where(rows: Rows, **wanted: object) -> list[Row]:
    """The rows whose fields have exactly these values."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def only(rows: Rows, **wanted: object) -> Row:
    """The one row whose fields have these values. Raises ValueError where there are none or several."""
    (row,) = where(rows, **wanted)
    return row


def fitting_offer(offers: Rows, need_gb: float) -> Row:
    """The cheapest offer with enough data."""
    return min((row for row in offers if row["data_gb"] >= need_gb), key=lambda row: row["price_eur"])
