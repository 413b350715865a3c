"""Properties that paho can't read: one such message came again on every connection, and silenced whoever heard it."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent import config
from edge_agent.mqtt import Link, Subscription
from edge_agent.mqtt.connection import without_properties
from edge_agent.wire import Incoming
from tests.hostile.packets import Gun, Shot, publish

BOM = "\ufeff".encode()
UNREADABLE = {
    "response topic": b"\x08\x00\x04a" + BOM,
    "content type": b"\x03\x00\x03" + BOM,
    "user property": b"\x26\x00\x01a\x00\x03" + BOM,
}


def test_the_private_parts_of_paho_that_we_need_are_still_there() -> None:
    """Where this fails: look whether paho still refuses U+FEFF, and give ``_on_publish_packet`` another hook."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    assert callable(client._handle_publish)
    assert {"command", "packet"} <= set(client._in_packet)
    assert "self._handle_publish()" in Path(paho.__file__).read_text()


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_message_whose_properties_cannot_be_read_comes_without_them_and_once(
    broker_port: int, name: str
) -> None:
    root = secrets.token_hex(6)
    link = Link(
        config.Mqtt(host="127.0.0.1", port=broker_port),
        identifier=root,
        session=False,
        subscriptions=[Subscription(topic=f"{root}/#")],
    )
    gun, heard = Gun(port=broker_port), list[Incoming]()
    async with link, asyncio.timeout(20):
        await link.connected.wait()
        assert await gun.fire(Shot(kind="", topic=f"{root}/a".encode(), payload=b"1", properties=UNREADABLE[name]))
        assert await gun.fire(Shot(kind="", topic=f"{root}/b".encode(), payload=b"2", correlation=b"3"))
        async for message in link:
            message.acknowledge()
            heard.append(message)
            if len(heard) == 2:
                break
    await gun.close()
    first, second = heard
    assert (first.topic, first.payload, first.response_topic) == (f"{root}/a", b"1", "")  # nobody is answered there
    assert (second.topic, second.payload, second.correlation) == (f"{root}/b", b"2", b"3")


@pytest.mark.parametrize("payload", [b"", b"x" * 200])
def test_the_rest_of_the_packet_stays(payload: bytes) -> None:
    shot = Shot(kind="", topic=b"a/b", payload=payload, correlation=b"c" * 300)
    body = _body(publish(shot))
    assert bytes(without_properties(0x32, body)) == b"\x00\x03a/b\x00\x01\x03\x08\x00\x00" + payload
    without_id = body[:5] + body[7:]
    assert bytes(without_properties(0x30, without_id)) == b"\x00\x03a/b\x03\x08\x00\x00" + payload


def _body(packet: bytes) -> bytes:
    at = 1
    while packet[at] & 0x80:
        at += 1
    return packet[at + 1 :]
