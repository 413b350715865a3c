"""What the agent says: terminal responses, deltas, refusals, dead letters, traces."""

from __future__ import annotations

import asyncio
import logging

from edge_agent.errors import QueryError
from edge_agent.intake import Refusal, dead_letter
from edge_agent.messages import Delta, Message, Trace, encode
from edge_agent.mqtt import PublishRefused
from edge_agent.stages.respond import refused
from edge_agent.topics import Topics
from edge_agent.types import Accepted, ReturnAddress
from edge_agent.wire import Incoming, Outgoing, Publish

log = logging.getLogger(__name__)

#: Messages that wait for the broker beside the answers; beyond it new ones are dropped and counted.
OUTBOX = 4096
PUBLISHERS = 16


class Delivery:
    """Publishes. ``post()`` never waits; ``deliver()`` returns once the broker has the answer."""

    def __init__(self, *, publish: Publish, topics: Topics, agent: str) -> None:
        self._publish = publish
        self._topics = topics
        self._agent = agent
        self._outbox: asyncio.Queue[Outgoing] = asyncio.Queue(OUTBOX)
        self.dropped = 0

    async def run(self) -> None:
        """Publish what was posted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(PUBLISHERS):
                tasks.create_task(self._empty_outbox(), name=f"publisher {number}")

    async def deliver(self, address: ReturnAddress, payload: bytes) -> None:
        """Send the terminal response to where the newest copy of the query wants it."""
        await self._send(self._response(address, payload))

    async def delta(self, asked: Accepted, draft: int, seq: int, text: str) -> None:
        """Send a checked piece of the answer, where the query wants to see it grow."""
        if asked.address.stream:
            message = Delta(id=asked.key[1], draft=draft, seq=seq, text=text)
            topic = self._topics.delta(asked.address.topic)
            correlation = asked.address.correlation
            await self._send(Outgoing(topic=topic, payload=encode(message), qos=0, correlation=correlation))

    def again(self, address: ReturnAddress, payload: bytes) -> None:
        """Send a stored answer once more."""
        self.post(self._response(address, payload))

    def refuse(self, message: Incoming, refusal: Refusal) -> None:
        """Tell the sender why its query wasn't taken, or the operator where nobody can be told."""
        log.info("query_refused", extra={"code": refusal.error.code, "topic": message.topic, "id": refusal.id})
        if refusal.address is None:
            self.bury(message, refusal.error)
        else:
            self.post(self._response(refusal.address, encode(refused(refusal.id, refusal.error))))

    def bury(self, message: Incoming, error: QueryError) -> None:
        """Show the operator a message that could not be answered to anyone."""
        self._say(self._topics.deadletter(self._agent), dead_letter(message, error), qos=1)

    def trace(self, stage: str, trace: Trace) -> None:
        """Say that a stage begins or ends."""
        self._say(self._topics.trace(self._agent, stage), trace, qos=0)

    def post(self, message: Outgoing) -> None:
        """Publish soon, without waiting."""
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:
            self.dropped += 1
            log.warning("outbox_full", extra={"topic": message.topic, "dropped": self.dropped})

    async def flush(self) -> None:
        """Wait until everything posted so far was published."""
        await self._outbox.join()

    def _say(self, topic: str, message: Message, *, qos: int) -> None:
        self.post(Outgoing(topic=topic, payload=encode(message), qos=qos))

    def _response(self, address: ReturnAddress, payload: bytes) -> Outgoing:
        return Outgoing(topic=address.topic, payload=payload, correlation=address.correlation)

    async def _empty_outbox(self) -> None:
        while True:
            message = await self._outbox.get()
            try:
                await self._send(message)
            finally:
                self._outbox.task_done()

    async def _send(self, message: Outgoing) -> None:
        try:
            await self._publish(message)
        except PublishRefused as error:  # the stored answer waits for the re-send; the operator sees why
            log.error("publish_refused", extra={"topic": message.topic, "error": str(error)})  # noqa: TRY400
