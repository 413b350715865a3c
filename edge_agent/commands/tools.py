"""``fedlm tools list | try | draft``: what can be asked; one tool tried by hand; a tool drafted from a collection."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from edge_agent import config, wording
from edge_agent.clock import Clock
from edge_agent.commands.agent_toml import read_agent, zone_of
from edge_agent.credentials import credential
from edge_agent.errors import ConfigError
from edge_agent.messages import Query
from edge_agent.offer import Offer, open_offer
from edge_agent.slm.profiles import choose
from edge_agent.slm.prompt import facts_text
from edge_agent.slm.rows import tables
from edge_agent.stages.select import select
from edge_agent.tools.drafting import draft
from edge_agent.tools.mongo_source import open_source
from edge_agent.tools.mongo_survey import survey
from edge_agent.types import Accepted, CheckedCall, Facts, Found, Record, Result, Results, ReturnAddress, Tool

#: Rows that a terminal shows.
SHOWN_ROWS = 20
_SOCKET_S = 30.0
_KEY = ("", "try")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="what can be asked, as the cloud sees it, and the pinned plans")
    trying = actions.add_parser("try", help="run one tool: its query, its rows, and what the model would be given")
    trying.add_argument("name", help="the tool")
    trying.add_argument("--arg", action="append", default=[], metavar="K=V", help="an argument; may be repeated")
    trying.add_argument("--question", default="", help="the question that this call would answer")
    drafting = actions.add_parser("draft", help="write a [[tool]] to begin with; looks at the collection locally")
    drafting.add_argument("--source", required=True, help="a [[source]] of agent.toml")
    drafting.add_argument("--collection", required=True, help="one of its collections")
    for each in (listing, trying, drafting):
        each.add_argument("--config", type=Path, default=Path("/etc/fedlm/agent.toml"), help="agent.toml")


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: the tool found nothing. What an operator has to mend raises ``FedlmError``."""
    settings, offer = read_agent(arguments.config)
    console = Console(highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
    match arguments.action:
        case "list":
            _list(offer, console)
            return 0
        case "draft":
            sys.stdout.write(asyncio.run(_draft(settings, offer, arguments.source, arguments.collection)))
            return 0
    return asyncio.run(_try(settings, arguments, console))


def _list(offer: Offer, console: Console) -> None:
    for tool in offer.registry.tools.values():
        names: Mapping[str, Any] = tool.parameters["properties"]
        required = tool.parameters.get("required", ())
        own = [name if name in required else f"[{name}]" for name in names if name not in ("fields", "reduce", "by")]
        console.print(f"{tool.name}({', '.join(own)})\n  {tool.description}")
    for plan in offer.plans.plans:
        tools = ", ".join(call.tool for call in plan.calls)
        console.print(f"pinned plan {plan.number} → {tools}\n  {plan.patterns[0].text}")


async def _try(settings: config.Agent, arguments: argparse.Namespace, console: Console) -> int:
    clock = Clock(zone=zone_of(settings))
    async with open_offer(settings, clock=clock, credential=credential) as offer:
        tool = _named(arguments.name, offer.registry.tools)
        exact, reading = tool.check(_proposed(tool, arguments.arg))
        call = CheckedCall(id="c1", tool=tool, arguments=exact, reading=reading)
        if tool.shown is not None:
            console.print(f"query\n{tool.shown(call)}\n")
        begun = time.perf_counter()
        async with asyncio.timeout(tool.timeout_s + 1):
            found = await tool.run(call)
        ms = (time.perf_counter() - begun) * 1000
    several = "" if len(found.records) == 1 else "s"
    console.print(f"{len(found.records)} record{several}{' and more' if found.more else ''} in {ms:.1f} ms")
    _show_rows(found.records, console)
    facts = _facts(call, found, arguments.question, settings.locale)
    if not facts.found:
        console.print(f"\nanswer, by code\n{wording.nothing(facts)}")
        return 1
    profile = choose({}, settings.slm.profile if settings.slm else None)
    told = facts_text(tables(facts, clock.zone), rows=len(found.records), sentences=profile.sentences)
    asked = f"{profile.before_question}{arguments.question}\n" if arguments.question else ""
    console.print(f"\nwhat the model would be given\n{asked}{profile.before_facts}{told}")
    own = wording.in_own_words(facts, {tool.name: tool}, zone=clock.zone)
    told = own if own is not None else wording.render(facts, zone=clock.zone)
    console.print(f"\nanswer {'by the template' if own is not None else 'without the model'}\n{told}")
    return 0


def _named(name: str, tools: Mapping[str, Tool]) -> Tool:
    if name not in tools:
        raise ConfigError(f'there is no tool "{name}"; {_nearest(name, tools)}')
    return tools[name]


def _proposed(tool: Tool, pairs: Iterable[str]) -> dict[str, Any]:
    """Read ``k=v``: the value as the parameter's type has it; what isn't of that type is refused by the tool."""
    proposed: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ConfigError(f'--arg "{pair}": write it as name=value')
        proposed[name] = _value(text, tool.parameters["properties"].get(name, {}))
    return proposed


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    kinds = {schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))}
    if "array" in kinds and not text.startswith("["):
        return [_value(each.strip(), schema.get("items", {})) for each in text.split(",")]
    if kinds & {"integer", "number", "boolean", "array"} or (kinds == {None} and "enum" in schema):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _facts(call: CheckedCall, found: Found, question: str, locale: str) -> Facts:
    asked = Accepted(
        key=_KEY, query=Query(prompt=question), address=ReturnAddress(topic=""), received=0.0, deadline=0.0
    )
    status = "ok" if found.records else "empty"
    result = Result(call=call, status=status, records=found.records, more=found.more)  # type: ignore[arg-type]
    return select(asked, Results(results=(result,), route="edge", route_reason=""), locale=locale)


def _show_rows(records: Iterable[Record], console: Console) -> None:
    rows = list(records)
    table = Table(show_edge=False)
    names = list(dict.fromkeys(name for record in rows for name in record))
    for name in names:
        table.add_column(name)
    for record in rows[:SHOWN_ROWS]:
        table.add_row(*(str(record.get(name, "")) for name in names))
    if rows:
        console.print(table)
    if len(rows) > SHOWN_ROWS:
        console.print(f"… and {len(rows) - SHOWN_ROWS} more rows")


async def _draft(settings: config.Agent, offer: Offer, name: str, collection: str) -> str:
    sources = {each.name: each for each in settings.source}
    if name not in sources:
        raise ConfigError(f'there is no source "{name}"; {_nearest(name, sources)}')
    if collection not in sources[name].collections:
        near = _nearest(collection, sources[name].collections)
        raise ConfigError(f'source "{name}": collections: "{collection}" is not in it; {near}')
    async with open_source(sources[name], credential=credential, socket_timeout_s=_SOCKET_S) as source:
        seen = await survey(source, collection)
    return draft(seen, source=name, taken=offer.registry.tools)


def _nearest(word: str, valid: Iterable[str]) -> str:
    names = list(valid)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else f"valid: {', '.join(sorted(names)) or 'none'}"
