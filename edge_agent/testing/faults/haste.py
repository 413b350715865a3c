"""Negative controls: an agent that doesn't wait where it must. Whatever claims to test the waiting must find each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from edge_agent.journal import INTENT, Held, Journal, Kept, Noted
from edge_agent.types import Key

Haste = Literal["none", "acknowledges", "publishes", "acts"]
HASTES: Mapping[Haste, str] = {
    "acknowledges": "acknowledgement before commit",
    "publishes": "publication before commit",
    "acts": "intent not awaited",
}


class HastyJournal(Journal):
    """A journal that says of one kind of row that it is on disk before it is."""

    def __init__(self, *given: Any, haste: Haste, **named: Any) -> None:
        super().__init__(*given, **named)
        self._haste = haste
        self._unawaited: set[Noted] = set()

    def hold(self, key: Key, held: Held, *, age_s: float = 0.0) -> Noted:
        """Hold a new query."""
        return self._maybe(super().hold(key, held, age_s=age_s), "acknowledges")

    def note(self, key: Key, step: str, value: bytes, *, hurry: bool = False) -> Noted:
        """Note a step."""
        noted = super().note(key, step, value, hurry=hurry)
        return self._maybe(noted, "acts") if step.startswith(INTENT) else noted

    def end(self, key: Key, kept: Kept) -> Noted:
        """Put the answer in the place of the query."""
        return self._maybe(super().end(key, kept), "publishes")

    async def durable(self, noted: Noted) -> None:
        """Wait, but not for what is hasty."""
        if noted not in self._unawaited:
            await super().durable(noted)

    def _maybe(self, noted: Noted, haste: Haste) -> Noted:
        if haste == self._haste:
            self._unawaited.add(noted)
            noted.add_done_callback(self._unawaited.discard)
        return noted
