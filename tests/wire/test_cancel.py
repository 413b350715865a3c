from __future__ import annotations

import asyncio

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent.mqtt.connection import Connection
from edge_agent.wire import Outgoing


async def test_a_cancel_that_comes_with_the_puback_is_not_lost(
    broker_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Connection("127.0.0.1", broker_port) as connection:
        monkeypatch.setattr(Connection, "_on_publish", lambda *_: None)  # the PUBACK is the test's, to the tick
        sending = asyncio.create_task(connection.send(Outgoing(topic="t", payload=b"")))
        await asyncio.sleep(0)
        (confirmed,) = connection._unconfirmed.values()
        confirmed.set_result(ReasonCode(PacketTypes.PUBACK, "Success"))
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
