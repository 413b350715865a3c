"""Queries and facts as the agent would hand them to the SLM."""

from __future__ import annotations

from edge_agent.messages import Query
from edge_agent.model import Seat
from edge_agent.types import Accepted, Fact, Facts, Field, Reading, Record, ReturnAddress, Written

LIST_ALL = "List every cell with its load and its comment."


def asked(question: str) -> Accepted:
    return Accepted(
        key=("", "q"),
        query=Query(prompt=question),
        address=ReturnAddress(topic="fedlm/response"),
        received=0.0,
        deadline=60.0,
    )


def facts(
    question: str, *records: Record, tool: str = "cell_load", fields: tuple[Field, ...] = (), max_tokens: int = 24
) -> Facts:
    names = dict.fromkeys(name for record in records for name in record)
    fact = Fact(
        tool=tool,
        fields=fields or tuple(Field(name=name) for name in names),
        records=records,
        reading=Reading(),
        arguments={},
    )
    return Facts(
        question=question, found=(fact,) if records else (), empty=() if records else (fact,), max_tokens=max_tokens
    )


def cells(count: int) -> list[Record]:
    return [{"cell": f"12-{n}", "load": 20 + n, "comment": f"cell number {n} of the north tower"} for n in range(count)]


async def answer(seat: Seat, given: Facts) -> tuple[str, Written]:
    written = Written()
    text = "".join([chunk async for chunk in seat.write(given, written)])
    return text, written
