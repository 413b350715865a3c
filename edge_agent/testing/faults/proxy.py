"""A TCP proxy that is a bad network: it delays, cuts and half-closes the connections that go through it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

Fault = Literal["cut", "delay", "half_close"]
FAULTS: tuple[Fault, ...] = ("cut", "delay", "half_close")
CHUNK_BYTES = 65536


@dataclass(kw_only=True, eq=False)
class _Pair:
    """One connection through the proxy, and its two ends."""

    device: asyncio.StreamWriter
    server: asyncio.StreamWriter
    #: Cleared while nothing may pass.
    open: asyncio.Event = field(default_factory=asyncio.Event)
    #: From the server to the device nothing passes any more, though the connection stands.
    half_closed: bool = False


class Proxy:
    """Listens on a free port of 127.0.0.1 and forwards to ``target``. ``async with`` owns its connections."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        #: How many connections each fault has met.
        self.done: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def fault(self, what: Fault, draw: random.Random, *, lasting_s: float) -> None:
        """Let one fault happen to about half of the connections; a delay or a half-close lasts so long."""
        met = [pair for pair in self._pairs if draw.random() < 0.5]
        self.done[what] += len(met)
        if what == "cut":
            for pair in met:
                _cut(pair)
            return
        for pair in met:
            if what == "delay":
                pair.open.clear()
            else:
                pair.half_closed = True
        await asyncio.sleep(lasting_s)
        for pair in met:
            if what == "delay":
                pair.open.set()
            else:
                _cut(pair)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._forward(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        pair = _Pair(device=writer, server=far_writer)
        pair.open.set()
        self._pairs.add(pair)
        try:
            there = asyncio.create_task(self._pump(pair, reader, far_writer, back=False), name="proxy there")
            back = asyncio.create_task(self._pump(pair, far_reader, writer, back=True), name="proxy back")
            try:
                await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in (there, back):
                    each.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        finally:
            self._pairs.discard(pair)
            far_writer.close()

    @staticmethod
    async def _pump(pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            await pair.open.wait()
            if back and pair.half_closed:
                continue  # the device's packets still arrive, and it hears nothing of it
            writer.write(chunk)
            await writer.drain()


def _cut(pair: _Pair) -> None:
    """Close it as a reset does: what was on its way is gone."""
    for writer in (pair.device, pair.server):
        writer.transport.abort()
