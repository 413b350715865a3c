"""What is sent at the agent: a corpus of known tricks, and what hypothesis makes up."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from edge_agent.messages import Query
from tests.hostile.packets import Shot

BAD_JSON = (
    b"{",
    b"{}",
    b"{]",
    b'{"prompt"}',
    b'{"prompt": }',
    b'{"prompt": "x"',
    b'{"prompt": "x"}}',
    b'{"prompt": "x",}',
    b'{"prompt": "\\ud800"}',
    b'{"prompt": "\xff"}',
    b'{"prompt": "\x00"}',
    b'{"prompt": "a\nb"}',
    b'{"prompt": NaN}',
    b'{"prompt": "x", "deadline_s": NaN}',
    b'{"prompt": "x", "deadline_s": 1e999}',
    b'{"prompt": "x", "deadline_s": -Infinity}',
    b'{"prompt": "x", "deadline_s": ' + b"9" * 5_000 + b"}",
    b'{"prompt": "x", "max_tokens": ' + b"9" * 400 + b"}",
    b'{"prompt": "x", "max_tokens": 1e-400}',
    b'{"prompt": "x", "stream": "yes"}',
    b'{"prompt": "x", "tools": "all"}',
    b'{"prompt": "x", "tools": [' + b'"a",' * 9_999 + b'"a"]}',
    b'{"prompt": ["x"]}',
    b'{"prompt": {"$gt": ""}}',
    b'{"prompt": null}',
    b'{"prompt": ""}',
    b'{"prompt": "   "}',
    b'{"prompt": "' + b"x" * 8_001 + b'"}',
    b'{"Prompt": "x"}',
    b'{"__proto__": {"prompt": "x"}}',
    b'{"prompt": "x", "a": ' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"prompt": "x", "a": ' + b"[" * 5_000,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b'\xef\xbb\xbf{"prompt": "x"}',
    '{"prompt": "x"}'.encode("utf-16"),
    '{"prompt": "x"}'.encode("utf-32"),
    b"\xff\xfe\x00",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\x00",
    b"",
    b" \t\n",
    b"x" * 8_001,
    b"x" * (256 * 1024 + 1),
    b"\x1f\x8b\x08\x00not gzip",
    b"[1, 2, 3]" * 2_000,
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>" * 100,
)
IDS: tuple[object, ...] = (
    "a/b",
    "../x",
    "",
    "+",
    "#",
    "a b",
    "a\u0000",
    "x" * 65,
    "ＡＢ",
    "é",
    "$SYS",
    "%2e",
    "\n",
    "a\u202eb",
    7,
    None,
    [],
    {},
)
#: After the id or prompt, a second one: which of them counts?
DOUBLED = (
    b'{"id": "%s", "prompt": "x", "prompt": "y"}',
    b'{"prompt": "x", "id": "../evil", "id": "%s"}',
    b'{"prompt": "x", "id": "%s", "id": "a/b"}',
    b'{"id": "%s", "prompt": "x", "effects": false, "effects": true}',
)
HIJACKS = (
    "fedlm/response/victim",
    "fedlm/response/victim/delta",
    "fedlm/response/{device}/../victim",
    "fedlm/response/{device}/delta",
    "fedlm/response/{device}/a/delta/b",
    "fedlm/response/{device}x",
    "fedlm/response/{device}/",
    "fedlm/response/{device}//a",
    "fedlm/response/{device}/#",
    "fedlm/response/{device}/+",
    "fedlm/response/{device}/a\u0001b",
    "fedlm/response/{device}/a\ufeffb",
    "fedlm/response/{device}/a/b/c/d/e/f/g/h",
    "fedlm/response/{device}/" + "x" * 300,
    "fedlm/response/any",
    "fedlm/response/any/x",
    "fedlm/Response/{device}",
    "fedlm/query",
    "fedlm/query/victim",
    "fedlm/cancel/victim",
    "fedlm/plan/request/agent",
    "fedlm/plan/response/agent",
    "fedlm/status/agent",
    "fedlm/status/bridge",
    "fedlm/tools/agent",
    "fedlm/egress/agent",
    "fedlm/deadletter/agent",
    "fedlm",
    "/",
    "#",
    "+",
    "$SYS/broker/uptime",
    "$evil/x",
    "$share/a/fedlm/query",
    "evil",
    "homeassistant/device/x/config",
)
#: Topics that the broker stops, that nobody hears, and names that no device can have.
TOPICS = (
    b"fedlm/query/+",
    b"fedlm/query/#",
    b"fedlm/#",
    b"+/query",
    b"fedlm/query/a\x00b",
    b"fedlm/query/\xff\xfe",
    b"fedlm/query/\xed\xa0\x80",
    b"fedlm/query/a\x01b",
    b"",
    b"/",
    b"fedlm/query/",
    b"fedlm/query/any",
    b"fedlm/query/delta",
    b"fedlm/query/a b",
    b"fedlm/query/$SYS",
    b"fedlm/query/\xc3\xa9",
    b"fedlm/query/" + b"x" * 65,
    b"fedlm/query/" + b"x" * 60_000,
    b"fedlm/query/a/b",
    b"fedlm/query/a/b/c/d/e/f",
    b"fedlm//query",
    b"FEDLM/query",
    b"fedlm/query/..",
    b"fedlm/query/.",
    b"fedlm/cancel/any",
    b"$evil/query",
    b"$SYS/broker/uptime",
)
CANCELS = (
    b"",
    b"a/b",
    b"{",
    b'{"id": 3}',
    b'{"id": "a"}',
    b"\xff",
    b"x" * 1_000,
    b"unknown",
    b"[" * 3_000,
    b'{"id":' * 999,
)
PLANS = (
    b"",
    b"{",
    b'{"type": "plan", "id": "x", "calls": [{"tool": "breaks"}]}',
    b"\xff" * 99,
    b'{"type":' + b"[" * 3_000,
)


def corpus(draw: random.Random) -> Iterator[Shot]:
    """Known tricks, without end. Each can be told from all others by its device, its correlation or its payload."""
    number = 0
    while True:
        number += 1
        yield draw.choice(_TRICKS)(draw, number)


def _bad_json(draw: random.Random, number: int) -> Shot:
    payload = draw.choice(BAD_JSON)
    if draw.random() < 0.5:
        return Shot(kind="payload", topic=f"fedlm/query/h{number}".encode(), payload=payload)
    return Shot(kind="payload", topic=b"fedlm/query", payload=payload, correlation=_mark(number))


def _unknown_sender(draw: random.Random, number: int) -> Shot:
    """Nobody can be told: a dead letter."""
    payload = draw.choice(BAD_JSON[:20]) + f" {number}".encode() + b'"'
    return Shot(kind="payload of nobody", topic=b"fedlm/query", payload=b"{" + payload)


def _bad_id(draw: random.Random, number: int) -> Shot:
    payload = json.dumps({"prompt": f"x{number}", "id": draw.choice(IDS)}).encode()
    return Shot(kind="id", topic=f"fedlm/query/h{number}".encode(), payload=payload)


def _doubled(draw: random.Random, number: int) -> Shot:
    payload = draw.choice(DOUBLED) % f"d{number}".encode()
    return Shot(kind="duplicate key", topic=f"fedlm/query/h{number}".encode(), payload=payload)


def _hijack(draw: random.Random, number: int) -> Shot:
    device = f"h{number}"
    wanted = draw.choice(HIJACKS).format(device=device)
    shared = draw.random() < 0.3
    return Shot(
        kind="response topic",
        topic=b"fedlm/query" if shared else f"fedlm/query/{device}".encode(),
        payload=draw.choice((f'{{"prompt": "x", "id": "r{number}"}}'.encode(), b"status?", b"{")),
        response_topic=wanted.encode(),
        correlation=_mark(number),
    )


def _retained(draw: random.Random, number: int) -> Shot:
    topic = draw.choice(("fedlm/query", f"fedlm/query/h{number}"))
    return Shot(kind="retained", topic=topic.encode(), payload=b"x", correlation=_mark(number), retain=True)


def _bad_topic(draw: random.Random, number: int) -> Shot:
    payload = f'{{"prompt": "x", "id": "t{number}"}}'.encode()
    return Shot(kind="topic", topic=draw.choice(TOPICS), payload=payload)


def _reused_id(draw: random.Random, number: int) -> Shot:
    payload = f'{{"prompt": "x{number}", "id": "the-same"}}'.encode()
    return Shot(kind="reused id", topic=b"fedlm/query/reuser", payload=payload, correlation=_mark(number))


def _broken_properties(draw: random.Random, number: int) -> Shot:
    properties = draw.choice(
        (
            b"\x08\x00\x02\xff\xfe",
            b"\x03\x00\x03\xef\xbb\xbf",
            b"\x26\x00\x01a\x00\x03\xef\xbb\xbf",
            b"\x01\x02",
            b"\x08\x00\x03a\x00b",
            b"\x08\x00\xffshort",
            b"\x08\x00\x01a\x08\x00\x01b",
            b"\x09\xff\xff",
            b"\x7f\x00",
            b"\x23\x00\x00",
            b"\x0b\x01",
            b"\x02\x00\x00\x00\x00",
        )
    )
    return Shot(kind="properties", topic=f"fedlm/query/h{number}".encode(), payload=b"x", properties=properties)


def _expired(draw: random.Random, number: int) -> Shot:
    expiry_s = draw.choice((0, 1, 2**32 - 1))
    return Shot(kind="expiry", topic=f"fedlm/query/h{number}".encode(), payload=b"x", expiry_s=expiry_s)


def _cancel(draw: random.Random, number: int) -> Shot:
    topic = draw.choice(("fedlm/cancel", f"fedlm/cancel/h{number}", "fedlm/cancel/good"))
    return Shot(kind="cancel", topic=topic.encode(), payload=draw.choice(CANCELS))


def _forged(draw: random.Random, number: int) -> Shot:
    topic = draw.choice(("fedlm/plan/response/agent", f"fedlm/status/h{number}", "fedlm/status/bridge"))
    return Shot(kind="forged", topic=topic.encode(), payload=draw.choice(PLANS))


_TRICKS = (
    _bad_json,
    _bad_json,
    _unknown_sender,
    _bad_id,
    _doubled,
    _hijack,
    _hijack,
    _retained,
    _bad_topic,
    _reused_id,
    _broken_properties,
    _expired,
    _cancel,
    _forged,
)


def _mark(number: int) -> bytes:
    return b"c" + number.to_bytes(7, "big")


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
_FIELDS = st.sampled_from([*Query.__struct_fields__, "Id", "prompt ", "$where"])
_QUERY = st.dictionaries(_FIELDS, _JSON, max_size=6).map(lambda made: json.dumps(made).encode())
_PAYLOADS = (
    st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")) | _QUERY
)
_ENDINGS = st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))


def made_up(number: int, seed_: int) -> list[Shot]:
    """So many shots by hypothesis, each to a device of its own."""
    shots: list[Shot] = []
    while len(shots) < number:
        before = len(shots)

        @seed(seed_ + before)
        @settings(
            max_examples=min(number, 500),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(_PAYLOADS, st.none() | _ENDINGS, st.booleans())
        def collect(payload: bytes, ending: bytes | None, retain: bool) -> None:
            device = f"y{len(shots)}".encode()
            answer_at = None if ending is None else b"fedlm/response/" + device + ending
            shots.append(
                Shot(
                    kind="made up",
                    topic=b"fedlm/query/" + device,
                    payload=payload,
                    response_topic=answer_at,
                    retain=retain and ending is not None,
                )
            )

        collect()
    return shots[:number]
