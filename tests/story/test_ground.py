from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from edge_agent.errors import SlmFailed, Ungrounded
from edge_agent.stages.ground import ground
from edge_agent.types import Answer, Draft, Fact, Facts, Field, Reading, Written

FACTS = Facts(
    question="What is the status of order ORD-1042?",
    found=(
        Fact(
            tool="order_status",
            fields=(Field(name="order_id", label=True), Field(name="status")),
            records=({"order_id": "ORD-1042", "status": "shipped"},),
            reading=Reading(fields=("status",)),
            arguments={"order": "ORD-1042"},
        ),
    ),
)


class Stream:
    """A draft's stream that notes whether it was closed."""

    def __init__(self, *chunks: str, ends: Exception | None = None, hangs: bool = False) -> None:
        self.chunks = chunks
        self.ends = ends
        self.hangs = hangs
        self.closed = False

    async def run(self) -> AsyncGenerator[str, None]:
        try:
            for chunk in self.chunks:
                yield chunk
            if self.ends is not None:
                raise self.ends
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def grounded(stream: Stream, *, cut: bool = False, within_s: float = 10.0) -> tuple[Answer, Sequence[str]]:
    out: list[str] = []

    async def emit(_: int, piece: str) -> None:
        out.append(piece)

    draft = Draft(model="m", number=1, facts=FACTS, chunks=stream.run(), written=Written(cut=cut))
    return await ground(draft, emit=emit, until=asyncio.get_running_loop().time() + within_s), out


async def test_a_draft_that_agrees_is_let_out_and_is_the_answer() -> None:
    answer, out = await grounded(Stream("Order ORD-1042 is ", "shipped."))
    assert answer.text == "".join(out) == "Order ORD-1042 is shipped."


@pytest.mark.parametrize(
    ("stream", "cut", "why"),
    [
        (Stream("Order ORD-1043 is shipped.", " More."), False, "does not agree"),
        (Stream("Order ORD-1042 is shipped and"), True, "token limit"),
        (Stream("Order", ends=SlmFailed("the model's process died")), False, "died"),
        (Stream("Order", hangs=True), False, "too slow"),
    ],
    ids=["an invention", "cut by the token limit", "the model died", "too slow"],
)
async def test_a_draft_that_does_not_stand_is_refused_and_its_stream_closed(
    stream: Stream, cut: bool, why: str
) -> None:
    with pytest.raises(Ungrounded, match=why):
        await grounded(stream, cut=cut, within_s=0.2 if stream.hangs else 10.0)
    assert stream.closed
