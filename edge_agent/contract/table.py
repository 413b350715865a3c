"""The topics, one row each: who says what to whom, and how. Schemas and docs are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from edge_agent.messages import (
    Cancel,
    Catalogue,
    DeadLetter,
    Delta,
    Egress,
    Message,
    Plan,
    PlanFailure,
    PlanRequest,
    Query,
    Response,
    Status,
    Telemetry,
    Trace,
)

#: ``anyone``: every login of the broker.
Role = Literal["device", "agent", "bridge", "operator", "anyone"]

#: The root of the topics, unless ``mqtt.root`` says otherwise.
ROOT: Final = "fedlm"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the contract. ``topic`` stands below the root; ``text``: what the payload is where it isn't JSON."""

    topic: str
    senders: tuple[Role, ...]
    readers: tuple[Role, ...]
    qos: Literal[0, 1]
    retain: bool = False
    payloads: tuple[type[Message], ...]
    text: str | None = None
    answered_at: str | None = None
    meaning: str


#: What stands in braces in a topic.
PARAMETERS: Final = {
    "device": "The device's name: 1 to 64 of A-Z a-z 0-9 _ . and -, but not `any` or `delta`. Its login's, by the ACL.",
    "agent": "The agent's name: `name` in agent.toml.",
    "name": "The process's name: `name` in agent.toml or bridge.toml.",
    "stage": "The stage: `redact`, `plans`, `validate`, `run_tools`, `drafts`, `ground`, and more in later versions.",
}

TABLE: Final[tuple[Row, ...]] = (
    Row(
        topic="query",
        senders=("device",),
        readers=("agent",),
        qos=1,
        payloads=(Query,),
        text="the question",
        answered_at="response",
        meaning="Any device asks. What is asked here is answered in front of all logged-in devices.",
    ),
    Row(
        topic="query/{device}",
        senders=("device",),
        readers=("agent",),
        qos=1,
        payloads=(Query,),
        text="the question",
        answered_at="response/{device}",
        meaning="A named device asks; the broker's ACL ties the name to its login.",
    ),
    Row(
        topic="response",
        senders=("agent",),
        readers=("device",),
        qos=1,
        payloads=(Response,),
        meaning="The answer to a query on the shared topic, unless its Response Topic lies under `response/any/`.",
    ),
    Row(
        topic="response/{device}",
        senders=("agent",),
        readers=("device",),
        qos=1,
        payloads=(Response,),
        meaning="The answer to a named device, unless its query names a Response Topic below this one.",
    ),
    Row(
        topic="response/delta",
        senders=("agent",),
        readers=("device",),
        qos=0,
        payloads=(Delta,),
        meaning="Pieces of an answer to the shared topic, for queries that say `stream`.",
    ),
    Row(
        topic="response/{device}/delta",
        senders=("agent",),
        readers=("device",),
        qos=0,
        payloads=(Delta,),
        meaning="Pieces of an answer to a named device: always at its Response Topic, plus `/delta`.",
    ),
    Row(
        topic="cancel",
        senders=("device",),
        readers=("agent",),
        qos=1,
        payloads=(Cancel,),
        text="the query's id",
        meaning="Ends a running query of the shared topic.",
    ),
    Row(
        topic="cancel/{device}",
        senders=("device",),
        readers=("agent",),
        qos=1,
        payloads=(Cancel,),
        text="the query's id",
        meaning="Ends a running query of a named device.",
    ),
    Row(
        topic="plan/request/{agent}",
        senders=("agent",),
        readers=("bridge",),
        qos=1,
        payloads=(PlanRequest,),
        answered_at="plan/response/{agent}",
        meaning="The question and the tool signatures, on their way to the cloud. Expires with its deadline.",
    ),
    Row(
        topic="plan/response/{agent}",
        senders=("bridge",),
        readers=("agent",),
        qos=1,
        payloads=(Plan, PlanFailure),
        meaning="Functions and arguments, or why there are none.",
    ),
    Row(
        topic="status/{name}",
        senders=("agent", "bridge"),
        readers=("anyone",),
        qos=1,
        retain=True,
        payloads=(Status,),
        meaning="How a process is; also its Last Will.",
    ),
    Row(
        topic="tools/{agent}",
        senders=("agent",),
        readers=("anyone",),
        qos=1,
        retain=True,
        payloads=(Catalogue,),
        meaning="The tool catalogue, as the cloud sees it.",
    ),
    Row(
        topic="telemetry/{agent}",
        senders=("agent",),
        readers=("anyone",),
        qos=0,
        payloads=(Telemetry,),
        meaning="Queries, latencies, tokens per second, memory.",
    ),
    Row(
        topic="trace/{agent}/{stage}",
        senders=("agent",),
        readers=("operator",),
        qos=0,
        payloads=(Trace,),
        meaning="A stage of a query begins or ends.",
    ),
    Row(
        topic="egress/{agent}",
        senders=("agent",),
        readers=("operator",),
        qos=1,
        payloads=(Egress,),
        meaning="What left for the cloud.",
    ),
    Row(
        topic="deadletter/{agent}",
        senders=("agent",),
        readers=("operator",),
        qos=1,
        payloads=(DeadLetter,),
        meaning="What could not be understood, or could not be answered to anyone.",
    ),
)

#: Every type of message on the wire, in the table's order.
MESSAGES: Final[tuple[type[Message], ...]] = tuple(dict.fromkeys(type_ for row in TABLE for type_ in row.payloads))
