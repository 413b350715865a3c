"""How the processes are and how they do."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from edge_agent.messages.codec import Message

Instance = Annotated[str, Meta(description="Random, kept in the state folder: tells two processes of one name apart.")]


class Part(Message, frozen=True, kw_only=True):
    """One part of a process and how it is."""

    state: Annotated[str, Meta(description="`online` where it is well.")]
    reason: Annotated[str | None, Meta(description="Why it isn't well.")] = None


class Status(Message, frozen=True, kw_only=True):
    """How a process is. Retained, and the Last Will."""

    role: Annotated[str, Meta(description="`agent` or `bridge`.")]
    instance: Instance
    state: Annotated[str, Meta(description="`online`, `degraded` or `offline`.")]
    reason: Annotated[str | None, Meta(description="Why it isn't online.")] = None
    parts: Annotated[dict[str, Part], Meta(description="Its parts, by name.")] = field(default_factory=dict)
    version: Annotated[str, Meta(description="The version of fedlm.")] = ""
    since: Annotated[str, Meta(description="When the process started: ISO 8601.")] = ""
    circuit: Annotated[str | None, Meta(description="Bridge: `open` where it doesn't ask the cloud for now.")] = None
    model: Annotated[str | None, Meta(description="Bridge: the planner's name.")] = None
    budget_left: Annotated[int | None, Meta(description="Bridge: tokens left today.")] = None


class Queries(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Counts of queries since the start, and how many are in hand now."""

    received: Annotated[int, Meta(description="Taken.")] = 0
    answered: Annotated[int, Meta(description="Ended with an answer.")] = 0
    failed: Annotated[int, Meta(description="Ended with an error.")] = 0
    refused: Annotated[int, Meta(description="Not taken.")] = 0
    running: Annotated[int, Meta(description="Worked on now.")] = 0
    queued: Annotated[int, Meta(description="Waiting now.")] = 0


class Latency(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Of the last answers, in milliseconds."""

    p50_ms: Annotated[float, Meta(description="Half of them took no longer.")] = 0.0
    p95_ms: Annotated[float, Meta(description="Nineteen of twenty took no longer.")] = 0.0


class SlmTelemetry(Message, frozen=True, kw_only=True):
    """The model on the device."""

    model: Annotated[str, Meta(description="Its name.")]
    state: Annotated[str, Meta(description="`loading`, `ready`, `failed` or `restarting`.")]
    prefill_tokens_per_s: Annotated[float, Meta(description="Reading, of the latest answers.")] = 0.0
    decode_tokens_per_s: Annotated[float, Meta(description="Writing, of the latest answers.")] = 0.0
    rss_bytes: Annotated[int, Meta(description="Memory of its process.")] = 0
    restarts: Annotated[int, Meta(description="Since the agent's start.")] = 0


class Memory(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Bytes, by psutil."""

    rss_bytes: Annotated[int, Meta(description="Memory of the agent's process.")] = 0
    available_bytes: Annotated[int, Meta(description="What the machine has left.")] = 0
    total_bytes: Annotated[int, Meta(description="What the machine has.")] = 0


class Telemetry(Message, frozen=True, kw_only=True):
    """How the agent does, every ``telemetry.interval-s``."""

    instance: Instance
    uptime_s: Annotated[float, Meta(description="Seconds since the start.")]
    queries: Annotated[Queries, Meta(description="How many, and how they ended.")]
    latency: Annotated[Latency, Meta(description="From receipt to response.")]
    memory: Annotated[Memory, Meta(description="Of the agent and its machine.")]
    cpu_percent: Annotated[float, Meta(description="Of the agent's process; 100 is one core.")] = 0.0
    slm: Annotated[SlmTelemetry | None, Meta(description="The model, where there is one.")] = None
