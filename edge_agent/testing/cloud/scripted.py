"""A cloud for tests that follows a script: one step a request, the last one again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from edge_agent.testing.cloud import completions
from edge_agent.testing.cloud.server import Received, Reply, Server


class Cloud(Server):
    """Records requests, answers by script.

    ``Cloud(Cloud.limited(retry_after="2"), Cloud.plan("sales", {"quarter": "Q2"}))``
    """

    def __init__(self, *steps: Reply | None, port: int = 0) -> None:
        """``None`` as a step never answers."""
        super().__init__(self._next, port=port)
        self._steps = list(steps)
        #: Cleared by a test, it holds back all answers until it is set again.
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def _next(self, _: Received) -> Reply:
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        await self.may_answer.wait()
        if step is None:
            await asyncio.Event().wait()
        assert step is not None
        return step

    @staticmethod
    def plan(tool: str, arguments: Mapping[str, Any] | str) -> Reply:
        """One tool call; arguments as text go out as they are."""
        return completions.completed(tool_calls=[completions.called(tool, arguments)])

    @staticmethod
    def says(text: str, *, finish_reason: str | None = None) -> Reply:
        """Plain text instead of tool calls."""
        return completions.completed(text=text, finish_reason=finish_reason)

    @staticmethod
    def limited(retry_after: str | None = None, code: str = "rate_limit_exceeded") -> Reply:
        """429."""
        headers = {} if retry_after is None else {"retry-after": retry_after}
        return completions.error(429, code, "slow down", headers)

    @staticmethod
    def fails(status: int = 500, message: str = "the server had an error") -> Reply:
        """An error status."""
        return completions.error(status, "server_error", message)

    @staticmethod
    def garbage() -> Reply:
        """200 with what is no JSON."""
        return Reply(body=b"<html>502 Bad Gateway</html>", headers={"content-type": "text/html"})

    @staticmethod
    def prose() -> Reply:
        """A model that ignores tools and response_format."""
        return completions.completed(text="Sure! The answer to your question is probably cell 7, but it depends.")

    @staticmethod
    def closes() -> Reply:
        """The connection closes without an answer."""
        return Reply(status=0)
