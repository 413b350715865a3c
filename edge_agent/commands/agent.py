"""``fedlm agent``: the daemon on the device."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent import config, logs
from edge_agent.agent import serve
from edge_agent.clock import Clock
from edge_agent.commands.signals import stop_on_signals
from edge_agent.config_file import load
from edge_agent.credentials import credential
from edge_agent.errors import ConfigError
from edge_agent.types import Slm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--config", type=Path, default=Path("/etc/fedlm/agent.toml"), help="agent.toml")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    parser.add_argument("--instant", action="store_true", help="an instant stand-in words the answers (load tests)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    logs.set_up(arguments.log_level)
    settings = load(arguments.config, config.Agent)
    asyncio.run(_serve(settings, instant=arguments.instant))
    return 0


async def _serve(settings: config.Agent, *, instant: bool) -> None:
    clock = Clock(zone=zone_of(settings))
    with stop_on_signals() as stop:
        await serve(settings, stop=stop, clock=clock, credential=credential, slm=_slm(settings, clock, instant=instant))


def _slm(settings: config.Agent, clock: Clock, *, instant: bool) -> AbstractAsyncContextManager[Slm] | None:
    if instant:
        from edge_agent.testing.instant import InstantSlm  # noqa: PLC0415 - a stand-in, only where it is asked for

        return InstantSlm(zone=clock.zone)
    if settings.slm is None:
        return None
    from edge_agent.slm.engine import LlamaSlm  # noqa: PLC0415 - an agent without a model needs no engine

    return LlamaSlm(settings.slm, zone=clock.zone)


def zone_of(settings: config.Agent) -> ZoneInfo:
    """Find the time zone that the settings name. Raises ``ConfigError``."""
    try:
        return ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"time-zone: there is no zone {settings.time_zone!r}; e.g. Europe/Berlin") from error
