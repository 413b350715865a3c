"""``fedlm bridge``: the only process with internet and the API key."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from edge_agent import config, logs
from edge_agent.bridge.service import serve
from edge_agent.clock import Clock
from edge_agent.commands.signals import stop_on_signals
from edge_agent.config_file import load
from edge_agent.credentials import beside


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--config", type=Path, default=Path("/etc/fedlm/bridge.toml"), help="bridge.toml")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = load(arguments.config, config.Bridge)
    logs.set_up(arguments.log_level)
    asyncio.run(_serve(settings, arguments.config))
    return 0


async def _serve(settings: config.Bridge, file: Path) -> None:
    with stop_on_signals() as stop:
        await serve(settings, credential=beside(file), clock=Clock(), stop=stop)
