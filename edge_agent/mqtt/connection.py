"""One connection to the broker. The only place that reaches into aiomqtt's ``_client``.

aiomqtt (the present name of asyncio-mqtt) has no public manual acknowledgement and hides PUBACK reason codes;
``tests/mqtt`` says so plainly when the private parts that this module needs go.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from dataclasses import dataclass
from typing import Any

import aiomqtt
from paho.mqtt import MQTTException
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_agent.errors import FedlmError
from edge_agent.wire import Incoming, Outgoing

log = logging.getLogger(__name__)

#: A lost PUBACK shows as a lost connection at the latest when the keepalive finds it; this is the last resort.
PUBACK_WITHIN_S = 60.0
#: Room for topic and properties beside the payload.
PACKET_OVERHEAD_BYTES = 1024
#: An empty Response Topic, packed with its length: nobody may be answered there.
_NOWHERE = b"\x03\x08\x00\x00"


class PublishRefused(FedlmError):
    """The broker refused a message for good: an ACL, its size or its form."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """``retained``: wants the retained messages too; otherwise a retained one only comes flagged, to be refused."""

    topic: str
    qos: int = 1
    retained: bool = False

    def options(self) -> SubscribeOptions:
        """How the broker is asked for it."""
        handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if self.retained else SubscribeOptions.RETAIN_DO_NOT_SEND
        return SubscribeOptions(qos=self.qos, retainAsPublished=True, retainHandling=handling)


class Connection(aiomqtt.Client):
    """One connection: a new object each time, since packet ids restart and a late ack could confirm a new message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._client.manual_ack_set(True)
        self._handle_publish = self._client._handle_publish  # noqa: SLF001 - see _on_publish_packet
        self._client._handle_publish = self._on_publish_packet  # type: ignore[method-assign]  # noqa: SLF001
        self._unconfirmed: dict[int, asyncio.Future[ReasonCode]] = {}
        self._largest: int | None = None

    async def send(self, message: Outgoing) -> None:
        """Publish, and surface the PUBACK's reason code, which aiomqtt drops."""
        if self._largest is not None and len(message.payload) + PACKET_OVERHEAD_BYTES > self._largest:
            # The broker would drop the connection, and paho would send it again for ever.
            raise PublishRefused(f"{len(message.payload)} bytes are more than the broker takes ({self._largest})")
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, _publish_properties(message)
        )
        if info.rc != 0:
            raise aiomqtt.MqttCodeError(info.rc, "not connected")
        if not message.qos:
            return
        confirmed: asyncio.Future[ReasonCode] = asyncio.get_running_loop().create_future()
        self._unconfirmed[info.mid] = confirmed
        try:
            async with asyncio.timeout(PUBACK_WITHIN_S):  # wait_for of Python 3.11 loses a cancel beside a PUBACK
                code = await confirmed
        except TimeoutError as error:
            raise aiomqtt.MqttError("no PUBACK") from error
        finally:
            self._unconfirmed.pop(info.mid, None)
        if code.is_failure:  # 0x10, nobody subscribes, is none
            raise PublishRefused(f"the broker refused a message on {message.topic}: {code}")

    def acknowledge(self, mid: int, qos: int) -> None:
        """Confirm a message to the broker that sent it; nothing where this connection is gone."""
        if qos and not self._disconnected.done():
            self._client.ack(mid, qos)

    def _on_publish_packet(self) -> MQTTErrorCode:
        """Read a PUBLISH; without its properties where paho can't read them.

        It refuses U+FEFF in them, which MQTT allows and a broker passes on. The connection would end, the broker would
        send the message again on the next one, and so on for ever: any device could silence the agent.
        """
        try:
            return self._handle_publish()
        except (MQTTException, LookupError, ValueError, struct.error):
            packet = self._client._in_packet  # noqa: SLF001 - paho has no hook before it reads
            packet["packet"] = without_properties(packet["command"], bytes(packet["packet"]))
            log.warning("properties_unreadable", extra={"bytes": len(packet["packet"])})
            return self._handle_publish()

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if (confirmed := self._unconfirmed.get(mid)) is not None and not confirmed.done():
            confirmed.set_result(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_connect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Properties | None = None
    ) -> None:
        self._largest = getattr(properties, "MaximumPacketSize", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Properties | None = None
    ) -> None:
        for confirmed in self._unconfirmed.values():
            if not confirmed.done():
                confirmed.set_exception(aiomqtt.MqttError("connection lost before the PUBACK"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)


def incoming(message: aiomqtt.Message, connection: Connection) -> Incoming:
    """Turn a message of aiomqtt into ours."""
    properties = message.properties
    payload = message.payload
    return Incoming(
        topic=str(message.topic),
        payload=payload if isinstance(payload, bytes) else b"",
        qos=message.qos,
        retain=message.retain,
        response_topic=getattr(properties, "ResponseTopic", None),
        correlation=getattr(properties, "CorrelationData", None),
        expiry_s=getattr(properties, "MessageExpiryInterval", None),
        acknowledge=lambda: connection.acknowledge(message.mid, message.qos),
    )


def without_properties(command: int, packet: bytes) -> bytearray:
    """Put an empty Response Topic in place of a PUBLISH's properties, so that a query is refused, not misunderstood."""
    (topic,) = struct.unpack_from(">H", packet)
    begin = 2 + topic + (2 if command & 0x06 else 0)  # an identifier, where the QoS isn't 0
    (length, taken) = VariableByteIntegers.decode(packet[begin:])  # type: ignore[no-untyped-call]
    return bytearray(packet[:begin] + _NOWHERE + packet[begin + taken + length :])


def _publish_properties(message: Outgoing) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if message.correlation is not None:
        properties.CorrelationData = message.correlation
    if message.response_topic is not None:
        properties.ResponseTopic = message.response_topic
    if message.expiry_s is not None:
        properties.MessageExpiryInterval = message.expiry_s
    return properties
