"""What is written: one row a query, which its answer replaces, and a row for each step until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from edge_agent.messages import Query
from edge_agent.types import Key, ReturnAddress

#: Held: no answer yet. Answered: the broker doesn't have the answer yet. Done: kept for repeats.
State = Literal["held", "answered", "done"]
#: Steps that say that a side effect began, and how it ended. The first outlive the answer.
INTENT, RESULT = "intent:", "result:"
#: The step of a query of which a step was lost: an effect may have begun.
DAMAGED = "damaged"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A query without an answer. ``allowed_s``: how long it may take, from its first receipt."""

    query: Query
    fingerprint: str
    address: ReturnAddress
    allowed_s: float


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An answered query: the bytes of its answer, and where they went. The question itself is no longer here."""

    fingerprint: str
    address: ReturnAddress
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class Open:
    """Hold a query. ``age_s``: how long ago it came. The only row that a full disk may refuse."""

    key: Key
    held: Held
    age_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """Note a step of a held query; the newest of its name counts."""

    key: Key
    name: str
    value: bytes


@dataclass(frozen=True, kw_only=True)
class End:
    """Replace a held query and its steps by the answer."""

    key: Key
    kept: Kept


@dataclass(frozen=True, kw_only=True)
class Done:
    """The broker has the answer."""

    key: Key


Row = Open | Step | End | Done


@dataclass(frozen=True, kw_only=True)
class Left:
    """A query to go on with (``Held``) or an answer to send again (``Kept``); ``at``: on the journal's time."""

    key: Key
    body: Held | Kept
    at: float
    steps: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """What an earlier run left, and how long ago it came.

    ``doubtful``: the machine was off, and its clock can't say for how long.
    """

    key: Key
    body: Held | Kept
    age_s: float
    doubtful: bool = False
    steps: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the journal knows of a key that isn't in hand: its answer, or steps of a query whose row was damaged."""

    kept: Kept | None = None
    steps: Mapping[str, bytes] = field(default_factory=dict)
