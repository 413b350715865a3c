"""The cloud model, by the ``openai`` client: one request for a plan, its retries, and what came of it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import openai

from edge_agent import config
from edge_agent.bridge.answer import read_answer
from edge_agent.bridge.body import http_body
from edge_agent.clock import Clock
from edge_agent.errors import PlannerFailed
from edge_agent.messages import Plan, PlanFailure, PlanRequest, Sent

log = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
#: The client's account of this machine and of its environment's variables: nobody's business, so it isn't sent.
_UNSAID = (
    *(f"X-Stainless-{name}" for name in ("Lang", "Package-Version", "OS", "Arch", "Runtime", "Runtime-Version")),
    *(f"X-Stainless-{name}" for name in ("Async", "Retry-Count", "Read-Timeout")),
    *("OpenAI-Organization", "OpenAI-Project"),
)


@dataclass(frozen=True, kw_only=True)
class _Failed:
    """One attempt that gave no answer."""

    code: str
    message: str
    http_status: int | None = None
    retry_after_s: float | None = None
    final: bool = False


class Cloud:
    """Asks for plans. ``async with`` owns the HTTP client; ``sleep`` and ``clock`` are injected for the tests."""

    def __init__(
        self,
        settings: config.CloudPlanner,
        *,
        key: str | None,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._key = key
        self._clock = clock
        self._sleep = sleep
        self._client: openai.AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        url = self._settings.base_url or OPENAI_URL
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",  # the client wants one; without a key no header carries it
            base_url=url,
            max_retries=0,
            timeout=self._settings.timeout_s,
            # A proxy of the environment is for the internet, never for a server on this machine.
            http_client=openai.DefaultAsyncHttpxClient(
                trust_env=urlsplit(url).hostname not in {"localhost", "127.0.0.1", "::1"}, follow_redirects=False
            ),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def plan(self, request: PlanRequest, *, deadline: float) -> Plan | PlanFailure:
        """Ask until ``deadline`` (on ``clock.monotonic``). A failure is a value; ``sent`` has each attempt."""
        content = http_body(request.body, self._settings)
        digest = hashlib.sha256(content).hexdigest()
        sent: list[Sent] = []
        for attempt in range(self._settings.retries + 1):
            outcome = await self._attempt(content, deadline)
            status = outcome.http_status if isinstance(outcome, _Failed) else outcome[0]
            sent.append(Sent(sha256=digest, bytes=len(content), http_status=status))
            if not isinstance(outcome, _Failed):
                return _read(request, outcome[1], sent)
            log.info("cloud_attempt_failed", extra={"id": request.id, "code": outcome.code, "http_status": status})
            pause = max(_pause(attempt), outcome.retry_after_s or 0.0)
            late = self._clock.monotonic() + pause >= deadline
            if outcome.final or late or attempt == self._settings.retries:
                return _failure(request, outcome, sent)
            await self._sleep(pause)
        raise AssertionError("the last attempt returns")

    async def _attempt(self, content: bytes, deadline: float) -> tuple[int, bytes] | _Failed:
        """Send once: the HTTP status and the bytes of the answer, or why there are none."""
        left = deadline - self._clock.monotonic()
        try:
            async with asyncio.timeout(min(self._settings.timeout_s, left)):
                return await self._post(content)
        except (openai.APITimeoutError, TimeoutError):
            return _Failed(code="timed_out", message="the cloud didn't answer in time")
        except openai.APIConnectionError:
            return _Failed(code="unreachable", message="the cloud can't be reached")
        except openai.APIStatusError as error:
            return _by_status(error.status_code, error.code, error.response.headers)

    async def _post(self, content: bytes) -> tuple[int, bytes]:
        """Post these very bytes: the client's typed methods would write JSON of their own."""
        if self._client is None:
            raise RuntimeError("the cloud is not open")
        omit = openai.omit
        headers: dict[str, str | openai.Omit] = dict.fromkeys(_UNSAID, omit)
        headers["Content-Type"] = "application/json"
        if not self._key:
            headers["Authorization"] = omit
        response = await self._client.post(
            "/chat/completions",
            cast_to=openai.AsyncAPIResponse[bytes],
            content=content,
            options={"headers": headers, "follow_redirects": False},
        )
        return response.status_code, await response.parse()


def _by_status(status: int, code: str | None, headers: Mapping[str, str]) -> _Failed:
    """Judge an HTTP status. The server's own text stays out: it may quote the key."""
    match status:
        case 429 if code == "insufficient_quota":
            return _Failed(
                code="budget_spent", message="the cloud account's quota is spent", http_status=status, final=True
            )
        case 429:
            wait = _retry_after_s(headers)
            return _Failed(
                code="rate_limited", message="the cloud limits the rate", http_status=status, retry_after_s=wait
            )
        case 401 | 403:
            return _Failed(
                code="unauthorized", message="the cloud refuses the bridge's API key", http_status=status, final=True
            )
        case 408 | 409:
            return _Failed(code="unreachable", message="the cloud is not ready", http_status=status)
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait = _retry_after_s(headers)
            return _Failed(code="unreachable", message="the cloud fails", http_status=status, retry_after_s=wait)
    return _Failed(code="refused", message="the cloud refuses the request", http_status=status, final=True)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After: seconds, or a date of HTTP."""
    said = headers.get("retry-after", "").strip()
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return None


def _pause(attempt: int) -> float:
    """Seconds before the next attempt, longer each time, and never the same for two bridges."""
    return min(FIRST_PAUSE_S * 2.0**attempt, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)


def _read(request: PlanRequest, payload: bytes, sent: list[Sent]) -> Plan | PlanFailure:
    try:
        answer = read_answer(payload, request.body.tools)
    except PlannerFailed as error:
        log.info("cloud_answer_unusable", extra={"id": request.id, "code": error.code, "bytes": len(payload)})
        return PlanFailure(id=request.id, code=error.code, message=str(error), sent=sent)
    return Plan(id=request.id, calls=answer.calls, model=answer.model, usage=answer.usage, sent=sent)


def _failure(request: PlanRequest, failed: _Failed, sent: list[Sent]) -> PlanFailure:
    return PlanFailure(
        id=request.id,
        code=failed.code,
        message=failed.message,
        retry_after_s=failed.retry_after_s,
        sent=sent,
    )
