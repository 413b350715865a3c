"""agent.toml as the commands read it: decoded, and its tools and plans checked, before anything starts."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.config_file import load
from edge_agent.errors import ConfigError
from edge_agent.offer import Offer, check_offer


def read_agent(file: Path) -> tuple[config.Agent, Offer]:
    """Read a file and what it offers; no source is opened. Raises ``ConfigError``, which names the file."""
    settings = load(file, config.Agent)
    try:
        return settings, check_offer(settings, Clock(zone=zone_of(settings)))
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error


def zone_of(settings: config.Agent) -> ZoneInfo:
    """Find the time zone that the settings name. Raises ``ConfigError``."""
    try:
        return ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"time-zone: there is no zone {settings.time_zone!r}; e.g. Europe/Berlin") from error
