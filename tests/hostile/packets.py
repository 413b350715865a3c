"""MQTT 5 packets written by hand: a client library would refuse to send most of what is sent here."""

from __future__ import annotations

import asyncio
import secrets
import struct
from dataclasses import dataclass, field

REPLY_WITHIN_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A message to publish, byte for byte. ``kind``: what is wrong with it."""

    kind: str
    topic: bytes
    payload: bytes = b""
    response_topic: bytes | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    retain: bool = False
    #: Properties as they stand, instead of those above.
    properties: bytes | None = None

    @property
    def packed(self) -> bytes:
        """The properties."""
        if self.properties is not None:
            return self.properties
        made = b""
        if self.expiry_s is not None:
            made += b"\x02" + struct.pack(">I", self.expiry_s)
        if self.response_topic is not None:
            made += b"\x08" + _string(self.response_topic)
        if self.correlation is not None:
            made += b"\x09" + _string(self.correlation)
        return made


@dataclass(kw_only=True)
class Gun:
    """A connection that fires one shot after the other, and connects again where the broker hangs up."""

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None)

    async def fire(self, shot: Shot) -> bool:
        """Publish with QoS 1. Whether the broker took it, and told somebody of it."""
        reader, writer = self._streams or await self._connect()
        writer.write(publish(shot))
        try:
            async with asyncio.timeout(REPLY_WITHIN_S):
                await writer.drain()
                kind, body = await _packet(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.close()
            return False
        if kind != 4:  # no PUBACK: the broker says goodbye
            await self.close()
            return False
        return len(body) < 3 or body[2] == 0

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        name = _string(secrets.token_hex(8).encode())
        writer.write(_framed(0x10, _string(b"MQTT") + b"\x05\x02" + struct.pack(">H", 60) + b"\x00" + name))
        kind, _ = await _packet(reader)
        assert kind == 2
        return reader, writer


def publish(shot: Shot) -> bytes:
    """A PUBLISH packet with QoS 1."""
    packed = shot.packed
    body = _string(shot.topic) + struct.pack(">H", 1) + _length(len(packed)) + packed + shot.payload
    return _framed(0x32 | int(shot.retain), body)


def _string(raw: bytes) -> bytes:
    return struct.pack(">H", len(raw)) + raw


def _framed(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _length(len(body)) + body


def _length(number: int) -> bytes:
    made = bytearray()
    while True:
        number, low = divmod(number, 128)
        made.append(low | (0x80 if number else 0))
        if not number:
            return bytes(made)


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    (head,) = await reader.readexactly(1)
    number = shift = 0
    while True:
        (low,) = await reader.readexactly(1)
        number |= (low & 0x7F) << shift
        shift += 7
        if not low & 0x80:
            break
    return head >> 4, await reader.readexactly(number)
