"""A query's way, in one function. What a stage needs (trace, journal, SLM seat) is bound to it outside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import TypeVar

from edge_agent.errors import Cancelled, Expired, Internal, PlanUnavailable, QueryError, Unfit
from edge_agent.messages import Response
from edge_agent.types import Accepted, Answer, Checked, Draft, Facts, Proposed, Redacted, Results

log = logging.getLogger(__name__)

C = TypeVar("C")
S = TypeVar("S")


async def answer(asked: Accepted, do: Stages) -> Response:
    """No tool runs on a plan that was not validated; no device reads a draft that was not grounded."""
    redacted = await do.redact(asked)
    calls = await first(do.validate, do.plans(redacted))  # journal, pinned, cache, cloud, cloud once more, edge
    results = await do.run_tools(calls)  # in parallel; a failure is a value
    facts = do.select(asked, results)  # the records and fields that were asked for
    worded = await first(do.ground, do.drafts(facts))  # nothing found, template, SLM, the bare facts
    return do.respond(asked, results, worded)


@dataclass(frozen=True, kw_only=True)
class Stages:
    """The stages of one query: one module each in ``stages/``, bound to it by the agent."""

    redact: Callable[[Accepted], Awaitable[Redacted]]
    plans: Callable[[Redacted], AsyncGenerator[Proposed, Unfit | None]]
    validate: Callable[[Proposed], Awaitable[Checked]]  # restores placeholders: Checked has no codec and no repr
    run_tools: Callable[[Checked], Awaitable[Results]]
    select: Callable[[Accepted, Results], Facts]
    drafts: Callable[[Facts], AsyncGenerator[Draft, Unfit | None]]  # a Draft is a cold stream of text
    ground: Callable[[Draft], Awaitable[Answer]]  # pulls the stream, lets out checked deltas, stops at an invention
    respond: Callable[[Accepted, Results, Answer], Response]


async def first(check: Callable[[C], Awaitable[S]], candidates: AsyncGenerator[C, Unfit | None]) -> S:
    """The first candidate that stands. Each refusal is sent back to its source, which may repair it or move on."""
    refusal: Unfit | None = None
    async with aclosing(candidates):
        while True:
            try:
                candidate = await candidates.asend(refusal)
            except StopAsyncIteration:
                raise refusal or PlanUnavailable from None
            try:
                return await check(candidate)
            except Unfit as error:
                refusal = error


async def settle(
    asked: Accepted,
    do: Stages,
    *,
    limit: asyncio.Timeout,
    turn: AbstractAsyncContextManager[None],
    failed: Callable[[QueryError], Response],
) -> Response:
    """answer(), and the one place where a failure becomes the terminal response. A cancel is a deadline moved to now.

    This is the one catch-all of the program: a defect on one query is that query's ``internal``, and the agent goes on.
    """
    error: QueryError
    try:
        async with limit, turn:
            return await answer(asked, do)
    except TimeoutError:
        error = Cancelled() if asked.cancelled.is_set() else Expired()
    except QueryError as known:
        error = known
    except Exception:
        log.exception("query_failed", extra={"device": asked.key[0], "id": asked.key[1]})
        error = Internal()
    return failed(error)
