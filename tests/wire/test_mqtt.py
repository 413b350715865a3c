"""The link to a real broker: kept up, greeting again, acknowledging by hand, surfacing refusals."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from edge_agent import config
from edge_agent.mqtt import Link, PublishRefused, Subscription
from edge_agent.testing.processes import Process, await_port, mosquitto, running
from edge_agent.wire import Incoming, Outgoing

WITHIN_S = 20


@asynccontextmanager
async def linked(port: int, *topics: str, **given: object) -> AsyncIterator[Link]:
    link = Link(
        config.Mqtt(port=port),
        identifier=f"test-{secrets.token_hex(6)}",
        subscriptions=[Subscription(topic=topic) for topic in topics],
        **given,  # type: ignore[arg-type]
    )
    async with link, asyncio.timeout(WITHIN_S):
        await link.connected.wait()
        yield link


async def nexts(link: Link, number: int = 1) -> list[Incoming]:
    found = []
    async for message in link:
        message.acknowledge()
        found.append(message)
        if len(found) == number:
            return found
    raise AssertionError


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[tuple[Process, int]]:
    process, port = mosquitto(tmp_path / "broker")
    with running(process, port):
        yield process, port


def test_the_private_parts_of_aiomqtt_that_we_need_are_still_there() -> None:
    """aiomqtt has no public manual ack and hides PUBACK codes; when this fails, move to aiomqtt 3 (docs/adr)."""
    for name in ("_on_publish", "_on_connect", "_on_disconnect"):
        assert callable(getattr(aiomqtt.Client, name)), f"aiomqtt.Client.{name} is gone: see docs/adr"
    source = Path(str(aiomqtt.client.__file__)).read_text()
    assert "self._client: mqtt.Client" in source, "aiomqtt.Client._client is gone: see docs/adr"
    assert "self._disconnected" in source, "aiomqtt.Client._disconnected is gone: see docs/adr"


async def test_properties_come_across(broker_port: int) -> None:
    root = secrets.token_hex(6)
    async with linked(broker_port, f"{root}/#") as link:
        await link.publish(
            Outgoing(topic=f"{root}/a", payload=b"hi", response_topic="r", correlation=b"\x00c", expiry_s=9)
        )
        (message,) = await nexts(link)
    assert (message.payload, message.response_topic, message.correlation, message.expiry_s) == (b"hi", "r", b"\x00c", 9)


async def test_an_unacknowledged_message_comes_again_on_the_next_connection(broker_port: int) -> None:
    root, identifier = secrets.token_hex(6), f"test-{secrets.token_hex(6)}"
    subscriptions = [Subscription(topic=f"{root}/#")]

    def link() -> Link:
        return Link(config.Mqtt(port=broker_port), identifier=identifier, subscriptions=subscriptions)

    async with asyncio.timeout(WITHIN_S):
        async with link() as first:
            await first.connected.wait()
            await first.publish(Outgoing(topic=f"{root}/a", payload=b"1"))
            await first.publish(Outgoing(topic=f"{root}/a", payload=b"2"))
            messages = aiter(first)
            (await anext(messages)).acknowledge()
            assert (await anext(messages)).payload == b"2"  # not acknowledged
        async with link() as second:
            assert [message.payload for message in await nexts(second)] == [b"2"]


async def test_after_the_broker_was_killed_it_greets_and_subscribes_again(own_broker: tuple[Process, int]) -> None:
    broker, port = own_broker
    greeted = [0]

    def greet() -> list[Outgoing]:
        greeted[0] += 1
        return [Outgoing(topic="status/me", payload=b"online", retain=True)]

    async with linked(port, "q/#", greet=greet) as link:
        broker.kill()
        waiting = asyncio.create_task(link.publish(Outgoing(topic="q/1", payload=b"kept")))
        broker.start()
        await_port(broker, port)
        assert [message.payload for message in await nexts(link)] == [b"kept"]
        await waiting
        assert greeted[0] == 2
        async with linked(port) as other:
            look = Link(
                config.Mqtt(port=port),
                identifier="look",
                session=False,
                subscriptions=[Subscription(topic="status/#", retained=True)],
            )
            async with look:
                assert [message.payload for message in await nexts(look)] == [b"online"]
            assert other.connected.is_set()


async def test_the_will_is_published_when_the_process_is_gone_but_not_after_a_clean_stop(
    own_broker: tuple[Process, int],
) -> None:
    _, port = own_broker
    will = Outgoing(topic="w/1", payload=b"gone", retain=False)
    async with linked(port, "w/#") as observer:
        async with linked(port, will=will):
            pass
        async with linked(port, will=will) as dying:
            assert dying._connection is not None
            sock = dying._connection._client.socket()
            assert isinstance(sock, socket.socket)
            sock.shutdown(socket.SHUT_RDWR)  # no DISCONNECT: as a crash leaves it
            assert [message.payload for message in await nexts(observer)] == [b"gone"]


async def test_a_message_that_the_broker_would_choke_on_is_refused_here(broker_port: int) -> None:
    async with linked(broker_port) as link:
        with pytest.raises(PublishRefused, match="more than the broker takes"):
            await link.publish(Outgoing(topic="big", payload=b"x" * 600_000))


async def test_a_publish_that_an_acl_refuses_is_not_taken_for_success(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite mine/#\n")
    acl.chmod(0o700)
    with (tmp_path / "mosquitto.conf").open("a") as conf:
        conf.write(f"acl_file {acl}\n")
    with running(process, port):
        async with linked(port) as link:
            await link.publish(Outgoing(topic="mine/a", payload=b"x"))
            with pytest.raises(PublishRefused, match="Not authorized"):
                await link.publish(Outgoing(topic="theirs/a", payload=b"x"))


async def test_nobody_listening_counts_as_delivered(broker_port: int) -> None:
    async with linked(broker_port) as link:
        await link.publish(Outgoing(topic=f"nobody/{secrets.token_hex(6)}", payload=b"x"))


async def test_what_is_not_important_is_dropped_while_the_broker_is_away(own_broker: tuple[Process, int]) -> None:
    broker, port = own_broker
    async with linked(port) as link:
        broker.kill()
        async with asyncio.timeout(5):  # with QoS 1 this would wait for the broker
            for _ in range(3):
                await link.publish(Outgoing(topic="t", payload=b"x", qos=0))
