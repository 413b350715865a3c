"""Signatures: what they bind, and what is taken without one."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import ConfigError
from edge_agent.messages import Plan, PlanFailure, ProposedCall, encode
from edge_agent.signing import SHORTEST_KEY, UNSIGNED, Signing, new_key, signing
from tests.bridge.samples import request

OURS = Signing(key=b"k" * SHORTEST_KEY, required=True)
OTHERS = Signing(key=b"x" * SHORTEST_KEY, required=True)
PLAN = Plan(id="r1", calls=[ProposedCall(tool="stock", arguments={"n": 1.5, "ü": [None, True]})], model="m")
FAILURE = PlanFailure(id="r1", code="unreachable", retry_after_s=3.0)


def test_a_signed_message_stands_for_its_direction_and_its_agent_only() -> None:
    asked = encode(OURS.signed(request(), agent="agent"))
    assert OURS.stands(asked, "request", agent="agent")
    assert not OURS.stands(asked, "response", agent="agent")
    assert not OURS.stands(asked, "request", agent="other")
    for answer in (PLAN, FAILURE):
        payload = encode(OURS.signed(answer, agent="agent"))
        assert OURS.stands(payload, "response", agent="agent")
        assert not OURS.stands(payload, "request", agent="agent")
        assert not OTHERS.stands(payload, "response", agent="agent")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "r2"},
        {"calls": []},
        {"model": "other"},
        {"unknown": 1},
        {"type": "failure"},
        {"signature": ""},
        {"signature": None},
        {"signature": 7},
        {"signature": "ü"},
        {"signature": "0" * 64},
    ],
)
def test_no_field_can_be_changed_added_or_left_out(change: dict[str, Any]) -> None:
    fields = msgspec.json.decode(encode(OURS.signed(PLAN, agent="agent")), type=dict[str, Any])
    assert OURS.stands(msgspec.json.encode(fields), "response", agent="agent")
    assert not OURS.stands(msgspec.json.encode({**fields, **change}), "response", agent="agent")


@given(st.binary(max_size=200) | st.recursive(st.none() | st.floats(), st.lists, max_leaves=5).map(msgspec.json.encode))
def test_whatever_comes_is_refused_without_a_crash(payload: bytes) -> None:
    assert not OURS.stands(payload, "response", agent="agent")
    assert not OURS.stands(b"[" * 100_000, "response", agent="agent")


def test_without_a_key_nothing_is_signed_all_is_taken_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    made = signing(lambda _: None, require=None)
    assert made == Signing()
    assert made.signed(PLAN, agent="agent") == PLAN
    assert made.stands(encode(PLAN), "response", agent="agent")
    assert [record.levelno for record in caplog.records if record.message == "plans_not_signed"] == [logging.WARNING]
    assert UNSIGNED


def test_a_key_is_required_where_it_is_there_or_the_file_says_so() -> None:
    known = {"plan-key": new_key()}
    assert signing(known.get, require=None).required
    assert signing(known.get, require=True).required
    lax = signing(known.get, require=False)
    assert lax.stands(encode(PLAN), "response", agent="agent")
    assert OURS.stands(encode(Signing(key=OURS.key).signed(PLAN, agent="a")), "response", agent="a")
    with pytest.raises(ConfigError, match="no credential"):
        signing(lambda _: None, require=True)
    with pytest.raises(ConfigError, match="shorter"):
        signing(lambda _: "short", require=None)
    assert not Signing(required=True).stands(encode(PLAN), "response", agent="agent")


def test_keys_are_long_and_never_the_same_and_never_shown() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) >= SHORTEST_KEY for key in keys)
    assert "kkk" not in repr(OURS)
