"""``fedlm forget``: take contents out of the agent's state folder; what left can still be audited by its hashes."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.commands.agent_toml import zone_of
from edge_agent.config_file import load
from edge_agent.errors import ConfigError
from edge_agent.forgetting import Selection
from edge_agent.journal.forgetting import forget
from edge_agent.stores import egress_logs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.description = (
        "Forget questions, answers and what left for them. What is given must hold together; stop the agent first."
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--state", type=Path, help=f"the agent's state folder ({config.Agent().state_dir})")
    where.add_argument("--config", type=Path, help="an agent.toml whose state-dir it is")
    parser.add_argument("--device", help="what this device asked; an empty name: what was asked on the shared topic")
    parser.add_argument("--id", help="the query of this id")
    parser.add_argument("--before", metavar="TIME", help="what is older, e.g. 2026-11-01 or 2026-11-01T08:00")


def run(arguments: argparse.Namespace) -> int:
    """0: it is forgotten. 1: a log has lines that can't be read, and nobody can tell what they hold."""
    if arguments.device is None and arguments.id is None and arguments.before is None:
        raise ConfigError("say what to forget: --device, --id or --before")
    settings = load(arguments.config, config.Agent) if arguments.config else config.Agent()
    state = arguments.state or Path(settings.state_dir)
    if not state.is_dir():
        raise ConfigError(f"{state}: there is no such folder")
    clock = Clock(zone=zone_of(settings))
    before = None if arguments.before is None else _moment(arguments.before, zone_of(settings))
    selection = Selection(device=arguments.device, id=arguments.id, before=before)
    rows = forget(state / "journal", device=selection.device, id_=selection.id, before=before, clock=clock)
    print(f"{state / 'journal'}: {rows} rows forgotten")
    return asyncio.run(_forget_what_left(structs.replace(settings, state_dir=str(state)), clock, selection))


async def _forget_what_left(settings: config.Agent, clock: Clock, selection: Selection) -> int:
    unreadable = 0
    for log in egress_logs(settings, clock=clock):
        async with log:
            forgotten, doubtful = await log.forget(selection.of_line)
        print(f"{log.file}: the contents of {forgotten} requests forgotten; their hashes stay")
        unreadable += doubtful
    if unreadable:
        print(f"{unreadable} damaged lines were left as they are: `fedlm audit --verify` names them")
    return 1 if unreadable else 0


def _moment(said: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise ConfigError(f"--before {said}: expected a date or a time, e.g. 2026-11-01 or 2026-11-01T08:00") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
