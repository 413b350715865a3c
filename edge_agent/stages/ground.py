"""Draft → Answer: pulls the stream, lets out only text that agrees with the facts, stops at the first invention."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import tzinfo

from edge_agent.errors import SlmFailed, Ungrounded
from edge_agent.grounding.check import Check
from edge_agent.language.clauses import Clauses
from edge_agent.messages import Usage
from edge_agent.types import Answer, Draft

#: Lets a checked piece out: number of the draft, text.
Emit = Callable[[int, str], Awaitable[None]]


async def ground(draft: Draft, *, emit: Emit, until: float, zone: tzinfo | None = None) -> Answer:
    """Check a draft clause by clause. ``until``: when a slow one is given up, on the event loop's clock.

    ``zone``: in which the draft tells the facts' moments; None: as they stand.

    Raises ``Ungrounded``; closing the stream stops the SLM.
    """
    pieces: list[str] = []
    try:
        async with asyncio.timeout_at(None if draft.by_code else until), aclosing(_standing(draft, zone)) as standing:
            async for piece in standing:
                pieces.append(piece)
                await emit(draft.number, piece)
    except TimeoutError as error:
        raise Ungrounded("The draft was too slow for the deadline.") from error
    except SlmFailed as error:
        raise Ungrounded(str(error)) from error
    written = draft.written
    usage = Usage(prompt=written.prompt_tokens, completion=written.completion_tokens)
    return Answer(text="".join(pieces).strip(), model=draft.model, truncated=written.truncated, usage=usage)


async def _standing(draft: Draft, zone: tzinfo | None) -> AsyncGenerator[str, None]:
    """Yield the clauses that stand. What code worded from the facts stands by construction."""
    async with aclosing(draft.chunks) as chunks:
        if draft.by_code:
            async for chunk in chunks:
                yield chunk
            return
        check, clauses, said, let_out = Check(draft.facts, zone=zone), Clauses(), "", 0
        async for chunk in chunks:
            for clause in clauses.feed(chunk):
                _refuse(check.clause(clause))
                said += clause
                if check.certain:  # else it waits for the whole draft
                    yield said[let_out:]
                    let_out = len(said)
        said += (rest := clauses.rest())
        _refuse("the draft was cut by the token limit" if draft.written.cut else None)
        _refuse(check.clause(rest) if rest.strip() else None)
        _refuse(check.whole(said))
        if let_out < len(said):
            yield said[let_out:]


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise Ungrounded(f"The draft does not agree with the facts: {reason}.")
