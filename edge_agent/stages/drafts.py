"""Facts → drafts: nothing found, the operator's words, the SLM, the bare facts. The last always stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import tzinfo

from edge_agent import wording
from edge_agent.errors import Unfit
from edge_agent.model import Seat
from edge_agent.types import Draft, Facts, Tool, Written

#: Makes a draft with that number, or has nothing to say.
Writer = Callable[[Facts, int], Draft | None]


async def drafts(facts: Facts, writers: Sequence[Writer]) -> AsyncGenerator[Draft, Unfit | None]:
    """Let each writer try; whoever pulls a draft's stream decides whether the next one is asked."""
    number = 0
    for writer in writers:
        if (draft := writer(facts, number + 1)) is not None:
            number += 1
            yield draft


def nothing_found(tools: Sequence[Tool]) -> Writer:
    """Say in code what can be asked here, or what was looked for and not found: the model isn't asked."""

    def write(facts: Facts, number: int) -> Draft | None:
        if facts.found:
            return None
        text = wording.direct(tools, facts) if facts.direct else wording.nothing(facts)
        return _by_code("none", number, facts, text)

    return write


def by_template(tools: Mapping[str, Tool], zone: tzinfo) -> Writer:
    """Let the operator's own answers speak, where they say what was asked."""

    def write(facts: Facts, number: int) -> Draft | None:
        text = wording.in_own_words(facts, tools, zone=zone)
        return None if text is None else _by_code("template", number, facts, text)

    return write


def by_slm(seat: Seat, model: str) -> Writer:
    """Let the model on the device phrase the facts."""

    def write(facts: Facts, number: int) -> Draft | None:
        written = Written()
        return Draft(model=model, number=number, facts=facts, chunks=seat.write(facts, written), written=written)

    return write


def bare_facts(zone: tzinfo) -> Writer:
    """Render the facts themselves, plainly."""

    def write(facts: Facts, number: int) -> Draft | None:
        return _by_code("facts", number, facts, wording.render(facts, zone=zone))

    return write


def _by_code(model: str, number: int, facts: Facts, text: str) -> Draft:
    return Draft(model=model, number=number, facts=facts, chunks=_once(text), by_code=True)


async def _once(text: str) -> AsyncGenerator[str, None]:
    yield text
