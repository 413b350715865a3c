"""The one catalogue of tools: tables of agent.toml and Python functions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.messages import ToolSignature
from edge_agent.tools import lint, loading
from edge_agent.tools.functions import function_tool
from edge_agent.tools.mongo import declared_tool
from edge_agent.tools.mongo_insert import insert_tool
from edge_agent.tools.mongo_known import Sensitive, sensitive
from edge_agent.tools.mongo_source import MongoSource, open_source
from edge_agent.tools.sentences import config_error, did_you_mean
from edge_agent.types import Tool

#: The database's own limit comes first; the socket's is for a server that went away.
_SOCKET_MARGIN_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Every tool by its name, in the order of their declaration."""

    tools: Mapping[str, Tool]
    #: The sources' fields whose values stay here.
    sensitive: Sequence[Sensitive] = ()

    def signatures(self, narrow: Sequence[str] | None = None, *, effects: bool = True) -> list[ToolSignature]:
        """What the cloud sees: names, descriptions and JSON Schemas. ``narrow``: only these; never widens."""
        return [
            ToolSignature(name=each.name, description=each.description, parameters=dict(each.parameters))
            for each in self.tools.values()
            if (narrow is None or each.name in narrow) and (effects or not each.effects)
        ]


@asynccontextmanager
async def open_registry(
    settings: config.Agent, *, clock: Clock, credential: Callable[[str], str | None]
) -> AsyncGenerator[Registry]:
    """Own the sources' clients and the catalogue over them. Raises ``ConfigError``; a source may be down."""
    _check_sources(settings.source)
    longest_s = max([settings.tools.timeout_s, *(each.timeout_s or 0.0 for each in settings.tool)])
    async with AsyncExitStack() as stack:
        sources = {
            each.name: await stack.enter_async_context(
                open_source(each, credential=credential, socket_timeout_s=longest_s + _SOCKET_MARGIN_S)
            )
            for each in settings.source
        }
        registry = _registry(settings, sources.__getitem__, clock)
        for tool in registry.tools.values():
            if tool.ready is not None:
                await tool.ready()
        yield registry


def check_tools(settings: config.Agent, clock: Clock) -> Registry:
    """Compile the catalogue without opening a source, as ``check-config`` does. Raises ``ConfigError``."""
    _check_sources(settings.source)
    return _registry(settings, _closed, clock)


def _registry(settings: config.Agent, source: Callable[[str], MongoSource], clock: Clock) -> Registry:
    allowed = {each.name: each.collections for each in settings.source}
    tools: list[Tool] = []
    for table in settings.tool:
        if table.source not in allowed:
            hint = did_you_mean(table.source, allowed)
            raise config_error(table.name, "source", f'there is no source "{table.source}"; {hint}')
        tools.append(_declared(table, settings.tools, allowed[table.source], partial(source, table.source), clock))
    tools += [function_tool(each, timeout_s=settings.tools.timeout_s) for each in loading.functions(settings.tools)]
    by_name: dict[str, Tool] = {}
    for each in tools:
        if each.name in by_name:
            raise config_error(each.name, "name", "two tools have this name")
        by_name[each.name] = each
        lint.warn(each.name, each.description, each.parameters)
    return Registry(
        tools=by_name,
        sensitive=[found for each in settings.source for found in sensitive(each, partial(source, each.name))],
    )


def _declared(
    table: config.FindTool | config.AggregateTool | config.InsertTool,
    settings: config.Tools,
    collections: Sequence[str],
    source: Callable[[], MongoSource],
    clock: Clock,
) -> Tool:
    common: dict[str, Any] = {
        "collections": collections,
        "source": source,
        "timeout_s": settings.timeout_s,
        "clock": clock,
    }
    if isinstance(table, config.InsertTool):
        return insert_tool(table, allowed=settings.effects, **common)
    return declared_tool(table, **common)


def _check_sources(sources: Sequence[config.Source]) -> None:
    names = [each.name for each in sources]
    if doubled := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f'source "{doubled[0]}": name: two sources have this name')


def _closed(name: str) -> MongoSource:
    raise RuntimeError(f"source {name} was not opened")
