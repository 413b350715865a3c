"""Orders, whose numbers no signature shows."""

from __future__ import annotations

from typing import TypedDict

from edge_agent.tools.functions import tool

KNOWN = {"ORD-1042": "shipped"}


class Order(TypedDict):
    """An order."""

    order: str
    status: str


@tool
def order_status(order: str) -> list[Order]:
    """The status of an order, by its number."""
    return [{"order": order, "status": KNOWN[order]}] if order in KNOWN else []
