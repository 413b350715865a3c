"""The topic tree: the one place that spells topics. No topic holds a query's id, so the tree stays bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What may stand for ``{device}``, ``{agent}`` and ``{bridge}`` in a topic.
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
#: What may be a query's id.
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: No topic of ours holds a wildcard, ``$``, a control character or half of a surrogate pair.
_UNSAFE = re.compile("[+#$\x00-\x1f\x7f-\x9f\ud800-\udfff]")
#: No device may be called so: these are levels of the tree.
RESERVED = frozenset({"any", "delta"})
MAX_LEVELS = 8
MAX_TOPIC_BYTES = 200


def is_device_name(name: str) -> bool:
    """Whether a device may be called so."""
    return NAME.fullmatch(name) is not None and name not in RESERVED


@dataclass(frozen=True, kw_only=True)
class QueryAddress:
    """A query's topic. ``device`` is empty on the shared topic."""

    device: str


@dataclass(frozen=True, kw_only=True)
class CancelAddress:
    """A cancel's topic. ``device`` is empty on the shared topic."""

    device: str


@dataclass(frozen=True, kw_only=True)
class PlanResponseAddress:
    """Where the bridge answers the agent."""

    agent: str


@dataclass(frozen=True, kw_only=True)
class PlanRequestAddress:
    """Where an agent asks the bridge."""

    agent: str


@dataclass(frozen=True, kw_only=True)
class StatusAddress:
    """The retained status of a process."""

    name: str


@dataclass(frozen=True, kw_only=True)
class TelemetryAddress:
    """The telemetry of an agent."""

    agent: str


Address = (
    QueryAddress | CancelAddress | PlanResponseAddress | PlanRequestAddress | StatusAddress | TelemetryAddress | None
)


@dataclass(frozen=True)
class Topics:
    """All topics below one root."""

    root: str = "fedlm"

    def query(self, device: str = "") -> str:
        """Where a device asks."""
        return self._of("query", device)

    def response(self, device: str = "") -> str:
        """Where a device is answered, unless it names a Response Topic."""
        return self._of("response", device)

    def delta(self, response_topic: str) -> str:
        """Where the pieces of an answer go that is due on ``response_topic``."""
        return f"{response_topic}/delta"

    def cancel(self, device: str = "") -> str:
        """Where a device cancels."""
        return self._of("cancel", device)

    def plan_request(self, agent: str) -> str:
        """Agent to bridge."""
        return f"{self.root}/plan/request/{agent}"

    def plan_response(self, agent: str) -> str:
        """Bridge to agent."""
        return f"{self.root}/plan/response/{agent}"

    def status(self, name: str) -> str:
        """Retained status of a process."""
        return f"{self.root}/status/{name}"

    def tools(self, agent: str) -> str:
        """Retained tool catalogue of an agent."""
        return f"{self.root}/tools/{agent}"

    def telemetry(self, agent: str) -> str:
        """Telemetry of an agent."""
        return f"{self.root}/telemetry/{agent}"

    def device_telemetry(self, agent: str) -> str:
        """Telemetry of the device that an agent runs on."""
        return f"{self.root}/telemetry/{agent}/device"

    def trace(self, agent: str, stage: str) -> str:
        """A stage of a query begins or ends."""
        return f"{self.root}/trace/{agent}/{stage}"

    def egress(self, agent: str) -> str:
        """What left for the cloud."""
        return f"{self.root}/egress/{agent}"

    def deadletter(self, agent: str) -> str:
        """What could not be understood."""
        return f"{self.root}/deadletter/{agent}"

    def read(self, topic: str) -> Address:
        """What a topic addresses, or None where it is none of ours or names a device that can't be."""
        rest = topic.removeprefix(f"{self.root}/")
        if rest == topic:
            return None
        match rest.split("/"):
            case ["query"]:
                return QueryAddress(device="")
            case ["query", device] if is_device_name(device):
                return QueryAddress(device=device)
            case ["cancel"]:
                return CancelAddress(device="")
            case ["cancel", device] if is_device_name(device):
                return CancelAddress(device=device)
            case ["plan", "response", agent]:
                return PlanResponseAddress(agent=agent)
            case ["plan", "request", agent] if NAME.fullmatch(agent):
                return PlanRequestAddress(agent=agent)
            case ["status", name]:
                return StatusAddress(name=name)
            case ["telemetry", agent]:
                return TelemetryAddress(agent=agent)
        return None

    def may_answer_at(self, topic: str, device: str) -> bool:
        """Whether an answer to ``device`` may go to this Response Topic (design: "Where the answer goes")."""
        if not topic or len(topic.encode("utf-8", "surrogatepass")) > MAX_TOPIC_BYTES:
            return False
        if _UNSAFE.search(topic):
            return False
        levels = topic.split("/")
        home = self.response(device).split("/")
        if len(levels) > MAX_LEVELS or "" in levels or levels[: len(home)] != home:
            return False
        below = levels[len(home) :]
        if "delta" in below:
            return False
        return not below or bool(device) or (below[0] == "any" and len(below) > 1)

    def _of(self, kind: str, device: str) -> str:
        return f"{self.root}/{kind}/{device}" if device else f"{self.root}/{kind}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the contract: docs and the broker's ACL are made from it."""

    topic: str
    sender: str
    reader: str
    qos: int
    retain: bool
    payload: str
    meaning: str


TABLE: tuple[Row, ...] = (
    Row(
        topic="query",
        sender="device",
        reader="agent",
        qos=1,
        retain=False,
        payload="Query",
        meaning="Any device asks: JSON, or the question as plain text. The shared topic.",
    ),
    Row(
        topic="query/{device}",
        sender="device",
        reader="agent",
        qos=1,
        retain=False,
        payload="Query",
        meaning="A named device asks; the broker's ACL ties the name to its login.",
    ),
    Row(
        topic="response",
        sender="agent",
        reader="device",
        qos=1,
        retain=False,
        payload="Response",
        meaning="The answer to a query on the shared topic.",
    ),
    Row(
        topic="response/{device}",
        sender="agent",
        reader="device",
        qos=1,
        retain=False,
        payload="Response",
        meaning="The answer to a named device, unless its query names a Response Topic below this one.",
    ),
    Row(
        topic="response/{device}/delta",
        sender="agent",
        reader="device",
        qos=0,
        retain=False,
        payload="Delta",
        meaning="Pieces of an answer while it is worded, for queries that say `stream`.",
    ),
    Row(
        topic="cancel",
        sender="device",
        reader="agent",
        qos=1,
        retain=False,
        payload="Cancel",
        meaning="Ends a running query of the shared topic: the id as plain text or JSON.",
    ),
    Row(
        topic="cancel/{device}",
        sender="device",
        reader="agent",
        qos=1,
        retain=False,
        payload="Cancel",
        meaning="Ends a running query of a named device.",
    ),
    Row(
        topic="plan/request/{agent}",
        sender="agent",
        reader="bridge",
        qos=1,
        retain=False,
        payload="PlanRequest",
        meaning="The question and the tool signatures, on their way to the cloud.",
    ),
    Row(
        topic="plan/response/{agent}",
        sender="bridge",
        reader="agent",
        qos=1,
        retain=False,
        payload="Plan | PlanFailure",
        meaning="Functions and arguments, or why there are none.",
    ),
    Row(
        topic="status/{name}",
        sender="agent, bridge, sensors",
        reader="all",
        qos=1,
        retain=True,
        payload="Status",
        meaning="How a process is; also its Last Will.",
    ),
    Row(
        topic="tools/{agent}",
        sender="agent",
        reader="all",
        qos=1,
        retain=True,
        payload="Catalogue",
        meaning="The tool catalogue, as the cloud sees it.",
    ),
    Row(
        topic="telemetry/{agent}",
        sender="agent",
        reader="all",
        qos=0,
        retain=False,
        payload="Telemetry",
        meaning="Queries, latencies, tokens per second, memory.",
    ),
    Row(
        topic="trace/{agent}/{stage}",
        sender="agent",
        reader="operator",
        qos=0,
        retain=False,
        payload="Trace",
        meaning="A stage of a query begins or ends.",
    ),
    Row(
        topic="egress/{agent}",
        sender="agent",
        reader="operator",
        qos=1,
        retain=False,
        payload="Egress",
        meaning="What left for the cloud.",
    ),
    Row(
        topic="deadletter/{agent}",
        sender="agent",
        reader="operator",
        qos=1,
        retain=False,
        payload="DeadLetter",
        meaning="What could not be understood or answered.",
    ),
)
