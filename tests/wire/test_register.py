"""Which query is it: new, a repeat, a repeat of an answered one, or another under a used id."""

from __future__ import annotations

import pytest

from edge_agent.clock import Clock
from edge_agent.errors import Busy
from edge_agent.intake import Arrived, fingerprint
from edge_agent.journal import Held, Kept, Known
from edge_agent.messages import Query
from edge_agent.register import Answered, Conflict, InHand, Register, Taken
from edge_agent.types import ReturnAddress


def arrived(id_: str, prompt: str = "hi", *, device: str = "", topic: str = "r", **fields: object) -> Arrived:
    query = Query(id=id_, prompt=prompt, **fields)  # type: ignore[arg-type]
    return Arrived(
        key=(device, id_),
        query=query,
        address=ReturnAddress(topic=topic, stream=query.stream),
        fingerprint=fingerprint(query),
        expiry_s=None,
    )


def register(*, size: int = 2) -> Register:
    return Register(size=size, deadline_s=60, max_deadline_s=100, clock=Clock())


def known(given: Arrived, payload: bytes = b"the answer") -> Known:
    """What the journal knows of an answered query."""
    return Known(kept=Kept(fingerprint=given.fingerprint, address=given.address, payload=payload))


async def test_a_repeat_in_hand_runs_nothing_and_its_newest_address_counts() -> None:
    book = register()
    taken = book.take(arrived("a", topic="first"))
    assert isinstance(taken, Taken)
    repeat = book.take(arrived("a", topic="second", stream=True, deadline_s=5))
    assert isinstance(repeat, InHand)
    assert repeat.asked is taken.asked
    assert (taken.asked.address.topic, taken.asked.address.stream) == ("second", True)
    assert taken.asked.deadline - taken.asked.received == 60  # the first deadline stands


async def test_a_repeat_of_an_answered_query_gets_the_stored_bytes() -> None:
    assert register().take(arrived("a"), known(arrived("a"))) == Answered(payload=b"the answer")


async def test_another_body_under_a_used_id_is_a_conflict_before_and_after_the_answer() -> None:
    book = register()
    book.take(arrived("a", topic="first"))
    assert book.take(arrived("a", "other")) == Conflict(address=ReturnAddress(topic="first"))
    book.leave(("", "a"))
    assert isinstance(book.take(arrived("a", "other"), known(arrived("a"))), Conflict)


async def test_ids_of_devices_are_kept_apart() -> None:
    book = register()
    assert isinstance(book.take(arrived("a", device="kiosk-1")), Taken)
    assert isinstance(book.take(arrived("a", "other", device="kiosk-2")), Taken)


async def test_beyond_its_size_a_new_query_is_busy_but_a_repeat_is_not() -> None:
    book = register(size=2)
    book.take(arrived("a"))
    book.take(arrived("b"))
    with pytest.raises(Busy) as refused:
        book.take(arrived("c"))
    assert refused.value.retry_after_s
    assert isinstance(book.take(arrived("a")), InHand)
    book.leave(("", "a"))
    assert isinstance(book.take(arrived("c")), Taken)


async def test_a_deadline_is_the_least_of_what_query_config_and_expiry_allow() -> None:
    book = register(size=9)

    def allowed(given: Arrived) -> float:
        taken = book.take(given)
        assert isinstance(taken, Taken)
        return taken.asked.deadline - taken.asked.received

    assert allowed(arrived("a")) == 60
    assert allowed(arrived("b", deadline_s=7)) == 7
    assert allowed(arrived("c", deadline_s=3000)) == 100
    short = arrived("d", deadline_s=7)
    assert allowed(Arrived(key=short.key, query=short.query, address=short.address, fingerprint="", expiry_s=3)) == 3


async def test_what_an_earlier_run_left_goes_on_with_its_age_and_its_steps() -> None:
    book = register()
    given = arrived("a", topic="first")
    held = Held(query=given.query, fingerprint=given.fingerprint, address=given.address, allowed_s=60)
    asked = book.adopt(given.key, held, age_s=25, steps={"plan": b"p"})
    assert asked.deadline - Clock().monotonic() == pytest.approx(35, abs=0.5)
    assert asked.steps == {"plan": b"p"}
    assert isinstance(book.take(arrived("a")), InHand)


async def test_the_answer_is_kept_with_where_the_newest_copy_wants_it() -> None:
    book = register()
    book.take(arrived("a", topic="first"))
    book.take(arrived("a", topic="second"))
    kept = book.kept(("", "a"), b"x")
    assert (kept.address.topic, kept.payload) == ("second", b"x")
