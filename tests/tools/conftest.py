"""A database of its own for each test, and the way from a table of agent.toml to a call."""

from __future__ import annotations

import textwrap
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.config_file import loads
from edge_agent.tools.registry import Registry, check_tools, open_registry
from edge_agent.types import CheckedCall, Found, Record, Tool

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class StandingClock(Clock):
    """It is always noon."""

    at: datetime = field(default=NOON)

    def now(self) -> datetime:
        return self.at.astimezone(self.zone)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A test's own database."""

    uri: str
    database: AsyncDatabase[dict[str, Any]]

    def settings(self, tables: str) -> config.Agent:
        source = f"""
            [[source]]
            name = "plant"
            uri = "{self.uri}"
            database = "{self.database.name}"
            collections = ["readings", "devices"]
        """
        return settings(source + "\n" + tables)

    @asynccontextmanager
    async def registry(self, tables: str, clock: Clock | None = None) -> AsyncIterator[Registry]:
        clock = clock or StandingClock()
        async with open_registry(self.settings(tables), clock=clock, credential=lambda _: None) as opened:
            yield opened

    async def ask(self, tables: str, clock: Clock | None = None, **arguments: Any) -> Found:
        """Make one call of the one tool."""
        async with self.registry(tables, clock) as registry:
            return await call(only(registry), arguments)

    async def records(self, tables: str, **arguments: Any) -> list[Record]:
        return list((await self.ask(tables, **arguments)).records)


def settings(toml: str) -> config.Agent:
    return loads(
        "\n".join(line.strip() for line in textwrap.dedent(toml).splitlines()), config.Agent, name="agent.toml"
    )


def only(registry: Registry) -> Tool:
    (tool,) = registry.tools.values()
    return tool


def compiled(tables: str) -> Tool:
    """A tool of a source that nobody opens."""
    source = (
        '[[source]]\nname = "plant"\nuri = "mongodb://nowhere"\ndatabase = "d"\ncollections = ["readings", "devices"]\n'
    )
    return only(check_tools(settings(source + textwrap.dedent(tables)), StandingClock()))


async def call(tool: Tool, arguments: Mapping[str, Any]) -> Found:
    exact, reading = tool.check(arguments)
    return await tool.run(CheckedCall(id="c1", tool=tool, arguments=exact, reading=reading))


@pytest.fixture
async def site(mongo_uri: str) -> AsyncIterator[Site]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        database = client[f"test_{uuid4().hex}"]
        yield Site(uri=mongo_uri, database=database)
        await client.drop_database(database.name)
