"""Databases that differ only in what may not be seen from outside, and a whole house over each."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from edge_agent import config
from edge_agent.bridge.body import http_body
from edge_agent.config_file import loads
from edge_agent.demo import house as demo
from edge_agent.demo import seed
from edge_agent.demo.names import person
from edge_agent.demo.seed import Store
from edge_agent.messages import Egress, PlanBody, Response, decode
from edge_agent.testing.cloud.server import Received, Reply
from edge_agent.testing.cloud.standin import StandIn
from edge_agent.testing.leaky import Tap, tapped
from tests.whole.house import House, open_house
from tests.whole.plans import instant

#: As ``open_house`` configures its bridge.
BRIDGE = config.CloudPlanner(model="scripted", profile="plain")
#: What questions name. All other fields are contents.
KEYS = frozenset({"order", "customer", "subscriber", "name", "address", "cell", "site", "sku", "quarter", "category"})
#: Chosen from what stands there: a call filters by it, so that other records come back.
CHOSEN = frozenset({"status", "state", "severity"})
#: A name of everyday words in lower case: default-deny alone lets it pass.
EVERYDAY = "rose mark"
#: A real model answers three worlds at once.
WITHIN_S = 120.0
_NOT_COMPARED = frozenset({"host", "content-length"})


def _filled(**values: object) -> config.Agent:
    text = (demo.HERE / "agent.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return loads(text, config.Agent, name="agent.toml")


DEMO = _filled(STATE="state", PORT=1, DB_PORT=1, SLM="")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The rows of a world, and the canaries that stand in them."""

    store: Store
    canaries: frozenset[str]

    @property
    def private(self) -> dict[str, str]:
        """Every name, and the collection that it is in."""
        return {
            str(row[key]): collection
            for tables in self.store.values()
            for collection, rows in tables.items()
            for row in rows
            for key in ("name", "customer")
            if key in row
        }


def same_keys(seed_: int) -> Contents:
    """A world with the keys that all such worlds have, and contents of its own: canaries, numbers, states, times."""
    rng = random.Random(seed_)
    store = seed.build(datetime.now(UTC))
    store["field"]["subscribers"][0]["name"] = EVERYDAY
    canaries: set[str] = set()

    def content(name: str, value: Any, column: list[Any]) -> Any:
        match value:
            case _ if name in CHOSEN:
                return rng.choice(column)
            case str():
                # No letter of a hexadecimal number: among millions of ids and hashes those would turn up by chance.
                canary = "".join(rng.choices("ghjkmnpqrstvwxyz", k=16))
                canaries.add(canary)
                return f"{value} {canary}"
            case float():
                return round(value * rng.uniform(0.5, 1.5), 2)
            case int() if name not in {"year", "month"}:
                return rng.randint(0, 2 * value + 3)
            case datetime() if name != "at":
                return value - timedelta(minutes=rng.randint(1, 3000))
        return value

    for tables in store.values():
        for rows in tables.values():
            columns = {name: sorted({row[name] for row in rows}) for name in CHOSEN & rows[0].keys()}
            for row in rows:
                row |= {
                    name: content(name, value, columns.get(name, [])) for name, value in row.items() if name not in KEYS
                }
                row["remark"] = content("remark", "seen", [])
    return Contents(store=store, canaries=frozenset(canaries))


def other_keys(seed_: int) -> Contents:
    """A world that knows none of the other worlds' orders, subscribers and persons."""
    contents, rng = same_keys(seed_), random.Random(seed_ + 1)
    changed: dict[str, Callable[[str], str]] = {
        "order": lambda value: f"SO-{int(value[3:]) + 40_000}",
        "subscriber": lambda value: f"SUB-{int(value[4:]) + 40_000}",
        "customer": lambda _: person(rng),
        "name": lambda _: person(rng),
        "address": lambda _: f"{rng.randint(100, 900)} Quince Alley",
    }
    for tables in contents.store.values():
        for rows in tables.values():
            for row in rows:
                row |= {key: change(row[key]) for key, change in changed.items() if key in row}
    return contents


class Recorder(StandIn):
    """The stand-in cloud; it plans, and what came is recorded. ``added``: headers that a leak adds on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.added: Callable[[], Mapping[str, str]] = dict
        self.observed: list[Received] = []

    async def _plan(self, received: Received) -> Reply:
        self.observed.append(replace(received, headers={**received.headers, **self.added()}))
        return await super()._plan(received)


@dataclass(kw_only=True)
class World:
    """A house over its own database."""

    house: House
    cloud: Recorder
    tap: Tap
    contents: Contents
    egress: list[Egress] = field(default_factory=list)

    async def ask(self, prompt: str) -> Response:
        """Ask; what was heard besides is taken note of, and let go."""
        response = await self.house.ask(prompt, facts=True, within_s=WITHIN_S)
        self.egress += [decode(m.payload, Egress) for m in self.house.heard if m.topic.endswith("/egress/agent")]
        self.house.heard.clear()
        return response

    @property
    def sent(self) -> list[tuple[tuple[tuple[str, str], ...], bytes]]:
        """What the cloud received, in order: headers and body."""
        return [
            (tuple(sorted((k, v) for k, v in each.headers.items() if k not in _NOT_COMPARED)), each.body)
            for each in self.cloud.observed
        ]

    @property
    def computed(self) -> list[bytes]:
        """What the cloud must have received by the egress messages, in order."""
        return [http_body(decode_body(each), BRIDGE) for each in self.egress]


def decode_body(egress: Egress) -> PlanBody:
    return msgspec.json.decode(egress.body, type=PlanBody)


@asynccontextmanager
async def open_world(
    contents: Contents,
    port: int,
    mongo_uri: str,
    folder: Path,
    *,
    slm: Callable[[config.Agent], object] = instant,
    level: str = "strict",
) -> AsyncIterator[World]:
    """Open a house with the demo's tools over these contents."""
    mark = secrets.token_hex(4)
    await asyncio.to_thread(
        seed.write, mongo_uri, {f"{name}_{mark}": tables for name, tables in contents.store.items()}
    )
    sources = [structs.replace(each, uri=mongo_uri, database=f"{each.database}_{mark}") for each in DEMO.source]
    tap = Tap(root=f"n-{mark}")
    cloud = Recorder()
    async with open_house(
        port,
        folder,
        cloud=cloud,
        slm=slm,
        root=tap.root,
        link=tapped(tap),
        source=sources,
        tool=[each for each in DEMO.tool if not isinstance(each, config.InsertTool)],
        tools=config.Tools(entry_points=False),
        privacy=config.Privacy(level=level),  # type: ignore[arg-type]
        inbox=config.Inbox(per_device_per_minute=0),
        deadline_s=WITHIN_S - 10.0,
    ) as house:
        cloud.added = lambda: tap.leak.headers(tap.seen)
        yield World(house=house, cloud=cloud, tap=tap, contents=contents)


@asynccontextmanager
async def open_worlds(
    all_contents: list[Contents], port: int, mongo_uri: str, folder: Path, **options: Any
) -> AsyncIterator[list[World]]:
    """Open several, one after the other."""
    async with AsyncExitStack() as opened:
        yield [
            await opened.enter_async_context(open_world(each, port, mongo_uri, folder / str(number), **options))
            for number, each in enumerate(all_contents)
        ]
