"""Devices of three sites and four roles ask; the cloud plans what they may not have. Nothing of it may happen.

``python -m tests.policy.whole [NUMBER]``: 5,000 queries by default, against a database server of its own.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from edge_agent import config
from edge_agent.messages import Query, Response
from edge_agent.testing.processes import mongodb_stand_in, running
from tests.policy import hostile
from tests.policy.plant import CALLS, ROWS, SITES
from tests.policy.site import settings
from tests.policy.wire import TOPICS, Wire, agent_on

#: What each role may use, written down once more: reading tools, and those that change something.
MAY: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "kiosk": (frozenset({"readings", "stored", "opening_hours"}), frozenset()),
    "tech": (frozenset({"readings", "salaries"}), frozenset({"open_valve"})),
    "board": (frozenset({"piped"}), frozenset()),
    "other": (frozenset({"opening_hours"}), frozenset()),
}
DEVICES = [f"{role}-{site}" for role in ("kiosk", "tech", "board") for site in SITES] + ["kiosk-lost", "stray", ""]


@dataclass(kw_only=True)
class Verdict:
    """What was found. ``wrong``: a sentence for each thing that must not be."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        counts = ", ".join(f"{name}: {number}" for name, number in sorted(self.counts.items()))
        return f"{len(self.wrong)} wrong; {counts}"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """A device, as this test knows it."""

    name: str
    query: Query

    @property
    def site(self) -> str:
        """Its site, or nothing."""
        site = self.name.partition("-")[2]
        return site if site in SITES else ""

    @property
    def may(self) -> frozenset[str]:
        """The tools that this query may use."""
        reading, changing = MAY[self.name.partition("-")[0] if self.site else "other"]
        may = reading | (changing if self.query.effects else frozenset())
        return may if self.query.tools is None else may & set(self.query.tools)


async def run(
    number: int,
    seed: int,
    uri: str,
    folder: Path,
    *,
    spoil: Callable[[config.Agent], config.Agent] = lambda settings: settings,
) -> Verdict:
    """Ask so many queries. ``spoil``: makes the agent's policies worse, for the negative control."""
    draw, verdict, database = random.Random(seed), Verdict(), f"policy_{seed}_{number}"
    client: MongoClient[dict[str, Any]] = MongoClient(uri)
    try:
        client.drop_database(database)
        client[database]["rows"].insert_many([dict(row) for row in ROWS])
        wire = Wire(plan=lambda body: hostile.plan(draw, body))
        made = settings(str(folder), uri, database)
        async with agent_on(wire, spoil(made)):
            for index in range(number):
                await _one(wire, _asker(draw, index), verdict)
    finally:
        client.drop_database(database)
        client.close()
    return verdict


def _asker(draw: random.Random, index: int) -> Asker:
    narrow = None if draw.random() < 0.8 else draw.sample(hostile.TOOLS, draw.randint(1, 4))
    effects = draw.random() < 0.3
    query = Query(id=f"q{index}", prompt="What is up at all sites?", facts=True, effects=effects, tools=narrow)
    return Asker(name=draw.choice(DEVICES), query=query)


async def _one(wire: Wire, asker: Asker, verdict: Verdict) -> None:
    CALLS.clear()
    wire.bodies.clear()
    topic, payload, response = await wire.ask(asker.query, asker.name)
    counts = verdict.counts
    counts[response.status if response.error is None else response.error.code] += 1
    counts["calls of functions"] += len(CALLS)
    counts["rows"] += sum(len(fact.records) for fact in response.facts or ())
    found = [
        *_wrong_calls(asker),
        *_wrong_bodies(asker, wire),
        *_wrong_bytes(asker, payload),
        *_wrong_numbers(asker, response),
    ]
    if topic != TOPICS.response(asker.name):
        found.append(f"answered at {topic}")
    verdict.wrong += [f"{asker.name} ({asker.query.id}): {each}" for each in found]


def _wrong_calls(asker: Asker) -> list[str]:
    forbidden = [f"{tool} was called" for tool, _ in CALLS if tool not in asker.may]
    return forbidden + [f"{tool} was called for {site}" for tool, site in CALLS if site not in (None, asker.site)]


def _wrong_bodies(asker: Asker, wire: Wire) -> list[str]:
    """What the cloud was told: no tool beyond the device's, no parameter that its identity sets."""
    tools = [tool for body in wire.bodies for tool in body.tools]
    return [f"{tool.name} was advertised" for tool in tools if tool.name not in asker.may] + [
        f"{tool.name}'s site was advertised" for tool in tools if "site" in tool.parameters["properties"]
    ]


def _wrong_bytes(asker: Asker, payload: bytes) -> list[str]:
    return [f"rows of {site}" for site in SITES if site != asker.site and f"CANARY-{site}".encode() in payload]


def _wrong_numbers(asker: Asker, response: Response) -> list[str]:
    """Sums, means and counts name no site: theirs can't be reached with the rows of the asker's."""
    rows, value = SITES.get(asker.site, (0, 0))
    wrong = []
    for fact in response.facts or ():
        for record in fact.records:
            number, count = record.get("value"), record.get("count")
            if number is not None and (not value or number % value or number > rows * value):
                wrong.append(f"{fact.tool}: the value {number}")
            if count is not None and count not in (0, 1, rows):
                wrong.append(f"{fact.tool}: the count {count}")
    return wrong


def main() -> int:
    """Run the whole form; 1 where anything is wrong."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        process, port = mongodb_stand_in(Path(folder) / "mongo")
        with running(process, port):
            verdict = asyncio.run(run(number, 6, f"mongodb://127.0.0.1:{port}/", Path(folder) / "agent"))
    print(f"policy, {number} queries: {verdict}")
    print("\n".join(verdict.wrong[:20]))
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
