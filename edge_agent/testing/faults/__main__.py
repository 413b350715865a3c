"""``python -m edge_agent.testing.faults --config FILE --dies-at "commit open"``: an agent that kills itself at a point.

The point is the first whose name has all of these words: "commit end", "before acknowledging query" and so on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from edge_agent import config, logs
from edge_agent.agent import serve
from edge_agent.clock import Clock
from edge_agent.commands.signals import stop_on_signals
from edge_agent.config_file import load
from edge_agent.credentials import credential
from edge_agent.journal import Journal
from edge_agent.mqtt import Link
from edge_agent.testing.faults.mortal import MortalDisk, Reach
from edge_agent.testing.instant import InstantSlm
from edge_agent.wire import Incoming, Outgoing


class MortalLink(Link):
    """A real link. The agent may die around each acknowledgement and each publication."""

    reach: Reach

    async def publish(self, message: Outgoing) -> None:
        """Publish."""
        name = self._name(message.topic)
        self.reach(f"before publishing {name}")
        await super().publish(message)
        self.reach(f"after PUBACK of {name}")

    async def batches(self, most: int = 64) -> AsyncIterator[list[Incoming]]:
        """Iterate over what has come."""
        async for batch in super().batches(most):
            yield [replace(each, acknowledge=partial(self._acknowledge, each)) for each in batch]

    def _acknowledge(self, message: Incoming) -> None:
        name = self._name(message.topic)
        self.reach(f"before acknowledging {name}")
        message.acknowledge()
        self.reach(f"after acknowledging {name}")

    def _name(self, topic: str) -> str:
        return topic.removeprefix(f"{self._settings.root}/").split("/")[0]


async def _run(settings: config.Agent, dies_at: str) -> None:
    def reach(point: str) -> None:
        if all(word in point for word in dies_at.split()):
            os.kill(os.getpid(), signal.SIGKILL)

    clock = Clock()
    disk = MortalDisk(Path(settings.state_dir) / "journal", settings.journal, clock=clock, reach=reach)
    with stop_on_signals() as stop:
        await serve(
            settings,
            stop=stop,
            clock=clock,
            credential=credential,
            slm=InstantSlm(zone=clock.zone),
            journal=Journal(disk, clock=clock),
            link=type("Link", (MortalLink,), {"reach": staticmethod(reach)}),
        )


def main() -> None:
    """Parse the command line and serve until the point."""
    parser = argparse.ArgumentParser(prog="python -m edge_agent.testing.faults", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="agent.toml")
    parser.add_argument("--dies-at", required=True, help="words of the point")
    arguments = parser.parse_args()
    logs.set_up("INFO")
    asyncio.run(_run(load(arguments.config, config.Agent), arguments.dies_at))


if __name__ == "__main__":
    main()
