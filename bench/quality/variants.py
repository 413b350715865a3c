"""What is taken away to see what it is worth."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from edge_agent.stages.select import select
from edge_agent.types import Accepted, Answer, Call, Draft, Fact, Facts, Field, Results

#: Parameters of every tool that narrow and reduce its records.
_READING = ("fields", "reduce", "by")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """``read``: the tools get the plan's reading; ``select``, ``ground``: the stages run."""

    name: str
    read: bool = True
    select: bool = True
    ground: bool = True


VARIANTS = (
    Variant(name="as it is"),
    Variant(name="without select", select=False),
    Variant(name="without select and reading", select=False, read=False),
    Variant(name="without ground", ground=False),
)


def planned(calls: tuple[Call, ...], variant: Variant) -> tuple[Call, ...]:
    """The plan; without a reading the tools give whole records."""
    if variant.read:
        return calls
    return tuple(
        Call(tool=call.tool, arguments={name: value for name, value in call.arguments.items() if name not in _READING})
        for call in calls
    )


def selecting(variant: Variant, locale: str) -> Callable[[Accepted, Results], Facts]:
    """The stage; without it all that the tools gave is handed on."""

    def selected(asked: Accepted, results: Results) -> Facts:
        return select(asked, results, locale=locale)

    def all_of_it(asked: Accepted, results: Results) -> Facts:
        facts = [
            Fact(
                tool=result.call.tool.name,
                fields=_fields(result.call.tool.fields, result.records),
                records=result.records,
                reading=result.call.reading,
                arguments=result.call.arguments,
                more=result.more,
            )
            for result in results.results
        ]
        return Facts(
            question=asked.query.prompt,
            found=tuple(fact for fact in facts if fact.records),
            empty=tuple(fact for fact in facts if not fact.records),
            direct=not results.results,
            locale=locale,
        )

    return selected if variant.select else all_of_it


def _fields(declared: tuple[Field, ...], records: tuple[object, ...]) -> tuple[Field, ...]:
    """What the tool declares of its records, and what it computed."""
    present = dict.fromkeys(name for record in records if isinstance(record, dict) for name in record)
    known = {field.name: field for field in declared}
    return tuple(known.get(name) or Field(name=name) for name in present)


async def unchecked(draft: Draft) -> Answer:
    """Instead of ``ground``: whatever the writer says stands."""
    stream: AsyncGenerator[str, None] = draft.chunks
    text = "".join([chunk async for chunk in stream])
    return Answer(text=text.strip(), model=draft.model)
