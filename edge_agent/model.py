"""The model on the device, as the stages and the agent see it, whatever engine runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from edge_agent.types import Accepted, Facts, Written


class Seat(Protocol):
    """A query's place at the SLM. Prefill of what is known early runs while the query waits for its plan."""

    def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        """Stream the draft, whole characters only; fill ``written``. Raises ``SlmFailed``. Closing it stops the SLM."""


@dataclass(frozen=True, kw_only=True)
class SlmFigures:
    """How the model does: tokens a second of the latest answers, bytes of its process, restarts since the start."""

    prefill_tokens_per_s: float = 0.0
    decode_tokens_per_s: float = 0.0
    rss_bytes: int = 0
    restarts: int = 0


class Slm(Protocol):
    """The model on the device."""

    @property
    def name(self) -> str:
        """The model's name, as responses carry it."""

    @property
    def state(self) -> str:
        """One of ``loading``, ``ready``, ``failed``, ``restarting``."""

    @property
    def reason(self) -> str:
        """Why it isn't ready; empty when it is."""

    @property
    def figures(self) -> SlmFigures:
        """How it does."""

    @property
    def changed(self) -> asyncio.Event:
        """Set whenever ``state`` changes: clear it, then look."""

    def seat(self, asked: Accepted) -> AbstractAsyncContextManager[Seat]:
        """Open this query's seat; it is given up on every exit."""
