"""One busy device: publishes as fast as it is told to, and counts what comes back."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.messages import Query, encode
from tests.faults.parts import Parts

DEVICE = "load"


class _Error(msgspec.Struct):
    code: str
    retry_after_s: float | None = None


class _Answer(msgspec.Struct):
    id: str
    error: _Error | None = None


class Load:
    """Its queries are known by id; ``busy`` and ``ended`` say what became of each."""

    def __init__(self, parts: Parts, *, prompt: str = "What is the state of item") -> None:
        self._root, self._port, self._prompt = parts.root, parts.port, prompt
        self.sent: set[str] = set()
        #: Answers that mean "not taken", by id.
        self.busy: Counter[str] = Counter()
        #: Terminal answers: the code of each, by id.
        self.ended: dict[str, str] = {}
        self._number = 0
        self._news = asyncio.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.max_inflight_messages_set(1000)

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        loop, subscribed = asyncio.get_running_loop(), asyncio.Event()

        def on_message(_: object, __: object, message: paho.MQTTMessage) -> None:
            loop.call_soon_threadsafe(self._hear, bytes(message.payload))

        self._client.on_message = on_message

        def on_subscribe(*_: object) -> None:
            loop.call_soon_threadsafe(subscribed.set)

        self._client.on_subscribe = on_subscribe
        await asyncio.to_thread(self._client.connect, "127.0.0.1", self._port)
        self._client.loop_start()
        try:
            self._client.subscribe(f"{self._root}/response/{DEVICE}", 1)
            async with asyncio.timeout(30):
                await subscribed.wait()
            yield
        finally:
            self._client.disconnect()
            await asyncio.to_thread(self._client.loop_stop)

    def send(self, count: int = 1) -> list[str]:
        """Publish so many new queries; their ids."""
        ids = []
        for _ in range(count):
            self._number += 1
            ids.append(f"q{self._number}")
            self.send_again(ids[-1])
        self.sent.update(ids)
        return ids

    def send_again(self, id_: str) -> None:
        """Publish a query under an id."""
        query = Query(id=id_, prompt=f"{self._prompt} n{id_}", deadline_s=60)
        self._client.publish(f"{self._root}/query/{DEVICE}", encode(query), 1)

    async def until(self, true: Callable[[], Any], *, within_s: float = 90.0) -> None:
        """Wait until something is true of the counts."""
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):  # what is awaited may be no answer
                        await self._news.wait()

    async def keep(self, outstanding: int, total: int, each: Callable[[int], None] = lambda _: None) -> None:
        """Ask ``total`` queries, so many at a time. ``each`` is told how many have ended."""
        pending: set[str] = set()
        sent = 0
        while sent < total or pending:
            more = self.send(min(outstanding - len(pending), total - sent))
            sent += len(more)
            pending.update(more)
            ended = len(self.ended)
            await self.until(lambda ended=ended: len(self.ended) > ended)  # type: ignore[misc]
            pending = {id_ for id_ in pending if id_ not in self.ended}
            each(sent - len(pending))

    def missing(self, ids: Iterable[str]) -> list[str]:
        """Those that were answered in no way."""
        return [each for each in ids if each not in self.ended and not self.busy[each]]

    def _hear(self, payload: bytes) -> None:
        answer = msgspec.json.decode(payload, type=_Answer)
        if answer.error is not None and answer.error.retry_after_s is not None:
            self.busy[answer.id] += 1
        else:
            self.ended[answer.id] = answer.error.code if answer.error else "ok"
        self._news.set()
