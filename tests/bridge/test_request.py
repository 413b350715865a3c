"""What the bridge takes from the broker, and what it leaves."""

from __future__ import annotations

import time

import msgspec
import pytest

from edge_agent.bridge.answers import FAILURES_KEPT_S, Answers
from edge_agent.bridge.request import MAX_REQUEST_BYTES, NotARequest, nesting, read_request
from edge_agent.messages import encode
from edge_agent.signing import Signing
from edge_agent.topics import Topics
from edge_agent.wire import Incoming
from tests.bridge.samples import request

TOPICS = Topics()
GOOD = encode(request(deadline_s=20))


def test_the_agent_comes_from_the_topic_and_the_deadline_is_never_longer_than_the_expiry() -> None:
    topic = TOPICS.plan_request("agent-7")
    asked = read_request(
        Incoming(topic=topic, payload=GOOD, correlation=b"c", expiry_s=3, response_topic="fedlm/evil"),
        TOPICS,
        Signing(),
    )
    assert (asked.agent, asked.deadline_s, asked.correlation) == ("agent-7", 3.0, b"c")
    assert read_request(Incoming(topic=topic, payload=GOOD), TOPICS, Signing()).deadline_s == 20.0


@pytest.mark.parametrize(
    ("payload", "topic", "retain"),
    [
        (GOOD, "fedlm/plan/request/a b", False),
        (GOOD, "fedlm/query", False),
        (GOOD, "fedlm/plan/request/agent", True),
        (b"", "fedlm/plan/request/agent", False),
        (b"\xff", "fedlm/plan/request/agent", False),
        (b"[" * 5000, "fedlm/plan/request/agent", False),
        (b" " * (MAX_REQUEST_BYTES + 1), "fedlm/plan/request/agent", False),
        (GOOD.replace(b'"q1"', b'"q/#"'), "fedlm/plan/request/agent", False),
        (encode(request(deadline_s=-1)), "fedlm/plan/request/agent", False),
        (encode(request(deadline_s=1e9)), "fedlm/plan/request/agent", False),
    ],
)
def test_what_is_no_request_is_refused(payload: bytes, topic: str, retain: bool) -> None:
    with pytest.raises(NotARequest):
        read_request(Incoming(topic=topic, payload=payload, retain=retain), TOPICS, Signing())


def test_nesting_is_counted_outside_of_strings_and_in_linear_time() -> None:
    assert nesting(b'{"a": [{"b": "[[[[\\"[["}]}') == 3
    assert nesting(msgspec.json.encode({"a": "{" * 50})) == 1
    begun = time.perf_counter()
    nesting(b'"' + b'\\"' * (MAX_REQUEST_BYTES // 2))
    assert time.perf_counter() - begun < 1.0


def test_answers_are_bounded_and_failures_are_forgotten_sooner() -> None:
    answers = Answers(kept=2)
    for number in range(4):
        key = ("agent", str(number))
        answers.begin(key, None)
        answers.finish(key, b"plan", failed=False, now=0.0)
    assert [answers.find(("agent", str(number)), now=0.0) is not None for number in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    answers.begin(("agent", "f"), None)
    answers.finish(("agent", "f"), b"failure", failed=True, now=0.0)
    assert answers.find(("agent", "f"), now=1.0) is not None
    assert answers.find(("agent", "f"), now=FAILURES_KEPT_S) is None
