"""Functions as tools over the rows of three sites, and what they were asked. No row of a site looks like another's."""

from __future__ import annotations

from typing import Any

from edge_agent.tools.functions import tool

#: Site → (rows, the value of each): sums, means and counts of one site can't be taken for another's.
SITES: dict[str, tuple[int, int]] = {"north": (3, 1), "south": (5, 1_000), "east": (7, 1_000_000)}

ROWS: list[dict[str, Any]] = [
    {"tag": f"CANARY-{site}-{index}", "site": site, "machine": f"M-{index}", "value": value}
    for site, (number, value) in SITES.items()
    for index in range(number)
]
#: Every call that ran: the tool, and the site that it was given.
CALLS: list[tuple[str, str | None]] = []


@tool(fields=["tag", "site", "machine", "value"])
def readings(site: str, machine: str | None = None) -> list[dict[str, Any]]:
    """Latest readings of a site's machines.

    Args:
        site: The site.
        machine: Only this one.
    """
    CALLS.append(("readings", site))
    return [row for row in ROWS if row["site"] == site and machine in (None, row["machine"])]


@tool
def opening_hours() -> dict[str, str]:
    """When all sites are open."""
    CALLS.append(("opening_hours", None))
    return {"open": "08:00-17:00"}


@tool(sensitive=True)
def salaries(site: str) -> list[dict[str, Any]]:
    """What people of a site earn.

    Args:
        site: The site.
    """
    CALLS.append(("salaries", site))
    return [{"tag": f"CANARY-{site}-salary", "value": SITES[site][1]}] if site in SITES else []


@tool(effects=True)
def open_valve(site: str, valve: int = 1) -> dict[str, Any]:
    """Open a valve of a site.

    Args:
        site: The site.
        valve: Its number.
    """
    CALLS.append(("open_valve", site))
    return {"tag": f"CANARY-{site}-valve", "valve": valve, "state": "open"}


@tool(effects=True)
def purge() -> dict[str, str]:
    """Delete everything."""
    CALLS.append(("purge", None))
    return {"state": "purged"}
