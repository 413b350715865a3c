"""Answers of the scripted cloud, and SLMs, that several tests use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.testing.cloud.completions import called, completed
from edge_agent.testing.cloud.server import Reply
from edge_agent.testing.instant import InstantSlm


def plan(*calls: tuple[str, Mapping[str, Any]]) -> Reply:
    """A completion with these tool calls."""
    return completed(tool_calls=[called(name, arguments) for name, arguments in calls])


def instant(_: config.Agent) -> InstantSlm:
    """The instant stand-in for the SLM."""
    return InstantSlm(zone=Clock().zone)


QUESTION = "What is the status of order ORD-1042?"
ORDER = plan(("order_status", {"order": "ORD-1042"}))
