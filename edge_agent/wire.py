"""What crosses the broker, whatever the client library: messages that come, messages that go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


def _nothing() -> None:
    """Nothing to acknowledge."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message to publish. ``expiry_s``: the broker drops it when it is older (MQTT 5 Message Expiry)."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message that came. ``acknowledge`` confirms it to the broker, through the connection that received it."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    acknowledge: Callable[[], None] = field(default=_nothing, compare=False, repr=False)


#: Publishes; with QoS 1 it returns once the broker has acknowledged, across reconnects.
Publish = Callable[[Outgoing], Awaitable[None]]
