from __future__ import annotations

import pytest

from edge_agent.contract.examples import EXAMPLES
from edge_agent.contract.table import TABLE, Row
from edge_agent.messages import encode
from edge_agent.wire import Incoming
from tests.contract.seen import violations


def heard(topic: str, payload: bytes) -> list[str]:
    return violations([Incoming(topic=f"root/{topic}", payload=payload)], "root")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.topic)
def test_every_example_may_be_heard_at_its_topic(row: Row) -> None:
    topic = row.topic.replace("{", "").replace("}", "")
    for type_ in row.payloads:
        for example in EXAMPLES[type_]:
            assert heard(topic, encode(example)) == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("query", b"Which cell?"),
        ("query/kiosk-1", b""),
        ("query", b'{"prompt": 3}'),
        ("query", b'{"prompt": "hi", "id": "a/b"}'),
        ("cancel", b"a/b"),
        ("response/any/1", b'{"id": "", "status": "ok"}'),
        ("response/kiosk-1/window/3/delta", b'{"id": "a", "draft": 1, "seq": 0, "text": ""}'),
        ("telemetry/agent", b'{"instance": "x", "uptime_s": 1, "queries": {}, "latency": {}, "memory": {}, "new": 1}'),
    ],
)
def test_text_refused_payloads_deeper_topics_and_unknown_fields_are_no_violations(topic: str, payload: bytes) -> None:
    assert heard(topic, payload) == []


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        ("elsewhere", b"{}", "not in the table"),
        ("query/kiosk-1/deeper", b"hi", "not in the table"),
        ("telemetry/agent/deeper", b"{}", "not in the table"),
        ("response", b"hi", "not JSON"),
        ("response", b'{"id": "a", "status": "fine"}', "fine"),
        ("response/kiosk-1", b'{"status": "ok"}', '"id" is a required'),
        ("response/kiosk-1", b'{"id": "a", "draft": 1, "seq": 0, "text": ""}', '"status" is a required'),
        ("response/kiosk-1/delta", b'{"id": "a", "status": "ok"}', '"draft" is a required'),
        ("plan/response/agent", b'{"type": "plan", "id": "a"}', '"calls" is a required'),
        ("plan/response/agent", b'{"type": "other", "id": "a", "calls": []}', "other"),
        (
            "plan/request/agent",
            b'{"id": "a b", "deadline_s": 1, "body": {"prompt": "", "tools": [], "today": ""}}',
            "a b",
        ),
        ("status/agent", b'{"role": "agent", "instance": "x", "state": "online", "parts": {"slm": {}}}', "state"),
        ("trace/agent/plans", b'{"device": "", "id": "a", "state": "done", "ms": "3"}', '"3"'),
        ("egress/agent", b'{"device": "", "id": "a", "body": "", "sha256": "12"}', "12"),
        ("tools/agent", b'{"tools": [{"name": "x", "description": ""}]}', '"parameters" is a required'),
    ],
)
def test_a_message_that_is_not_in_the_contract_is_named(topic: str, payload: bytes, said: str) -> None:
    (violation,) = heard(topic, payload)
    assert violation.startswith(f"root/{topic}: ")
    assert said in violation
