"""The bridge's HTTP client against a real endpoint on loopback that misbehaves on purpose."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge_agent.bridge.body import http_body
from edge_agent.bridge.cloud import Cloud as Client
from edge_agent.messages import Plan, PlanFailure
from edge_agent.testing.cloud import Cloud, Reply
from tests.bridge.samples import StillClock, body, planner, request

GOOD = Cloud.plan("sales_by_product", {"quarter": "Q2"})
KEY = "sk-never-to-be-seen-4711"


@asynccontextmanager
async def client(cloud: Cloud, clock: StillClock, *, key: str | None = KEY, **changes: Any) -> AsyncIterator[Client]:
    settings = planner(**{"base_url": cloud.base_url, **changes})
    async with Client(settings, key=key, clock=clock, sleep=clock.sleep) as made:
        yield made


async def ask(cloud: Cloud, *, clock: StillClock | None = None, deadline_s: float = 60.0, **changes: Any) -> Any:
    clock = clock or StillClock()
    async with client(cloud, clock, **changes) as made:
        return await made.plan(request(), deadline=clock.monotonic() + deadline_s)


@pytest.mark.parametrize("profile", ["openai", "plain"])
@pytest.mark.parametrize("style", ["tools", "schema"])
async def test_the_bytes_on_the_wire_are_those_of_http_body(profile: str, style: str) -> None:
    async with Cloud(GOOD) as cloud:
        answer = await ask(cloud, profile=profile, style=style)
        expected = http_body(body(), planner(profile=profile, style=style, base_url=cloud.base_url))
        [received] = cloud.received
    assert received.body == expected
    assert received.path == "/v1/chat/completions"
    assert isinstance(answer, Plan)
    [sent] = answer.sent
    assert (sent.sha256, sent.bytes, sent.http_status) == (hashlib.sha256(expected).hexdigest(), len(expected), 200)


async def test_the_headers_carry_the_key_and_nothing_of_this_machine_or_query() -> None:
    async with Cloud(GOOD) as cloud:
        await ask(cloud)
        headers = dict(cloud.received[0].headers)
    assert headers.pop("authorization") == f"Bearer {KEY}"
    assert headers.pop("user-agent").startswith("AsyncOpenAI/Python")
    assert set(headers) <= {"host", "accept", "accept-encoding", "connection", "content-type", "content-length"}


async def test_without_a_key_no_authorization_is_sent() -> None:
    async with Cloud(GOOD) as cloud:
        answer = await ask(cloud, key=None)
        assert "authorization" not in cloud.received[0].headers
    assert isinstance(answer, Plan)


async def test_a_429_is_waited_out_as_long_as_it_asks_and_then_succeeds() -> None:
    clock = StillClock()
    async with Cloud(Cloud.limited(retry_after="7"), GOOD) as cloud:
        answer = await ask(cloud, clock=clock)
    assert clock.slept == [7.0]
    assert isinstance(answer, Plan)
    assert [sent.http_status for sent in answer.sent] == [429, 200]
    assert len({sent.sha256 for sent in answer.sent}) == 1


async def test_pauses_grow_and_are_jittered_where_the_cloud_asks_for_nothing() -> None:
    clock = StillClock()
    async with Cloud(Cloud.fails(500)) as cloud:
        answer = await ask(cloud, clock=clock, retries=3)
        assert len(cloud.received) == 4
    assert isinstance(answer, PlanFailure)
    assert (answer.code, len(answer.sent)) == ("unreachable", 4)
    for pause, (low, high) in zip(clock.slept, [(0.25, 0.5), (0.5, 1.0), (1.0, 2.0)], strict=True):
        assert low <= pause <= high


async def test_a_retry_after_beyond_the_deadline_fails_at_once_and_is_passed_on() -> None:
    clock = StillClock()
    async with Cloud(Cloud.limited(retry_after="30"), GOOD) as cloud:
        answer = await ask(cloud, clock=clock, deadline_s=10)
        assert len(cloud.received) == 1
    assert isinstance(answer, PlanFailure)
    assert (answer.code, answer.retry_after_s, clock.slept) == ("rate_limited", 30.0, [])


async def test_retry_after_may_be_a_date_of_http() -> None:
    async with Cloud(Cloud.limited(retry_after="Wed, 21 Oct 2099 07:28:00 GMT")) as cloud:
        answer = await ask(cloud)
    assert isinstance(answer, PlanFailure)
    assert answer.retry_after_s is not None
    assert answer.retry_after_s > 1e9


@pytest.mark.parametrize(
    ("reply", "code", "attempts"),
    [
        (Cloud.fails(401, f"Incorrect API key provided: {KEY}"), "unauthorized", 1),
        (Cloud.fails(403), "unauthorized", 1),
        (Cloud.limited(code="insufficient_quota"), "budget_spent", 1),
        (Cloud.limited(), "rate_limited", 3),
        (Cloud.fails(400), "refused", 1),
        (Cloud.fails(404), "refused", 1),
        (Cloud.fails(503), "unreachable", 3),
        (Cloud.closes(), "unreachable", 3),
        (Cloud.garbage(), "bad_answer", 1),
        (Cloud.prose(), "bad_answer", 1),
        (Reply(status=307, headers={"location": "http://127.0.0.1:1/v1/chat/completions"}), "refused", 1),
    ],
)
async def test_each_way_to_fail_has_its_code(reply: Reply, code: str, attempts: int) -> None:
    async with Cloud(reply) as cloud:
        answer = await ask(cloud, retries=2)
        assert len(cloud.received) == attempts
    assert isinstance(answer, PlanFailure)
    assert answer.code == code
    assert len(answer.sent) == attempts
    assert KEY not in answer.message


async def test_nobody_listening_is_unreachable() -> None:
    async with Cloud(GOOD) as cloud:
        pass
    answer = await ask(cloud, retries=1)
    assert isinstance(answer, PlanFailure)
    assert answer.code == "unreachable"
    assert [sent.http_status for sent in answer.sent] == [None, None]


async def test_a_cloud_that_hangs_is_given_up_at_the_deadline() -> None:
    async with Cloud(None) as cloud:
        answer = await asyncio.wait_for(ask(cloud, deadline_s=1.0, retries=0), 20)
    assert isinstance(answer, PlanFailure)
    assert answer.code == "timed_out"
    assert len(answer.sent) == 1


async def test_a_cloud_that_hangs_once_is_asked_again_after_the_timeout_of_the_attempt() -> None:
    async with Cloud(None, GOOD) as cloud:
        answer = await asyncio.wait_for(ask(cloud, timeout_s=1.0), 20)
    assert isinstance(answer, Plan)
    assert [sent.http_status for sent in answer.sent] == [None, 200]


async def test_the_key_is_in_no_log_record_and_neither_is_the_question(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Cloud(Cloud.fails(500), Cloud.fails(401, f"Incorrect API key provided: {KEY}")) as cloud:
        await ask(cloud)
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "cloud_attempt_failed" in said
    assert KEY not in said
    assert "What sold best" not in said
