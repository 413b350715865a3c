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
