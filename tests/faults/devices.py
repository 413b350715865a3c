"""A device that asks, and keeps a ledger of what it sent and got. MQTT 5 or 3.1.1, three ways to be known again."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge_agent.messages import Query, Response, decode, encode

Kind = Literal["id", "derived", "none"]
KINDS: tuple[Kind, ...] = ("id", "derived", "none")
#: A connection that a fault ended is tried again after so long.
AGAIN_S = 0.1


@dataclass(kw_only=True, eq=False)
class Asked:
    """One question of one device, and all that came back."""

    device: str
    kind: Kind
    item: str
    effects: bool
    id: str = ""
    #: The first words of a prompt that changes something.
    act: str = "Open a ticket"
    #: Publications that the broker acknowledged: only then does MQTT promise anything.
    accepted: int = 0
    sent: int = 0
    #: Terminal responses, byte by byte, in the order in which they came.
    copies: list[bytes] = field(default_factory=list)
    #: Times that it was told to send again later.
    put_off: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def response(self) -> Response | None:
        return decode(self.copies[0], Response) if self.copies else None

    @property
    def prompt(self) -> str:
        return f"{self.act} for item {self.item}" if self.effects else f"What is the state of item {self.item}"


class Device:
    """A device that connects again for ever and keeps its session. ``v5`` False: MQTT 3.1.1."""

    def __init__(self, name: str, *, root: str, port: int, v5: bool, kinds: Sequence[Kind]) -> None:
        self.name, self.root, self.port, self.v5, self.kinds = name, root, port, v5, kinds
        self.asked: dict[str, Asked] = {}
        #: Responses that belong to none of our questions.
        self.strange: list[bytes] = []
        self._client: aiomqtt.Client | None = None
        self._up = asyncio.Event()

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_up(), name=self.name)
        try:
            async with asyncio.timeout(30):
                await self._up.wait()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def send(self, asked: Asked) -> None:
        """Publish once. It may fail: then the broker has not promised anything."""
        asked.sent += 1
        properties: Properties | None = None
        payload = asked.prompt.encode()
        if asked.kind == "id":
            payload = encode(Query(id=asked.id, prompt=asked.prompt, effects=asked.effects, deadline_s=60))
        elif asked.kind == "derived":
            payload = encode(Query(prompt=asked.prompt, effects=asked.effects, deadline_s=60))
        if self.v5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = asked.item.encode()
            if asked.kind == "derived":
                properties.ResponseTopic = f"{self.root}/response/{self.name}/r"
        if (client := self._client) is None:
            return
        with contextlib.suppress(aiomqtt.MqttError):
            await client.publish(f"{self.root}/query/{self.name}", payload, qos=1, properties=properties, timeout=5)
            asked.accepted += 1

    async def up(self) -> None:
        """Wait for a connection."""
        await self._up.wait()

    async def _keep_up(self) -> None:
        identifier = f"{self.name}-{secrets.token_hex(4)}"
        while True:
            try:
                async with self._connect(identifier) as client:
                    await client.subscribe(f"{self.root}/response/{self.name}/#", qos=1)
                    self._client = client
                    self._up.set()
                    async for message in client.messages:
                        if isinstance(message.payload, bytes) and not str(message.topic).endswith("/delta"):
                            self._hear(message.payload, getattr(message.properties, "CorrelationData", None))
            except (aiomqtt.MqttError, OSError):
                pass
            finally:
                self._client = None
                self._up.clear()
            await asyncio.sleep(AGAIN_S)

    def _connect(self, identifier: str) -> aiomqtt.Client:
        nodelay = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        if not self.v5:
            return aiomqtt.Client(
                "127.0.0.1",
                self.port,
                identifier=identifier,
                protocol=aiomqtt.ProtocolVersion.V311,
                clean_session=False,
                keepalive=5,
                socket_options=nodelay,
                timeout=5,
            )
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 600
        return aiomqtt.Client(
            "127.0.0.1",
            self.port,
            identifier=identifier,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
            keepalive=5,
            socket_options=nodelay,
            timeout=5,
        )

    def _hear(self, payload: bytes, correlation: bytes | None) -> None:
        response = msgspec.json.decode(payload, type=Response)
        asked = self._meant(response, correlation)
        if asked is None:
            self.strange.append(payload)
        elif response.error is not None and response.error.retry_after_s is not None:
            asked.put_off += 1
        else:
            asked.copies.append(payload)
            asked.ended.set()

    def _meant(self, response: Response, correlation: bytes | None) -> Asked | None:
        """By correlation or id; without either, by what is answered, or it is the oldest that is still open."""
        if correlation is not None:
            return self.asked.get(correlation.decode())
        plain = [asked for asked in self.asked.values() if asked.kind == "none"]
        for asked in self.asked.values():
            if asked.kind == "id" and asked.id == response.id:
                return asked
        if response.answer is not None:
            return next((asked for asked in plain if asked.item in (response.answer or "")), None)
        return next((asked for asked in plain if not asked.copies), None)
