"""What passes between the stages: one type a trust level.

``Query`` (wire) → ``Accepted`` → ``Redacted`` → ``Proposed`` → ``Checked`` (real values) → ``Results`` → ``Facts`` →
``Draft`` (a cold stream) → ``Answer`` → ``Response``. A stage can't be skipped: mypy refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from edge_agent.messages import PlanBody, Query, Route, Usage

#: (device, id); the device is empty on the shared topic.
Key = tuple[str, str]

Scalar = str | int | float | bool | Decimal | date | datetime | None
#: A row as the stages see it: nested documents are flattened to dotted names, lists hold scalars.
Record = Mapping[str, Scalar | Sequence[Scalar]]

Reduce = Literal["none", "count", "sum", "mean", "min", "max", "first", "last", "exists"]
REDUCES: tuple[Reduce, ...] = ("none", "count", "sum", "mean", "min", "max", "first", "last", "exists")
CallStatus = Literal["ok", "empty", "failed", "timed_out", "busy", "unknown"]


@dataclass(kw_only=True)
class ReturnAddress:
    """Where the answer goes. A repeat of the query replaces it: the newest address counts."""

    topic: str
    correlation: bytes | None = None
    stream: bool = False


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A query that the agent has taken: it will end in exactly one terminal response."""

    key: Key
    query: Query
    address: ReturnAddress
    #: On the monotonic clock, in seconds.
    received: float
    deadline: float
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    #: What an earlier run of this query left in the journal.
    steps: Mapping[str, bytes] = field(default_factory=dict)


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """The question with placeholders for private values, and the vault that holds those values."""

    template: str
    vault: dict[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What may leave for the cloud. Only the gate makes one, so that nothing else can be sent."""

    body: PlanBody
    #: The body's canonical JSON: what is logged, shown and hashed.
    raw: bytes
    #: Of ``raw``, as hex.
    sha256: str
    #: How many words of the question it holds, and at most how much they tell, where that is known.
    words: int
    bits: float | None = None


@dataclass(frozen=True, kw_only=True)
class Logged:
    """Where a request stands in the egress log: the log's own name, the line, and the line's hash."""

    log: str
    sequence: int
    chain: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A function and its arguments as a planner proposes them: untrusted."""

    tool: str
    arguments: dict[str, Any] = {}


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that nobody has checked yet."""

    calls: tuple[Call, ...]
    route: Route
    route_reason: str
    #: Whose placeholders its arguments may hold. None: planned on the device, with real values.
    redacted: Redacted | None
    usage: Usage | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the planner says a call's records are to be read: which fields, reduced how, by which field."""

    fields: tuple[str, ...] = ()
    reduce: Reduce = "none"
    by: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckedCall:
    """A call that satisfies its tool's schema, with real values. No codec and no repr: it can't leak by accident."""

    id: str
    tool: Tool
    arguments: Mapping[str, Any]
    reading: Reading
    #: The same whenever this call is made again for this query; no two calls share one.
    idempotency_key: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """A plan that may run."""

    calls: tuple[CheckedCall, ...]
    route: Route
    route_reason: str
    usage: Usage | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """A declared field of a tool's records."""

    name: str
    #: Names the record (``cell``, ``order_id``): it goes into an answer only where that helps.
    label: bool = False
    unit: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a tool gives back. ``more``: there were more records than the tool's limit."""

    records: tuple[Record, ...]
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A place in an answer of the operator's: how many records; a field of one or each of them; what was asked for."""

    of: Literal["count", "only", "first", "last", "each", "given"]
    name: str = ""


#: An answer of the operator's, read: words, and gaps.
AnswerTemplate = tuple[str | Gap, ...]


def _all_stand(_: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True, repr=False)
class Tool:
    """A tool as the stages see it, whatever its kind.

    ``effects``: it changes something, and needs the query's authority. ``idempotent``: a call may be made again.
    """

    name: str
    description: str
    #: JSON Schema (type object) of what the planner may send, the reading's parameters included.
    parameters: Mapping[str, Any]
    #: Declared fields of its records; empty for a function that declares none: then there is no reading.
    fields: tuple[Field, ...] = ()
    effects: bool = False
    idempotent: bool = True
    sensitive: bool = False
    timeout_s: float = 10.0
    #: Proposed arguments → real ones (defaults filled in, types made exact) and the reading.
    #: Raises ``PlanRejected`` with a sentence that names the parameter and the rule, never a value of the data.
    check: Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], Reading]]
    #: Runs the call. Raises ``ToolFailed``.
    run: Callable[[CheckedCall], Awaitable[Found]]
    #: The rules that some arguments break, each looked at alone: nothing is required.
    broken: Callable[[Mapping[str, Any]], list[str]] = _all_stand
    #: The call as its source sees it, for the operator's eyes.
    shown: Callable[[CheckedCall], str] | None = None
    #: Looks at the start whether it can run at all. Raises ``ConfigError``.
    ready: Callable[[], Awaitable[None]] | None = None
    #: The operator's answers, by language; ``""``: for every language.
    answers: Mapping[str, AnswerTemplate] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one call ended. A failure is a value."""

    call: CheckedCall
    status: CallStatus
    records: tuple[Record, ...] = ()
    more: bool = False
    ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Results:
    """How all calls of a plan ended, in the plan's order."""

    results: tuple[Result, ...]
    route: Route
    route_reason: str
    usage: Usage | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """The records of one call that were asked for, and how to read them."""

    tool: str
    #: The declared fields that ``records`` still have, in the order to say them.
    fields: tuple[Field, ...]
    records: tuple[Record, ...]
    reading: Reading
    arguments: Mapping[str, Any]
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the answer may say: the question, and the facts that were asked for. Nothing else reaches the SLM."""

    question: str
    found: tuple[Fact, ...] = ()
    #: Calls that ran and found nothing, with what they looked for.
    empty: tuple[Fact, ...] = ()
    #: No call was planned.
    direct: bool = False
    max_tokens: int | None = None
    locale: str = "en"


@dataclass(kw_only=True)
class Written:
    """What the writer knows once its stream has ended."""

    truncated: bool = False
    #: The draft was cut by the token limit.
    cut: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A cold stream of text: nobody has checked it yet."""

    model: str
    number: int
    facts: Facts
    chunks: AsyncGenerator[str, None]
    written: Written = field(default_factory=Written)
    #: Worded by code from the facts: grounded by construction.
    by_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Text that agrees with the facts."""

    text: str
    model: str
    grounded: bool = True
    truncated: bool = False
    usage: Usage | None = None
