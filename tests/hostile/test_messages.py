"""The short form of ``python -m tests.hostile.whole``."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.messages import DeadLetter, Response, encode
from edge_agent.wire import Incoming
from tests.hostile.fates import Fates, wrong_place
from tests.hostile.packets import Shot
from tests.hostile.whole import run

SHORT = 1_000


async def test_hostile_messages_are_answered_or_dead_lettered_and_good_ones_are_served(tmp_path: Path) -> None:
    verdict = await run(SHORT, 6, tmp_path)
    assert not verdict.wrong
    assert len(verdict.good_ms) > SHORT / 30
    assert max(verdict.good_ms) < 10_000
    told = {name for name in verdict.counts if name.startswith("→")}
    assert {"→ bad_id", "→ bad_query", "→ response_topic_forbidden", "→ dead letter bad_query"} <= told
    assert sum(number for name, number in verdict.counts.items() if "stopped" in name) < SHORT / 2


@pytest.mark.parametrize(
    "topic", ["fedlm/response/victim", "fedlm/query/x", "evil", "fedlm/response/h2", "fedlm/response//x", "$evil/x"]
)
def test_an_answer_at_a_wrong_place_is_caught(topic: str) -> None:
    fates = Fates()
    fates.expect(Shot(kind="payload", topic=b"fedlm/query/h1", payload=b"{", correlation=b"1"))
    fates.expect(Shot(kind="payload", topic=b"fedlm/query/h2", payload=b"{", correlation=b"2"))
    payload = encode(Response(id="", status="error"))
    assert wrong_place(Incoming(topic=topic, payload=payload, correlation=b"1"), fates)
    assert not wrong_place(Incoming(topic="fedlm/response/h1", payload=payload, correlation=b"1"), fates)


def test_a_message_of_which_nothing_is_heard_is_caught() -> None:
    fates = Fates()
    fates.expect(Shot(kind="payload", topic=b"fedlm/query/h1", payload=b"{"))
    fates.expect(Shot(kind="payload of nobody", topic=b"fedlm/query", payload=b"{1"))
    heard = [Incoming(topic="fedlm/response/h1", payload=encode(Response(id="", status="error")))]
    assert not fates.settled(heard)
    letter = DeadLetter(topic="fedlm/query", code="bad_query", message="", payload="ezE=")
    assert fates.settled([*heard, Incoming(topic="fedlm/deadletter/agent", payload=encode(letter))])
