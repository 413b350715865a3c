"""Every message on the wire: one frozen Struct each. The JSON Schemas are generated from here.

Values that we send are ``Literal``; values received from another version of ourselves are ``str``, an unknown one being
treated as the most careful known one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

#: Query payload, response payload, ``context`` and ``schema``, in bytes.
MAX_QUERY_BYTES = 256 * 1024
MAX_RESPONSE_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_PROMPT = 8_000


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message. Unknown fields are tolerated; a field at its default isn't sent."""


class Query(Message, frozen=True, kw_only=True):
    """A device asks: ``fedlm/query`` or ``fedlm/query/{device}``."""

    prompt: Annotated[str, Meta(min_length=1, max_length=MAX_PROMPT, description="The question, in plain language.")]
    id: Annotated[str | None, Meta(description="[A-Za-z0-9_-]{1,64}. Re-send with the same id until answered.")] = None
    stream: Annotated[bool, Meta(description="Send deltas while the answer is being worded.")] = False
    facts: Annotated[bool, Meta(description="The response carries the records that it rests on.")] = False
    effects: Annotated[bool, Meta(description="Tools with side effects may run.")] = False
    tools: Annotated[list[str] | None, Meta(description="Narrows the tools that may run; never widens.")] = None
    max_tokens: Annotated[int, Meta(ge=1, le=4096, description="Longest answer, in tokens of the SLM.")] | None = None
    deadline_s: Annotated[float, Meta(ge=1, le=3600, description="Seconds from first receipt.")] | None = None
    context: Annotated[str | None, Meta(description="Text of the device's own; it stays local.")] = None
    preview: Annotated[bool, Meta(description="Nothing leaves; the response shows what would.")] = False
    consent: Annotated[str | None, Meta(description="SHA-256 of the only body that may leave.")] = None
    session: Annotated[str | None, Meta(description="Continues a conversation.")] = None
    schema: Annotated[dict[str, Any] | None, Meta(description="JSON Schema that the answer satisfies.")] = None


class Delta(Message, frozen=True, kw_only=True):
    """A piece of an answer that passed the grounding check. A higher draft replaces all text of lower ones."""

    id: str
    draft: Annotated[int, Meta(ge=1)]
    seq: Annotated[int, Meta(ge=0)]
    text: str


class ErrorBody(Message, frozen=True, kw_only=True):
    """Why there is no answer. With ``retry_after_s`` the query was not taken and may be sent again."""

    code: str
    message: str
    stage: str | None = None
    retry_after_s: float | None = None


class Source(Message, frozen=True, kw_only=True):
    """One call that was made for the answer."""

    tool: str
    status: Literal["ok", "empty", "failed", "timed_out", "busy", "unknown"]
    records: int = 0
    ms: float = 0.0


class FactsOf(Message, frozen=True, kw_only=True):
    """The records of one call, when the query asked for ``facts``."""

    tool: str
    records: list[dict[str, Any]]


class Preview(Message, frozen=True, kw_only=True):
    """What would leave for the cloud."""

    body: str
    sha256: str


class Usage(Message, frozen=True, kw_only=True):
    """Tokens: of the planner in the cloud, and of the SLM on the device."""

    plan_input: int = 0
    plan_output: int = 0
    prompt: int = 0
    completion: int = 0


class TimingsMs(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Wall time of each stage in milliseconds, as the device saw it."""

    queued: float = 0.0
    redact: float = 0.0
    plan: float = 0.0
    tools: float = 0.0
    generate: float = 0.0
    total: float = 0.0


Route = Literal["federated", "cached", "edge", "direct"]


class Response(Message, frozen=True, kw_only=True):
    """The one terminal answer to a query."""

    id: str
    status: Literal["ok", "error"]
    answer: str | None = None
    data: Any = None
    facts: list[FactsOf] | None = None
    preview: Preview | None = None
    error: ErrorBody | None = None
    route: Route | None = None
    route_reason: str | None = None
    model: str | None = None
    grounded: bool | None = None
    sources: list[Source] = []
    usage: Usage | None = None
    timings_ms: TimingsMs | None = None
    truncated: bool = False


class Cancel(Message, frozen=True, kw_only=True):
    """Ends a running query."""

    id: str


class ToolSignature(Message, frozen=True, kw_only=True):
    """What the cloud is told of a tool: never data."""

    name: str
    description: str
    parameters: dict[str, Any]


class Catalogue(Message, frozen=True, kw_only=True):
    """The tools of an agent, as the cloud sees them."""

    tools: list[ToolSignature]


class PlanBody(Message, frozen=True, kw_only=True):
    """What leaves for the cloud, and all of it. Egress and audit carry its canonical JSON."""

    prompt: str
    tools: list[ToolSignature]
    today: Annotated[str, Meta(description="Local date and zone of the agent; no time of day.")]
    violation: Annotated[str | None, Meta(description="How the plan before broke its own schema.")] = None


class PlanRequest(Message, frozen=True, kw_only=True):
    """Agent to bridge: an envelope around the body."""

    id: str
    deadline_s: float
    body: PlanBody
    sequence: int = 0
    chain: str = ""
    signature: str = ""


class ProposedCall(Message, frozen=True, kw_only=True):
    """A function and its arguments, as a planner proposes them."""

    tool: str
    arguments: dict[str, Any] = {}


class Sent(Message, frozen=True, kw_only=True):
    """One attempt of the bridge at the cloud: what it sent, by hash."""

    sha256: str
    bytes: int
    http_status: int | None = None


class Plan(Message, frozen=True, kw_only=True, tag_field="type", tag="plan"):
    """Bridge to agent: functions and arguments, nothing else."""

    id: str
    calls: list[ProposedCall]
    model: str = ""
    usage: Usage | None = None
    sent: list[Sent] = []
    signature: str = ""


class PlanFailure(Message, frozen=True, kw_only=True, tag_field="type", tag="failure"):
    """Bridge to agent: there is no plan.

    ``code``: rate_limited budget_spent unauthorized unreachable timed_out bad_answer refused.
    """

    id: str
    code: str
    message: str = ""
    retry_after_s: float | None = None
    sent: list[Sent] = []
    signature: str = ""


class Part(Message, frozen=True, kw_only=True):
    """One part of a process and how it is."""

    state: str
    reason: str | None = None


class Status(Message, frozen=True, kw_only=True):
    """Retained, and the Last Will. ``state``: online, offline, degraded."""

    role: str
    instance: str
    state: str
    reason: str | None = None
    parts: dict[str, Part] = {}
    version: str = ""
    since: str = ""
    circuit: str | None = None
    model: str | None = None
    budget_left: int | None = None


class Queries(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Counts of queries since the start, and how many are in hand now."""

    received: int = 0
    answered: int = 0
    failed: int = 0
    refused: int = 0
    running: int = 0
    queued: int = 0


class Latency(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Of the last answers, in milliseconds."""

    p50_ms: float = 0.0
    p95_ms: float = 0.0


class SlmTelemetry(Message, frozen=True, kw_only=True):
    """The model on the device."""

    model: str
    state: str
    prefill_tokens_per_s: float = 0.0
    decode_tokens_per_s: float = 0.0
    rss_bytes: int = 0
    restarts: int = 0


class Memory(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Bytes, by psutil."""

    rss_bytes: int = 0
    available_bytes: int = 0
    total_bytes: int = 0


class Telemetry(Message, frozen=True, kw_only=True):
    """How the agent does, every ``telemetry.interval-s``."""

    instance: str
    uptime_s: float
    queries: Queries
    latency: Latency
    memory: Memory
    cpu_percent: float = 0.0
    slm: SlmTelemetry | None = None


class Trace(Message, frozen=True, kw_only=True):
    """A stage of a query begins or ends. ``state``: begun, done, failed."""

    device: str
    id: str
    state: str
    ms: float = 0.0
    content: Annotated[str | None, Meta(description="Only with trace.content = true.")] = None


class Egress(Message, frozen=True, kw_only=True):
    """What left for the cloud, published when it leaves."""

    device: str
    id: str
    body: str
    sha256: str
    sequence: int = 0
    chain: str = ""
    words: int = 0
    bits: float | None = None


class DeadLetter(Message, frozen=True, kw_only=True):
    """What could not be understood, or could not be answered to anyone. ``payload``: base64 of at most 4 KiB."""

    topic: str
    code: str
    message: str
    payload: str = ""


def encode(message: Message) -> bytes:
    """UTF-8 JSON."""
    return msgspec.json.encode(message)


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8. What is hashed, signed and audited."""
    return msgspec.json.encode(value, order="sorted")


def decode(payload: bytes, type: type[T]) -> T:  # noqa: A002
    """Decode one message. Raises ``msgspec.DecodeError`` or its subclass ``msgspec.ValidationError``."""
    return msgspec.json.decode(payload, type=type)
