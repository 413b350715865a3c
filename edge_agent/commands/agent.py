"""``fedlm agent``: the daemon on the device."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from edge_agent import config, logs
from edge_agent.agent import serve
from edge_agent.clock import Clock
from edge_agent.commands.agent_toml import read_agent, zone_of
from edge_agent.commands.signals import reread_on_signal, stop_on_signals
from edge_agent.credentials import beside
from edge_agent.model import Slm
from edge_agent.offer import Rereading


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--config", type=Path, default=Path("/etc/fedlm/agent.toml"), help="agent.toml")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    parser.add_argument("--instant", action="store_true", help="an instant stand-in words the answers (load tests)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. SIGHUP reads tools and plans again."""
    settings, _ = read_agent(arguments.config)
    logs.set_up(arguments.log_level)
    asyncio.run(_serve(settings, arguments.config, instant=arguments.instant))
    return 0


async def _serve(settings: config.Agent, file: Path, *, instant: bool) -> None:
    clock = Clock(zone=zone_of(settings))
    with stop_on_signals() as stop, reread_on_signal() as asked:
        await serve(
            settings,
            stop=stop,
            clock=clock,
            credential=beside(file),
            slm=_slm(settings, clock, instant=instant),
            rereading=Rereading(asked=asked, read=lambda: read_agent(file)[0]),
        )


def _slm(settings: config.Agent, clock: Clock, *, instant: bool) -> AbstractAsyncContextManager[Slm] | None:
    if instant:
        from edge_agent.testing.instant import InstantSlm  # noqa: PLC0415 - a stand-in, only where it is asked for

        return InstantSlm(zone=clock.zone)
    if settings.slm is None:
        return None
    from edge_agent.slm.engine import LlamaSlm  # noqa: PLC0415 - an agent without a model needs no engine

    return LlamaSlm(settings.slm, zone=clock.zone)
