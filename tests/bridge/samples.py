"""A small catalogue, and the settings that tests vary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.messages import Egress, PlanBody, PlanRequest, ToolSignature, encode
from edge_agent.planning.cloud import Note
from edge_agent.privacy.egress import Gate
from edge_agent.topics import Topics
from edge_agent.types import Key, Leaving, Logged
from edge_agent.wire import Outgoing, Publish

SALES = ToolSignature(
    name="sales_by_product",
    description="Sales of each product in a quarter: revenue and units sold.",
    parameters={
        "type": "object",
        "properties": {
            "quarter": {"type": "string", "enum": ["Q1", "Q2", "Q3", "Q4"], "description": "The quarter"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10, "description": "How many"},
            "since": {"type": "string", "pattern": "^[1-9][0-9]*[hd]$"},
        },
        "required": ["quarter"],
        "additionalProperties": False,
    },
)
STOCK = ToolSignature(
    name="stock",
    description="Products and how many of each are in stock.",
    parameters={"type": "object", "properties": {}, "additionalProperties": False},
)
TOOLS = [SALES, STOCK]


def body(prompt: str = "What sold best in Q2?", *, violation: str | None = None) -> PlanBody:
    return PlanBody(prompt=prompt, tools=TOOLS, today="2026-11-25 (Wednesday), Europe/Berlin", violation=violation)


def request(identifier: str = "q1", *, deadline_s: float = 5.0, prompt: str = "What sold best in Q2?") -> PlanRequest:
    return PlanRequest(id=identifier, deadline_s=deadline_s, body=body(prompt))


def leaving(prompt: str, *, clock: Clock | None = None, violation: str | None = None) -> Leaving:
    return Gate(clock=clock or Clock()).look(prompt, TOOLS, violation=violation)


def note(publish: Publish, topics: Topics) -> Note:
    """Tells the operator, as the agent does; nothing is written to disk."""

    async def told(what: Leaving, key: Key, request: str) -> Logged:
        egress = Egress(device=key[0], id=key[1], body=what.raw.decode(), sha256=what.sha256)
        await publish(Outgoing(topic=topics.egress("agent"), payload=encode(egress)))
        return Logged(log="", sequence=0, chain="")

    return told


def planner(**changes: Any) -> config.CloudPlanner:
    return config.CloudPlanner(**{"model": "some-model", "profile": "plain", **changes})


@dataclass(frozen=True, kw_only=True)
class StillClock(Clock):
    """Wall time stands; ``monotonic`` is the event loop's, plus what was slept without waiting."""

    zone: tzinfo = UTC
    moment: datetime = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment + timedelta(days=sum(self.days))

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
