"""The stand-in cloud: a rule-based planner behind the Chat Completions protocol. It knows only what it is sent."""

from __future__ import annotations

import msgspec

from edge_agent.testing.cloud import completions
from edge_agent.testing.cloud.rules import plan
from edge_agent.testing.cloud.server import Received, Reply, Server

PATH = "/v1/chat/completions"
#: What it answers where a request names no model of its own.
NAME = "stand-in cloud (rules, no model)"


class StandIn(Server):
    """Plans by rules over the catalogue that each request carries."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(self._plan, port=port)

    async def _plan(self, received: Received) -> Reply:
        if (received.method, received.path) != ("POST", PATH):
            return completions.error(404, "not_found", "only POST /v1/chat/completions is here")
        try:
            asked = completions.read(received.json)
            calls = plan(asked.question, asked.tools, asked.today)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            return completions.error(400, "invalid_request_error", f"not a request that can be planned: {error!r}")
        return completions.completion(asked, calls, bytes_read=len(received.body), number=len(self.received))
