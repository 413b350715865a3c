"""``fedlm check-config``: says what is wrong with agent.toml or bridge.toml before a daemon does."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from edge_agent import config
from edge_agent.commands.agent_toml import read_agent
from edge_agent.config_file import load
from edge_agent.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("files", nargs="+", type=Path, help="agent.toml or bridge.toml")


def run(arguments: argparse.Namespace) -> int:
    """Check each file; 1 where one of them can't be used."""
    wrong = 0
    for file in arguments.files:
        try:
            print(f"{file}: {_check(file)}")
        except ConfigError as error:
            wrong = 1
            print(error)
    return wrong


def _check(file: Path) -> str:
    """Decode a file as what it is: only a bridge's has ``base-url`` or ``model`` in its ``[planner]``."""
    if _is_bridge(file):
        settings = load(file, config.Bridge)
        return f"good: bridge {settings.name}, model {settings.planner.model}"
    agent, offer = read_agent(file)
    tools, plans = len(offer.registry.tools), len(offer.plans.plans)
    return f"good: agent {agent.name}, tools: {tools}, pinned plans: {plans}"


def _is_bridge(file: Path) -> bool:
    try:
        planner = tomllib.loads(file.read_text(encoding="utf-8")).get("planner", {})
    except (OSError, ValueError):  # load() says what is wrong with it
        return "bridge" in file.name
    return isinstance(planner, dict) and ("base-url" in planner or "model" in planner)
