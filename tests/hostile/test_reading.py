"""Everything that reads what strangers write, on bytes that hypothesis makes up: a refusal, and never a crash."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.bridge.request import NotARequest, read_request
from edge_agent.errors import NeverTaken
from edge_agent.intake import Arrived, decode_cancel, read_query
from edge_agent.messages import DeadLetter, Plan, PlanFailure, Query, Response, Status, Telemetry, decode, encode
from edge_agent.signing import Signing
from edge_agent.topics import ID, Topics
from edge_agent.wire import Incoming
from tests.hostile.shots import BAD_JSON, CANCELS, HIJACKS

TOPICS = Topics()
EXAMPLES = 300
DEEP = b'{"parts":' + b"[" * 3_000
ANYTHING = st.binary(max_size=200) | st.sampled_from([*BAD_JSON, *CANCELS, DEEP])
MIXED = st.text(alphabet=st.sampled_from([*"fedlm/responsekiosk-1+#$", "\x00", "\x01", "é", "\ud800"]), max_size=60)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(ANYTHING, st.none() | MIXED | st.sampled_from(HIJACKS), st.none() | st.binary(max_size=20), st.booleans())
def test_a_query_is_taken_or_refused_and_its_answer_stays_at_home(
    payload: bytes, response_topic: str | None, correlation: bytes | None, retain: bool
) -> None:
    for device in ("", "kiosk-1"):
        message = Incoming(
            topic=TOPICS.query(device),
            payload=payload,
            retain=retain,
            response_topic=response_topic,
            correlation=correlation,
        )
        read = read_query(message, device, TOPICS)
        if isinstance(read, Arrived):
            assert ID.fullmatch(read.key[1])
            assert not retain
        else:
            assert isinstance(read.error, NeverTaken)
        if read.address is not None:
            home = TOPICS.response(device)
            assert read.address.topic == home or read.address.topic.startswith(f"{home}/")
            assert not set("+#$\x00\x01") & set(read.address.topic)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(ANYTHING)
def test_a_cancel_names_an_id_or_nothing(payload: bytes) -> None:
    id_ = decode_cancel(payload)
    assert id_ is None or ID.fullmatch(id_)


@pytest.mark.parametrize("kind", [Query, Response, Status, Telemetry, Plan, PlanFailure, DeadLetter])
@settings(max_examples=EXAMPLES // 5, deadline=None, database=None)
@given(ANYTHING)
def test_a_message_decodes_or_raises_the_one_error(kind: type[msgspec.Struct], payload: bytes) -> None:
    try:
        decode(payload, kind)
    except msgspec.DecodeError:
        return


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(ANYTHING, st.booleans())
def test_the_bridge_takes_a_request_or_says_that_it_is_none(payload: bytes, required: bool) -> None:
    message = Incoming(topic=TOPICS.plan_request("agent"), payload=payload)
    with pytest.raises(NotARequest):
        read_request(message, TOPICS, Signing(key=b"k" * 32, required=required))


@pytest.mark.parametrize("payload", [DEEP, b'{"role": "\xff"}', b'{"id": "\xff"}'])
def test_what_once_ended_the_agent_is_refused(payload: bytes) -> None:
    assert decode_cancel(payload) is None
    with pytest.raises(msgspec.DecodeError):
        decode(payload, Status)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(st.text(max_size=80), st.text(max_size=20))
def test_no_device_name_leads_out_of_its_level(device: str, ending: str) -> None:
    address = TOPICS.read(f"fedlm/query/{device}")
    if address is not None:
        assert "/" not in device
    topic = f"fedlm/response/kiosk-1{ending}"
    if TOPICS.may_answer_at(topic, "kiosk-1"):
        assert topic == "fedlm/response/kiosk-1" or topic.startswith("fedlm/response/kiosk-1/")
    assert not TOPICS.may_answer_at(topic, "kiosk-2")


def test_the_last_of_two_equal_keys_counts_and_is_checked() -> None:
    message = Incoming(topic="fedlm/query/a", payload=b'{"id": "good", "prompt": "x", "id": "a/b"}')
    read = read_query(message, "a", TOPICS)
    assert not isinstance(read, Arrived)
    assert read.error.code == "bad_id"
    assert json.loads(encode(Query(prompt="x", id="good")))["id"] == "good"
