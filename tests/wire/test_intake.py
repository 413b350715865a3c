"""What devices send: understood, or refused with a code that says what to do."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import CODES
from edge_agent.intake import Arrived, Refusal, decode_cancel, depth, read_query
from edge_agent.messages import Query, encode
from edge_agent.topics import Topics
from edge_agent.wire import Incoming

TOPICS = Topics("fedlm")


def read(payload: bytes | str, device: str = "", **given_: object) -> Arrived | Refusal:
    raw = payload.encode() if isinstance(payload, str) else payload
    message = Incoming(topic=TOPICS.query(device), payload=raw, **given_)  # type: ignore[arg-type]
    return read_query(message, device, TOPICS)


def refused(payload: bytes | str, device: str = "", **given_: object) -> Refusal:
    found = read(payload, device, **given_)
    assert isinstance(found, Refusal)
    return found


def arrived(payload: bytes | str, device: str = "", **given_: object) -> Arrived:
    found = read(payload, device, **given_)
    assert isinstance(found, Arrived), found
    return found


def test_plain_text_is_the_prompt() -> None:
    found = arrived("  Which cell is the bottleneck?\n")
    assert found.query.prompt == "Which cell is the bottleneck?"
    assert found.address.topic == "fedlm/response"


def test_unknown_fields_are_tolerated_on_the_wire() -> None:
    assert arrived('{"prompt": "hi", "colour": "red"}').query == Query(prompt="hi")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\xff\xfe", "bad_query"),
        (b"", "bad_query"),
        (b"   ", "bad_query"),
        (b'{"prompt": "hi"', "bad_query"),
        (b'{"prompt": 3}', "bad_query"),
        (b'{"prompt": ""}', "bad_query"),
        (b'{"prompt": " "}', "bad_query"),
        (b'{"prompt": "hi", "deadline_s": 0.5}', "bad_query"),
        (b'{"prompt": "hi", "deadline_s": 9999}', "bad_query"),
        (b'{"prompt": "hi", "stream": "yes"}', "bad_query"),
        (b'{"id": "x"}', "bad_query"),
        (json.dumps({"prompt": "x" * 8001}).encode(), "bad_query"),
        (b"x" * 8001, "bad_query"),
        (b'{"prompt": "hi", "id": ""}', "bad_id"),
        (b'{"prompt": "hi", "id": "a/b"}', "bad_id"),
        (json.dumps({"prompt": "hi", "id": "x" * 65}).encode(), "bad_id"),
        (b"x" * (256 * 1024 + 1), "too_large"),
        (b'{"prompt": "hi", "x": ' + b"[" * 33 + b"]" * 33 + b"}", "bad_query"),
        (b'{"prompt": "hi", "x": ' + b"[" * 100_000, "bad_query"),
        (b'{"prompt": "hi", "effects": true}', "not_supported"),
        (b'{"prompt": "hi", "consent": "00"}', "bad_query"),
        (b'{"prompt": "hi", "preview": true, "consent": "%s"}' % (b"0" * 64), "bad_query"),
        (b'{"prompt": "hi", "context": "mail"}', "not_supported"),
        (b'{"prompt": "hi", "session": "s"}', "not_supported"),
        (b'{"prompt": "hi", "schema": {}}', "not_supported"),
    ],
)
def test_bad_input_gets_its_code(payload: bytes, code: str) -> None:
    assert refused(payload).error.code == code


def test_a_field_that_is_not_built_is_named() -> None:
    assert "`session`" in str(refused('{"prompt": "hi", "session": "s"}').error)


def test_a_field_at_its_default_is_no_offence() -> None:
    assert isinstance(read('{"prompt": "hi", "effects": false, "preview": false, "context": null}'), Arrived)


def test_thirty_two_levels_are_taken() -> None:
    assert isinstance(read(b'{"prompt": "hi", "x": ' + b"[" * 31 + b"]" * 31 + b"}"), Arrived)


def test_brackets_inside_strings_are_not_depth() -> None:
    assert depth(rb'{"a": "[[[[\"[["}') == 1


@pytest.mark.parametrize(
    ("payload", "device", "given_", "told"),
    [
        (b"{", "", {}, False),  # nobody knows who sent it
        (b"{", "kiosk-1", {}, True),  # its own topic is known
        (b"{", "", {"correlation": b"7"}, True),  # it will know itself by that
        (b'{"id": "a1", "prompt": 3}', "", {}, True),  # by its id
    ],
)
def test_whoever_can_be_told_is_told(payload: bytes, device: str, given_: dict[str, bytes], *, told: bool) -> None:
    assert (refused(payload, device, **given_).address is not None) is told


def test_a_forbidden_response_topic_is_answered_at_the_default_one() -> None:
    refusal = refused('{"prompt": "hi", "id": "a"}', "kiosk-1", response_topic="fedlm/response/kiosk-2")
    assert refusal.error.code == "response_topic_forbidden"
    assert refusal.address is not None
    assert refusal.address.topic == "fedlm/response/kiosk-1"


@pytest.mark.parametrize(
    ("topic", "device", "allowed"),
    [
        ("fedlm/response", "", True),
        ("fedlm/response/any/x", "", True),
        ("fedlm/response/any/x/y", "", True),
        ("fedlm/response/any", "", False),
        ("fedlm/response/kiosk-1", "", False),
        ("fedlm/response/delta", "", False),
        ("fedlm/response/any/delta", "", False),
        ("fedlm/response/kiosk-1", "kiosk-1", True),
        ("fedlm/response/kiosk-1/a/b", "kiosk-1", True),
        ("fedlm/response/kiosk-1/delta", "kiosk-1", False),
        ("fedlm/response/kiosk-10", "kiosk-1", False),
        ("fedlm/response", "kiosk-1", False),
        ("fedlm/response/kiosk-1/../kiosk-2", "kiosk-1", True),  # dots have no meaning to a broker
        ("fedlm/response/kiosk-1//x", "kiosk-1", False),
        ("fedlm/response/kiosk-1/#", "kiosk-1", False),
        ("fedlm/response/kiosk-1/+", "kiosk-1", False),
        ("fedlm/response/kiosk-1/$x", "kiosk-1", False),
        ("fedlm/response/kiosk-1/\u0001", "kiosk-1", False),
        ("fedlm/response/kiosk-1/" + "/".join("abcdef"), "kiosk-1", False),
        ("fedlm/response/kiosk-1/" + "x" * 200, "kiosk-1", False),
        ("fedlm/status/agent", "kiosk-1", False),
        ("$SYS/broker", "", False),
        ("", "", False),
    ],
)
def test_response_topics_are_confined(topic: str, device: str, *, allowed: bool) -> None:
    assert TOPICS.may_answer_at(topic, device) is allowed


def test_a_retained_query_is_refused() -> None:
    assert refused('{"prompt": "hi", "id": "a"}', retain=True).error.code == "bad_query"


def test_an_id_is_derived_only_where_the_device_is_recognisable() -> None:
    topic = "fedlm/response/kiosk-1/a"
    one = arrived("hi", "kiosk-1", response_topic=topic, correlation=b"1")
    again = arrived("hi", "kiosk-1", response_topic=topic, correlation=b"1")
    other = arrived("hi", "kiosk-1", response_topic=topic, correlation=b"2")
    assert one.key == again.key != other.key
    assert arrived("hi", "kiosk-1", correlation=b"1").key != arrived("hi", "kiosk-1", correlation=b"1").key


def test_the_body_is_the_query_without_id_stream_and_deadline() -> None:
    one = arrived('{"prompt": "hi", "id": "a", "stream": true, "deadline_s": 5}')
    assert one.fingerprint == arrived('{"deadline_s": 9, "prompt": "hi"}').fingerprint
    assert one.fingerprint != arrived('{"prompt": "hi", "facts": true}').fingerprint


@pytest.mark.parametrize(
    ("payload", "id_"),
    [
        (b"a1", "a1"),
        (b" a1\n", "a1"),
        (b'{"id": "a1"}', "a1"),
        (b'{"id": 3}', None),
        (b"a/b", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_cancel_is_an_id_as_text_or_json(payload: bytes, id_: str | None) -> None:
    assert decode_cancel(payload) == id_


@given(st.binary(max_size=200) | st.text().map(lambda text: ("{" + text).encode("utf-8", "replace")))
def test_whatever_comes_is_a_query_or_a_refusal_with_a_known_code(payload: bytes) -> None:
    found = read(payload, "kiosk-1", response_topic=None)
    if isinstance(found, Refusal):
        assert found.error.code in CODES
    else:
        assert msgspec.json.decode(encode(found.query), type=Query) == found.query


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["id", "prompt", "stream", "tools", "max_tokens", "deadline_s", "x"]), JSON))
def test_any_json_object_is_a_query_or_a_refusal(table: dict[str, object]) -> None:
    found = read(json.dumps(table))
    assert isinstance(found, Arrived) or found.error.code in CODES


def read_with_effects(payload: str, **properties: object) -> Arrived | Refusal:
    message = Incoming(topic="fedlm/query/kiosk-1", payload=payload.encode(), **properties)  # type: ignore[arg-type]
    return read_query(message, "kiosk-1", TOPICS, effects=True)


def test_effects_need_an_id_given_or_derived() -> None:
    assert isinstance(read_with_effects('{"prompt": "hi", "effects": true, "id": "a"}'), Arrived)
    assert isinstance(
        read_with_effects(
            '{"prompt": "hi", "effects": true}', response_topic="fedlm/response/kiosk-1", correlation=b"1"
        ),
        Arrived,
    )
    refused = read_with_effects('{"prompt": "hi", "effects": true}')
    assert isinstance(refused, Refusal)
    assert refused.error.code == "id_required"


def test_only_a_query_that_can_not_be_recognised_is_anonymous() -> None:
    for payload, anonymous in (('{"prompt": "hi"}', True), ('{"prompt": "hi", "id": "a"}', False)):
        arrived = read_with_effects(payload)
        assert isinstance(arrived, Arrived)
        assert arrived.anonymous == anonymous
