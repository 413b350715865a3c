"""The connection that is kept up: reconnects, subscribes again, greets again."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Self

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent import config
from edge_agent.mqtt.connection import Connection, PublishRefused, Subscription, incoming
from edge_agent.wire import Incoming, Outgoing

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 5.0
RECEIVE_MAXIMUM = 256
BATCH = 64
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 30.0
#: A send that failed is tried again once the keeper has noticed that the connection is gone.
NOTICE_S = 0.05


def _no_greeting() -> Sequence[Outgoing]:
    return ()


class Link:
    """A connection to the broker, made anew whenever it breaks. MQTT 5, manual acknowledgement.

    ``session``: the broker keeps the session (and queues for it) for ``settings.session_expiry_s`` seconds.
    ``greet()`` gives the retained messages that are published after every connect.
    """

    def __init__(
        self,
        settings: config.Mqtt,
        *,
        identifier: str,
        password: str | None = None,
        will: Outgoing | None = None,
        subscriptions: Sequence[Subscription] = (),
        greet: Callable[[], Sequence[Outgoing]] = _no_greeting,
        session: bool = True,
    ) -> None:
        self._settings = settings
        self._identifier = identifier
        self._password = password
        self._will = will
        self._subscriptions = subscriptions
        self._greet = greet
        self._session = session
        self._connection: Connection | None = None
        self._incoming: asyncio.Queue[Incoming | None] = asyncio.Queue()  # unbounded: its reader never waits
        self._task: asyncio.Task[None] | None = None
        #: Set while connected and subscribed.
        self.connected = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_up(), name="mqtt")
        self._task.add_done_callback(lambda _: self._incoming.put_nowait(None))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._task is not None and not self._task.done():
            self._task.cancel()  # again where aiomqtt's wait_for swallowed it: on Python 3.11 it may
            await asyncio.wait([self._task], timeout=CONNECT_WITHIN_S)

    async def __aiter__(self) -> AsyncIterator[Incoming]:
        while (message := await self._incoming.get()) is not None:
            yield message
        if self._task is not None:  # the keeper never ends by itself: a defect of it must not look like silence
            await self._task

    async def batches(self, most: int = BATCH) -> AsyncIterator[list[Incoming]]:
        """Iterate over what has come, at most so many messages at once, each batch in the order of receipt."""
        async for message in self:
            batch = [message]
            while (
                len(batch) < most and not self._incoming.empty() and (more := self._incoming.get_nowait()) is not None
            ):
                batch.append(more)
            yield batch

    async def publish(self, message: Outgoing) -> None:
        """Publish. QoS 1 returns on PUBACK, across reconnects; QoS 0 is dropped while there is no connection.

        Raises ``PublishRefused`` where the broker refuses it for good.
        """
        while message.qos or self.connected.is_set():
            await self.connected.wait()
            if (connection := self._connection) is None:
                continue
            try:
                await connection.send(message)
            except aiomqtt.MqttError:
                if not message.qos:
                    return
                await asyncio.sleep(NOTICE_S)
                continue
            return

    async def _keep_up(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            try:
                async with self._connect() as connection:
                    await self._begin(connection)
                    pause = FIRST_PAUSE_S
                    async for message in connection.messages:
                        self._incoming.put_nowait(incoming(message, connection))
            except (aiomqtt.MqttError, OSError, ssl.SSLError) as error:
                log.warning("broker_away", extra={"error": str(error), "again_in_s": round(pause, 2)})
            finally:
                self.connected.clear()
                self._connection = None
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _begin(self, connection: Connection) -> None:
        """Subscribe, then greet: whoever sees the status online can already be heard."""
        if self._subscriptions:
            wanted = [(each.topic, each.options()) for each in self._subscriptions]
            codes = await connection.subscribe(wanted)
            for each, code in zip(self._subscriptions, codes, strict=False):
                if isinstance(code, ReasonCode) and code.is_failure:
                    log.error("subscription_refused", extra={"topic": each.topic, "reason": str(code)})
        self._connection = connection
        for message in self._greet():
            try:
                await connection.send(message)
            except PublishRefused as error:
                log.error("greeting_refused", extra={"topic": message.topic, "error": str(error)})  # noqa: TRY400
        self.connected.set()
        log.info("broker_connected")  # never the client id: whoever knows it can take the session

    def _connect(self) -> Connection:
        settings = self._settings
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        properties.SessionExpiryInterval = settings.session_expiry_s if self._session else 0
        common: dict[str, Any] = {
            "identifier": self._identifier,
            "username": settings.username,
            "password": self._password,
            "protocol": aiomqtt.ProtocolVersion.V5,
            "clean_start": not self._session,
            "properties": properties,
            "timeout": CONNECT_WITHIN_S,
            "keepalive": settings.keepalive_s,
            "will": _will(self._will),
            "logger": logging.getLogger("edge_agent.mqtt.client"),
        }
        if settings.socket:
            return Connection(settings.socket, transport="unix", **common)
        return Connection(
            settings.host,
            settings.port,
            tls_context=_tls(settings),
            # Without it a round trip takes 44 ms instead of 0.4 (Nagle against delayed acknowledgement).
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            **common,
        )


def _will(message: Outgoing | None) -> aiomqtt.Will | None:
    if message is None:
        return None
    return aiomqtt.Will(message.topic, message.payload, message.qos, message.retain)


def _tls(settings: config.Mqtt) -> ssl.SSLContext | None:
    if not (settings.ca_file or settings.cert_file):
        return None
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.cert_file:
        context.load_cert_chain(settings.cert_file, settings.key_file)
    return context
