"""mongodb.insert: off unless switched on, only with its unique index, once a call, and honest where it can't know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.types import CheckedCall, Found, Tool
from tests.tools.conftest import Site, compiled, only

ON = "[tools]\neffects = true\n"
TICKET = """
[[tool]]
name = "open_ticket"
kind = "mongodb.insert"
description = "Open a ticket for a cell."
source = "plant"
collection = "devices"
document = { cell = "{{cell}}", text = "{{text?}}", due = "{{due?}}", status = "open", tags = ["agent", "{{tag?}}"] }
fields = ["cell", "status", "due"]
[tool.params.due]
type = "date"
"""


async def indexed(site: Site) -> None:
    await site.database["devices"].create_index("fedlm_key", unique=True)


def a_call(tool: Tool, key: str = ":a1:c1", **arguments: Any) -> CheckedCall:
    exact, reading = tool.check(arguments)
    return CheckedCall(id="c1", tool=tool, arguments=exact, reading=reading, idempotency_key=key)


async def run(tool: Tool, key: str = ":a1:c1", **arguments: Any) -> Found:
    return await tool.run(a_call(tool, key, **arguments))


async def test_a_document_is_added_and_its_declared_fields_are_the_record(site: Site) -> None:
    await indexed(site)
    async with site.registry(ON + TICKET) as registry:
        found = await run(only(registry), cell="12-A", due="2026-07-01")
    (stored,) = [each async for each in site.database["devices"].find()]
    assert (stored["cell"], stored["status"], stored["fedlm_key"]) == ("12-A", "open", ":a1:c1")
    assert stored["tags"] == ["agent"]
    assert "text" not in stored
    assert dict(found.records[0])["cell"] == "12-A"


async def test_the_same_call_again_adds_nothing_and_says_the_same(site: Site) -> None:
    await indexed(site)
    async with site.registry(ON + TICKET) as registry:
        tool = only(registry)
        first = await run(tool, cell="12-A")
        assert await run(tool, cell="12-A") == first
        assert await run(tool, key=":a1:c2", cell="12-A") == first
    assert await site.database["devices"].count_documents({}) == 2


async def test_eight_at_once_add_one(site: Site) -> None:
    await indexed(site)
    async with site.registry(ON + TICKET) as registry:
        await asyncio.gather(*(run(only(registry), cell="12-A") for _ in range(8)))
    assert await site.database["devices"].count_documents({}) == 1


async def test_without_its_unique_index_the_agent_does_not_start(site: Site) -> None:
    await site.database["devices"].create_index("fedlm_key")  # not unique
    with pytest.raises(ConfigError, match="createIndex"):
        async with site.registry(ON + TICKET):
            pass


async def test_another_unique_index_that_refuses_the_document_is_a_failure(site: Site) -> None:
    await indexed(site)
    await site.database["devices"].create_index("cell", unique=True)
    async with site.registry(ON + TICKET) as registry:
        await run(only(registry), cell="12-A")
        with pytest.raises(ToolFailed, match="refused") as failed:
            await run(only(registry), key=":a2:c1", cell="12-A")
    assert failed.value.status == "failed"


async def test_a_database_that_is_down_fails_no_start_and_times_the_call_out(site: Site) -> None:
    down = replace(site, uri="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")
    async with down.registry(ON + TICKET.replace("collection =", "timeout-s = 0.5\ncollection =")) as registry:
        with pytest.raises(ToolFailed) as failed:
            await run(only(registry), cell="12-A")
    assert failed.value.status == "timed_out"


def test_it_needs_the_switch() -> None:
    with pytest.raises(ConfigError, match="effects = true"):
        compiled(TICKET)


def test_its_tool_has_effects_and_may_be_called_again() -> None:
    tool = compiled(ON + TICKET)
    assert (tool.effects, tool.idempotent) == (True, True)
    assert set(tool.parameters["properties"]) == {"cell", "text", "due", "tag"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TICKET.replace('status = "open"', '"$set" = "open"'), "no name of a field"),
        (TICKET.replace('status = "open"', '"a.b" = "open"'), "no name of a field"),
        (TICKET.replace('status = "open"', 'fedlm_key = "x"'), "a field of its own"),
        (TICKET.replace('collection = "devices"', 'collection = "users"'), "not on the list"),
        (TICKET.replace('"{{cell}}"', '"cell {{cell}}"'), "whole string"),
        (TICKET + '[tool.params.cell]\nmatch = "prefix"\n', "values, not patterns"),
        (TICKET.replace('kind = "mongodb.insert"', 'kind = "mongodb.insert"\nkey = "_id"'), "a field of its own"),
    ],
)
def test_what_can_not_be_declared_is_refused_at_load(table: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        compiled(ON + table)
