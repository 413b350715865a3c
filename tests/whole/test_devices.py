"""What a device sees: where answers go, repeats, cancels, deltas, and what is refused."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.clock import Clock
from edge_agent.messages import Catalogue, DeadLetter, Egress, PlanBody, Query, Response, Telemetry, canonical, decode
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.instant import ScriptedSlm
from edge_agent.wire import Incoming, Outgoing
from tests.whole.house import House, open_house
from tests.whole.plans import ORDER, QUESTION, instant, plan


def at(house: House, topic: str) -> Callable[[], Incoming | None]:
    return lambda: next((message for message in house.heard if message.topic == topic), None)


async def next_at(house: House, topic: str) -> Response:
    def seen() -> Response | None:
        found = at(house, topic)()
        return None if found is None else decode(found.payload, Response)

    return await house.until(seen)


async def test_plain_text_is_answered_on_the_shared_topic(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        await house.link.publish(Outgoing(topic=house.topics.query(), payload=QUESTION.encode()))
        assert "shipped" in ((await next_at(house, house.topics.response())).answer or "")


async def test_the_answer_goes_to_the_response_topic_with_its_correlation_data(
    broker_port: int, tmp_path: Path
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        topic = f"{house.topics.response('kiosk-1')}/window/3"
        await house.send(Query(prompt=QUESTION), "kiosk-1", response_topic=topic, correlation=b"\x00\xff7")
        await next_at(house, topic)
        message = at(house, topic)()
        assert message is not None
        assert message.correlation == b"\x00\xff7"
        assert at(house, house.topics.response("kiosk-1"))() is None


async def test_an_mqtt_3_device_is_answered_by_its_id(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        got: list[bytes] = []

        def on_message(_: object, __: object, message: paho.MQTTMessage) -> None:
            got.append(bytes(message.payload))
            loop.call_soon_threadsafe(answered.set)

        def on_subscribe(*_: object) -> None:
            client.publish(house.topics.query("plc-1"), b'{"id": "a1", "prompt": "' + QUESTION.encode() + b'"}', 1)

        client.on_message, client.on_subscribe = on_message, on_subscribe
        client.connect("127.0.0.1", broker_port)
        client.loop_start()
        try:
            client.subscribe(house.topics.response("plc-1"), 1)
            async with asyncio.timeout(20):
                await answered.wait()
        finally:
            client.disconnect()
            client.loop_stop()
        assert decode(got[0], Response).id == "a1"


async def test_a_repeat_gets_the_stored_bytes_and_nothing_runs_twice(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        query = Query(id="a1", prompt=QUESTION)
        await house.send(query)
        await house.response("a1")
        elsewhere = f"{house.topics.response()}/any/second"
        await house.send(query, response_topic=elsewhere)
        await next_at(house, elsewhere)
        first, second = at(house, house.topics.response())(), at(house, elsewhere)()
        assert first is not None
        assert second is not None
        assert first.payload == second.payload
        assert len(cloud.received) == 1


async def test_a_repeat_in_hand_moves_the_answer_to_its_own_address(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    cloud.may_answer.clear()
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        await house.send(Query(id="a1", prompt=QUESTION))
        await house.stage("a1", "plans")
        elsewhere = f"{house.topics.response()}/any/second"
        await house.send(Query(id="a1", prompt=QUESTION), response_topic=elsewhere, correlation=b"2")
        marker = await house.ask("Received after the repeat", schema={})  # refused at once
        assert marker.error is not None
        cloud.may_answer.set()
        assert (await next_at(house, elsewhere)).status == "ok"
        assert not [m for m in house.heard if m.topic == house.topics.response() and b'"a1"' in m.payload]
        assert len(cloud.received) == 1


async def test_another_body_under_a_used_id_is_a_conflict_never_where_the_first_is_awaited(
    broker_port: int, tmp_path: Path
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        await house.send(Query(id="a1", prompt=QUESTION))
        await house.response("a1")
        await house.send(Query(id="a1", prompt="Something else"))  # the same address: a dead letter
        letter = await house.until(lambda: next(iter(house.said("deadletter", DeadLetter)), None))
        assert letter.code == "id_conflict"
        elsewhere = f"{house.topics.response()}/any/second"
        await house.send(Query(id="a1", prompt="Something else"), response_topic=elsewhere)
        response = await next_at(house, elsewhere)
        assert response.error is not None
        assert response.error.code == "id_conflict"
        assert len([m for m in house.heard if m.topic == house.topics.response()]) == 1


@pytest.mark.parametrize("stage", ["plans", "run_tools"])
async def test_a_cancel_ends_a_query_wherever_it_is(broker_port: int, tmp_path: Path, stage: str) -> None:
    cloud = Cloud(None) if stage == "plans" else Cloud(plan(("slow", {"seconds": 60.0})))
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        await house.send(Query(id="a1", prompt="Take your time"), "kiosk-1")
        await house.stage("a1", stage)
        await house.link.publish(Outgoing(topic=house.topics.cancel("kiosk-2"), payload=b"a1"))  # not its query
        await house.link.publish(Outgoing(topic=house.topics.cancel("kiosk-1"), payload=b'{"id": "a1"}'))
        response = await house.response("a1")
        assert response.error is not None
        assert response.error.code == "cancelled"
        assert response.error.stage == stage


async def test_a_deadline_ends_a_query_in_its_stage(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(None)) as house:
        response = await house.ask("Take your time", deadline_s=1)
        assert response.error is not None
        assert (response.error.code, response.error.stage) in [("expired", "plans"), ("plan_unavailable", "plans")]


async def test_deltas_grow_to_the_answer_and_none_follows_it(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        response = await house.ask(QUESTION, stream=True)
        deltas = house.deltas(response.id)
        assert deltas
        last = max(delta.draft for delta in deltas)
        assert "".join(delta.text for delta in deltas if delta.draft == last).strip() == response.answer
        assert [delta.seq for delta in deltas] == sorted(delta.seq for delta in deltas)
        kinds = [
            m.topic.endswith("/delta")
            for m in house.heard
            if response.id.encode() in m.payload and "/response" in m.topic
        ]
        assert kinds[-1] is False


async def test_an_invention_reaches_no_device(broker_port: int, tmp_path: Path) -> None:
    invents = ScriptedSlm(lambda _: ["The status ", "of order ORD-1042 ", "is delayed. ", "It is."], zone=Clock().zone)
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=lambda _: invents) as house:
        response = await house.ask(QUESTION, stream=True)
        assert response.model == "facts"
        assert "shipped" in (response.answer or "")
        assert "delayed" not in (response.answer or "") + "".join(d.text for d in house.deltas(response.id))
        assert invents.ended == 1


async def test_a_dead_model_leaves_the_word_to_the_facts(broker_port: int, tmp_path: Path) -> None:
    dies = ScriptedSlm(lambda _: ["The status"], zone=Clock().zone, died=True)
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=lambda _: dies) as house:
        response = await house.ask(QUESTION)
        assert (response.status, response.model) == ("ok", "facts")


async def test_a_model_too_slow_for_the_deadline_leaves_the_word_to_the_facts(broker_port: int, tmp_path: Path) -> None:
    slow = ScriptedSlm(lambda _: ["The status"], zone=Clock().zone, hold=asyncio.Event())
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=lambda _: slow) as house:
        response = await house.ask(QUESTION, deadline_s=1.5)
        assert (response.status, response.model) == ("ok", "facts"), response
        assert slow.ended == 1


async def test_beyond_its_inbox_the_agent_is_busy_at_once(broker_port: int, tmp_path: Path) -> None:
    from edge_agent import config  # noqa: PLC0415 - only here

    cloud = Cloud(ORDER)
    cloud.may_answer.clear()
    inbox = config.Inbox(size=3, running=2)
    async with open_house(broker_port, tmp_path, cloud=cloud, inbox=inbox) as house:
        for number in range(3):
            await house.send(Query(id=f"a{number}", prompt=QUESTION))
        response = await house.ask(QUESTION)  # while all others are held back
        assert response.error is not None
        assert (response.error.code, response.error.retry_after_s) == ("busy", 1.0)
        cloud.may_answer.set()
        for number in range(3):
            assert (await house.response(f"a{number}")).status == "ok"
        assert (await house.ask(QUESTION)).status == "ok"


@pytest.mark.parametrize(
    ("topic", "payload", "code"),
    [
        ("query", b"\xff\xfe", "bad_query"),
        ("query", b"{", "bad_query"),
        ("query", b"", "bad_query"),
        ("query/any", b"hello", "bad_query"),
        ("query/a b", b"hello", "bad_query"),
        ("query", b"[" * 10 + b"x" * 300_000, "too_large"),
        ("cancel", b"a/b", "bad_query"),
    ],
)
async def test_what_nobody_can_be_told_becomes_a_dead_letter(
    broker_port: int, tmp_path: Path, topic: str, payload: bytes, code: str
) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        await house.link.publish(Outgoing(topic=f"{house.root}/{topic}", payload=payload))
        letter = await house.until(lambda: next(iter(house.said("deadletter", DeadLetter)), None))
        assert (letter.topic, letter.code) == (f"{house.root}/{topic}", code)
        assert base64.b64decode(letter.payload) == payload[:4096]
        assert (await house.ask(QUESTION)).status == "ok"  # the agent goes on


async def test_a_retained_query_is_refused(broker_port: int, tmp_path: Path) -> None:
    root = f"t-{secrets.token_hex(6)}"
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), root=root) as house:
        await house.link.publish(
            Outgoing(topic=f"{root}/query/kiosk-1", payload=b'{"id": "a1", "prompt": "hi"}', retain=True)
        )
        response = await house.response("a1")
        assert response.error is not None
        assert response.error.code == "bad_query"
        await house.link.publish(Outgoing(topic=f"{root}/query/kiosk-1", payload=b"", retain=True))


async def test_tools_in_the_query_only_narrow(broker_port: int, tmp_path: Path) -> None:
    cloud = Cloud(ORDER)
    async with open_house(broker_port, tmp_path, cloud=cloud) as house:
        response = await house.ask(QUESTION, tools=["nothing", "no_such_tool"])
        assert response.error is not None
        assert response.error.code == "plan_rejected"
        assert b"order_status" not in canonical(cloud.received[0].json["tools"])


async def test_what_is_said_beside_the_answer(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER), slm=instant) as house:
        response = await house.ask(QUESTION)
        for stage in ("redact", "plans", "validate", "run_tools", "select", "drafts", "ground", "respond"):
            await house.stage(response.id, stage, "done")
        telemetry = await house.until(
            lambda: next(iter(house.said("telemetry", Telemetry, where=lambda t: t.queries.answered == 1)), None)
        )
        assert telemetry.memory.rss_bytes > 0
        (egress,) = house.said("egress", Egress)
        assert decode(egress.body.encode(), PlanBody).prompt == QUESTION
        assert "shipped" not in egress.body
        catalogue = next(m for m in house.heard if m.topic == house.topics.tools("agent"))
        assert "order_status" in [tool.name for tool in decode(catalogue.payload, Catalogue).tools]
        assert catalogue.retain
        assert all(QUESTION.encode() not in m.payload for m in house.heard if "/trace/" in m.topic)
