"""A query's steps: what an earlier run did isn't done again, a side effect never, and a poison query is left alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from edge_agent.effects import Effects
from edge_agent.errors import SlmDied, SlmFailed, ToolFailed
from edge_agent.journal import DAMAGED, Journal
from edge_agent.scalars import pack, unpack
from edge_agent.steps import MOST_DEATHS, MOST_RESUMES, Steps, resumed
from edge_agent.types import (
    Accepted,
    Call,
    CheckedCall,
    Facts,
    Found,
    Proposed,
    Reading,
    Record,
    Redacted,
    ReturnAddress,
    Tool,
    Written,
)
from tests.journal.parts import CLOCK, A, held, journal

RECORD: Record = {"id": "T-1", "price": Decimal("1.10"), "at": datetime(2026, 6, 15, 12, tzinfo=UTC), "n": [1, None]}


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Journal]:
    async with journal(tmp_path / "j") as opened:
        await opened.durable(opened.hold(A, held(A)))
        yield opened


def asked(steps: Mapping[str, bytes]) -> Accepted:
    now = CLOCK.monotonic()
    return Accepted(
        key=A, query=held(A).query, address=ReturnAddress(topic="r"), received=now, deadline=now + 60, steps=steps
    )


def plan(*tools: str) -> Proposed:
    calls = tuple(Call(tool=each) for each in tools)
    return Proposed(calls=calls, route="federated", route_reason="", redacted=Redacted(template="t"))


class Taps:
    """A tool that counts its calls."""

    def __init__(self, *, effects: bool = True, idempotent: bool = False, fails: str = "") -> None:
        self.opened = 0
        self._fails = fails
        self.tool = Tool(
            name="tap",
            description="Open a tap.",
            parameters={},
            effects=effects,
            idempotent=idempotent,
            timeout_s=5,
            check=lambda arguments: (arguments, Reading()),
            run=self.run,
        )

    async def run(self, call: CheckedCall) -> Found:
        self.opened += 1
        if self._fails:
            raise ToolFailed("no water", status=self._fails)
        return Found(records=(RECORD,))

    def call(self, id_: str = "c1") -> CheckedCall:
        return CheckedCall(id=id_, tool=self.tool, arguments={}, reading=Reading())


async def again(book: Journal, *, without: str = "") -> dict[str, bytes]:
    """The steps that a start after a crash would find now."""
    await book.durable(book.note(A, "end of this run", b"", hurry=True))
    found = book._disk._store._records.steps(A)
    return {name: value for name, value in found.items() if not without or not name.startswith(without)}


async def run(book: Journal, taps: Taps, steps: Mapping[str, bytes], of: Proposed | None = None) -> Found:
    effects = Effects(asked(steps), book, CLOCK)
    effects.plan(of or plan("tap"))
    return await effects.run(taps.call())


async def test_a_call_whose_result_is_known_is_not_made_again(book: Journal) -> None:
    taps = Taps()
    first = await run(book, taps, {})
    assert await run(book, taps, await again(book)) == first
    assert taps.opened == 1


async def test_a_call_that_failed_fails_again_without_being_made(book: Journal) -> None:
    taps = Taps(fails="failed")
    with pytest.raises(ToolFailed):
        await run(book, taps, {})
    with pytest.raises(ToolFailed) as failed:
        await run(book, taps, await again(book))
    assert (failed.value.status, taps.opened) == ("failed", 1)


async def test_a_call_that_was_cut_off_is_unknown_unless_it_may_be_made_again(book: Journal) -> None:
    for idempotent, opened in ((False, 1), (True, 2)):
        taps = Taps(idempotent=idempotent)
        await run(book, taps, {})
        cut_off = await again(book, without="result:")
        if idempotent:
            await run(book, taps, cut_off)
        else:
            with pytest.raises(ToolFailed) as failed:
                await run(book, taps, cut_off)
            assert failed.value.status == "unknown"
        assert taps.opened == opened


@pytest.mark.parametrize("idempotent", [False, True])
async def test_after_a_call_of_another_plan_no_effect_is_made(book: Journal, idempotent: bool) -> None:
    taps = Taps(idempotent=idempotent)
    await run(book, taps, {}, plan("tap", "other"))
    with pytest.raises(ToolFailed) as failed:
        await run(book, taps, await again(book), plan("tap"))
    assert (failed.value.status, taps.opened) == ("unknown", 1)


async def test_where_a_step_was_damaged_no_effect_is_made(book: Journal) -> None:
    taps = Taps()
    with pytest.raises(ToolFailed) as failed:
        await run(book, taps, {DAMAGED: b""})
    assert (failed.value.status, taps.opened) == ("unknown", 0)


async def test_a_plain_read_leaves_no_trace_and_is_made_again(book: Journal) -> None:
    taps = Taps(effects=False, idempotent=True)
    await run(book, taps, {})
    steps = await again(book)
    assert not [name for name in steps if ":" in name]
    await run(book, taps, steps)
    assert taps.opened == 2


def test_records_come_back_with_their_types() -> None:
    record = {**RECORD, "day": date(2026, 6, 15), "none": None, "yes": True, "x": 1.5}
    assert unpack(pack([record])) == (record,)


async def test_a_step_that_the_journal_holds_is_read_not_run(book: Journal) -> None:
    ran = 0

    async def redact(_: Accepted) -> Redacted:
        nonlocal ran
        ran += 1
        return Redacted(template="Where is <PERSON_1>?", vault={"<PERSON_1>": "Mrs Example"})

    first = await Steps(asked({}), book).kept("redacted", redact, Redacted)(asked({}))
    later = asked(await again(book))
    assert await Steps(later, book).kept("redacted", redact, Redacted)(later) == first
    assert ran == 1


async def test_the_plan_that_stood_is_the_first_of_the_next_run(book: Journal) -> None:
    async def stands(_: Proposed) -> bool:
        return True

    assert Steps(asked({}), book).plan() is None
    await Steps(asked({}), book).planned(stands)(plan("tap"))
    assert Steps(asked(await again(book)), book).plan() == plan("tap")


class Deadly:
    """A model that dies while it writes; or refuses."""

    def __init__(self, error: SlmFailed) -> None:
        self._error = error

    async def write(self, facts: Facts, written: Written) -> AsyncGenerator[str, None]:
        yield "well"
        raise self._error


async def _write(steps: Steps, error: SlmFailed) -> None:
    with pytest.raises(SlmFailed):
        async for _ in steps.watched(Deadly(error)).write(Facts(question="q"), Written()):
            pass


async def test_after_its_second_death_the_model_is_left_out(book: Journal) -> None:
    found: dict[str, bytes] = {}
    for _ in range(MOST_DEATHS):
        steps = Steps(asked(found), book)
        assert not steps.poisonous
        await _write(steps, SlmDied("the process died"))
        found = await again(book)
    assert Steps(asked(found), book).poisonous


async def test_a_model_that_only_refuses_poisons_nothing(book: Journal) -> None:
    steps = Steps(asked({}), book)
    for _ in range(5):
        await _write(steps, SlmFailed("the window is too small"))
    assert not Steps(asked(await again(book)), book).poisonous


async def test_only_starts_that_find_it_generating_count_and_the_fifth_leaves_the_model_out(book: Journal) -> None:
    found: dict[str, bytes] = {}
    for _ in range(20):  # killed while it waits for its plan
        found |= resumed(found)
    assert not Steps(asked(found), book).poisonous
    for start in range(1, MOST_RESUMES + 1):
        found["generating"] = b"1"
        found |= resumed(found)
        found |= resumed(found)  # killed again before it generates
        assert Steps(asked(found), book).poisonous == (start == MOST_RESUMES)
