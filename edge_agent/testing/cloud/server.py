"""A small HTTP/1.1 server on loopback: what comes is recorded, what goes is somebody else's business."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

import msgspec

MAX_BODY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request, byte by byte. Header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        """Decode the body as a JSON object."""
        return msgspec.json.decode(self.body, type=dict[str, object])


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A response. ``status`` 0: the connection is closed without one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """A response whose body is JSON."""
        return cls(
            status=status,
            body=msgspec.json.encode(value),
            headers={"content-type": "application/json", **(headers or {})},
        )


class Server:
    """Serves ``answer`` on 127.0.0.1. ``async with`` owns the socket and its connections."""

    def __init__(self, answer: Callable[[Received], Awaitable[Reply]], *, port: int = 0) -> None:
        self._answer = answer
        self._wanted = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0
        #: All that came, oldest first.
        self.received: list[Received] = []
        self._came = asyncio.Event()

    @property
    def base_url(self) -> str:
        """What to write into ``base-url``."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def until(self, count: int, *, within_s: float = 10.0) -> None:
        """Wait until so many requests have come. Raises ``TimeoutError``."""
        async with asyncio.timeout(within_s):
            while len(self.received) < count:
                self._came.clear()
                await self._came.wait()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._wanted)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        received = await _read(reader)
        if received is None:
            return False
        self.received.append(received)
        self._came.set()
        reply = await self._answer(received)
        if not reply.status:
            return False
        writer.write(_written(reply))
        await writer.drain()
        return True


async def _read(reader: asyncio.StreamReader) -> Received | None:
    first = (await reader.readline()).decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if length > MAX_BODY_BYTES:
        return None
    return Received(method=first[0], path=first[1], headers=headers, body=await reader.readexactly(length))


def _written(reply: Reply) -> bytes:
    known = {status.value: status.phrase for status in HTTPStatus}
    lines = [f"HTTP/1.1 {reply.status} {known.get(reply.status, 'Unknown')}", f"content-length: {len(reply.body)}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + reply.body
