"""What the agent keeps in its state folder: the journal, and the logs of what left."""

from __future__ import annotations

from pathlib import Path

from edge_agent import config
from edge_agent.chain import ChainLog
from edge_agent.clock import Clock
from edge_agent.credentials import Credential
from edge_agent.journal import Disk, Journal


def open_journal(settings: config.Agent, *, clock: Clock, credential: Credential) -> Journal:
    """Make the journal of a state folder; entering it opens it."""
    folder = Path(settings.state_dir) / "journal"
    return Journal(Disk(folder, settings.journal, clock=clock, key=credential("journal-key")), clock=clock)


def egress_log(settings: config.Agent, *, clock: Clock, name: str = "requests") -> ChainLog:
    """Make the log of what left, in the state folder."""
    file = Path(settings.state_dir) / "egress" / f"{name}.jsonl"
    return ChainLog(file, name=settings.name, clock=clock)


def egress_logs(settings: config.Agent, *, clock: Clock) -> list[ChainLog]:
    """Find the logs of what left that are in the state folder."""
    files = sorted((Path(settings.state_dir) / "egress").glob("*.jsonl"))
    return [ChainLog(file, name=settings.name, clock=clock) for file in files]
