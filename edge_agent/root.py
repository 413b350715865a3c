"""One agent a root: whoever comes second waits until the first is gone. A stale ``online`` blocks nobody."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import msgspec

from edge_agent.messages import Status, Telemetry, decode
from edge_agent.mqtt import Link, Subscription
from edge_agent.presence import OFFLINE, ROOT_TAKEN, Presence
from edge_agent.topics import StatusAddress, TelemetryAddress, Topics
from edge_agent.wire import Incoming, Outgoing

log = logging.getLogger(__name__)


def look_subscriptions(topics: Topics) -> list[Subscription]:
    """What one must hear to see who serves a root."""
    return [Subscription(topic=topics.status("+"), retained=True), Subscription(topic=topics.telemetry("+"))]


async def await_free_root(
    link: Link, *, topics: Topics, name: str, presence: Presence, hello: Outgoing, interval_s: float
) -> None:
    """Return once no other agent serves this root.

    ``link`` is a connection of its own, without a will, subscribed to ``look_subscriptions``. ``hello`` is a telemetry
    message of ours: once it comes back, all retained statuses have come before it.
    """
    instance = presence.status().instance
    messages = aiter(link)
    rivals: dict[str, str] = {}
    while True:
        await link.publish(hello)
        saying = asyncio.create_task(_say_again(link, hello, interval_s), name="hello")
        try:
            async for message in messages:
                message.acknowledge()
                if (heard := _telemetry(message, topics)) is not None and heard.instance == instance:
                    break
                _note_rival(rivals, message, topics, instance)
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
        if not rivals or (rival := await _heard(messages, rivals, topics, 2 * interval_s)) is None:
            return
        log.warning("root_taken", extra={"by": rival, "again_in_s": interval_s})
        if rival != name:
            await link.publish(presence.taken(rival))
        await asyncio.sleep(interval_s * random.uniform(1.0, 1.5))  # two that wait must not start at once


async def _say_again(link: Link, hello: Outgoing, interval_s: float) -> None:
    """Say it again and again: a connection that breaks takes with it what it was to bring."""
    while True:
        await asyncio.sleep(interval_s)
        await link.publish(hello)


async def _heard(
    messages: AsyncIterator[Incoming], rivals: dict[str, str], topics: Topics, within_s: float
) -> str | None:
    """Give the name of a rival that is heard within that time; None: their statuses are stale."""
    try:
        async with asyncio.timeout(within_s):
            async for message in messages:
                message.acknowledge()
                if (heard := _telemetry(message, topics)) is not None and heard.instance in rivals:
                    return rivals[heard.instance]
    except TimeoutError:
        log.info("stale_status", extra={"names": sorted(rivals.values())})
    return None


def _note_rival(rivals: dict[str, str], message: Incoming, topics: Topics, instance: str) -> None:
    match topics.read(message.topic):
        case StatusAddress(name=name):
            try:
                status = decode(message.payload, Status)
            except msgspec.DecodeError:
                return
            waits = (status.reason or "").startswith(ROOT_TAKEN)
            if status.role == "agent" and status.state != OFFLINE and not waits and status.instance != instance:
                rivals[status.instance] = name
            else:
                rivals.pop(status.instance, None)


def _telemetry(message: Incoming, topics: Topics) -> Telemetry | None:
    match topics.read(message.topic):
        case TelemetryAddress():
            try:
                return decode(message.payload, Telemetry)
            except msgspec.DecodeError:
                return None
    return None


async def unless(stop: asyncio.Event, waiting: Coroutine[Any, Any, None]) -> bool:
    """Wait for something that may take for ever; False where the stop came first."""
    stopped = asyncio.create_task(stop.wait(), name="stop")
    task = asyncio.create_task(waiting, name="waiting")
    try:
        await asyncio.wait([stopped, task], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        return task.done()
    finally:
        for each in (stopped, task):
            each.cancel()
        await asyncio.gather(stopped, task, return_exceptions=True)
