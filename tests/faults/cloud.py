"""The cloud of the fault runs: plans the prompts of ``devices.py``, whatever else is in the catalogue."""

from __future__ import annotations

import asyncio
import re

from edge_agent.testing.cloud.completions import Planned, completion, read
from edge_agent.testing.cloud.server import Received, Reply, Server

_ITEM = re.compile(r"item (.+?)[.?]?$")
_TOOLS = {"Open": "open_ticket", "Ring": "ring_bell", "What": "look_up"}


def planned(question: str) -> list[Planned]:
    """The one call that a prompt of the fault runs asks for."""
    found = _ITEM.search(question.strip())
    if found is None:
        return []
    return [(_TOOLS[question.split(maxsplit=1)[0]], {"item": found.group(1)})]


class RuleCloud(Server):
    """Answers at once; cleared by a test, ``may_answer`` holds all answers back."""

    def __init__(self) -> None:
        super().__init__(self._plan)
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        #: Requests that wait for their answer.
        self.waiting = 0

    async def _plan(self, received: Received) -> Reply:
        self.received.clear()
        self.waiting += 1
        await self.may_answer.wait()
        self.waiting -= 1
        asked = read(received.json)
        return completion(asked, planned(asked.question), bytes_read=len(received.body))
