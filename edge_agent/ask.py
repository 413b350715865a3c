"""``fedlm ask``: publishes a query and keeps it until it is answered, as every requester should."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

import msgspec

from edge_agent import config
from edge_agent.identity import ulid
from edge_agent.messages import Delta, Egress, Query, Response, Trace, decode, encode
from edge_agent.mqtt import Link, Subscription
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing

#: A broker may lose what it has acknowledged, so the query is sent again until its answer is here.
RESEND_S = 5.0
#: How long after its deadline an answer may still be on its way.
GRACE_S = 2.0
LINGER_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of our query begins or ends."""

    name: str
    trace: Trace

    @property
    def is_last(self) -> bool:
        """Whether no stage comes after it."""
        return self.name == "respond" and self.trace.state != "begun"


#: What a person may want to see while the answer comes.
Event = Stage | Delta | Egress


class Requester:
    """A connection that asks. Traces and egress are seen where the broker's ACL lets this login read them."""

    def __init__(self, settings: config.Mqtt, *, device: str = "", password: str | None = None) -> None:
        self._topics = Topics(settings.root)
        self._device = device
        token = token_hex(8)
        self.response_topic = f"{self._topics.response(device)}/{'' if device else 'any/'}{token}"
        self.link = Link(
            settings,
            identifier=f"fedlm-ask-{token}",
            password=password,
            session=False,
            subscriptions=[
                Subscription(topic=self.response_topic),
                Subscription(topic=self._topics.delta(self.response_topic), qos=0),
                Subscription(topic=self._topics.trace("+", "+"), qos=0),
                Subscription(topic=self._topics.egress("+"), qos=0),
            ],
        )

    async def ask(
        self, query: Query, *, timeout_s: float, seen: Callable[[Event], None] | None = None
    ) -> Response | None:
        """Ask, and re-send with the same id until the terminal response is here; None where none came in time."""
        query = query if query.id else msgspec.structs.replace(query, id=ulid())
        message = Outgoing(
            topic=self._topics.query(self._device),
            payload=encode(query),
            response_topic=self.response_topic,
            correlation=token_hex(16).encode(),
        )
        sender = asyncio.create_task(self._keep_sending(message), name="re-send")
        answer: Response | None = None
        try:
            async with asyncio.timeout(timeout_s + GRACE_S) as limit:
                async for incoming in self.link:
                    incoming.acknowledge()
                    event = self._read(incoming, query.id or "")
                    if isinstance(event, Response):
                        answer = event
                        # A watcher's traces may be a moment behind: they are less important than the answer.
                        limit.reschedule(asyncio.get_running_loop().time() + (LINGER_S if seen else 0))
                    elif event is not None and seen is not None:
                        seen(event)
                        if answer is not None and isinstance(event, Stage) and event.is_last:
                            break
        except TimeoutError:
            pass
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
        return answer

    async def _keep_sending(self, message: Outgoing) -> None:
        while True:
            await self.link.publish(message)
            await asyncio.sleep(RESEND_S)

    def _read(self, incoming: Incoming, id_: str) -> Response | Event | None:
        """Read what concerns our query; an unreadable or foreign message is none of ours."""
        try:
            if incoming.topic == self.response_topic:
                response = decode(incoming.payload, Response)
                return response if response.id == id_ else None
            event = self._event(incoming)
        except msgspec.DecodeError:
            return None
        concerns = event.trace if isinstance(event, Stage) else event
        return event if concerns.id == id_ else None

    def _event(self, incoming: Incoming) -> Event:
        if incoming.topic.endswith("/delta"):
            return decode(incoming.payload, Delta)
        if "/egress/" in incoming.topic:
            return decode(incoming.payload, Egress)
        return Stage(name=incoming.topic.rsplit("/", 1)[-1], trace=decode(incoming.payload, Trace))
