"""How a process shows itself: its retained status, made of its parts, republished whenever one changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from edge_agent import __version__
from edge_agent.messages import Part, Status, encode
from edge_agent.wire import Outgoing

ONLINE, OFFLINE, DEGRADED = "online", "offline", "degraded"
#: Why an agent waits that isn't the only one on its root.
ROOT_TAKEN = "root_taken"


class Presence:
    """The status of an agent. ``post`` publishes without waiting."""

    def __init__(self, *, topic: str, instance: str, since: datetime, post: Callable[[Outgoing], None]) -> None:
        self._topic = topic
        self._instance = instance
        self._since = since.isoformat(timespec="seconds")
        self._post = post
        self._parts: dict[str, Part] = {}
        self._said: bytes = b""

    def part(self, name: str, state: str, reason: str | None = None) -> None:
        """Note how a part is. The status goes out only where it changed."""
        self._parts[name] = Part(state=state, reason=reason)
        message = self.message()
        if message.payload != self._said:
            self._said = message.payload
            self._post(message)

    def status(self) -> Status:
        """Online where all parts are; otherwise degraded, with the first reason. A part that works may warn."""
        lacking = {name: part for name, part in self._parts.items() if part.state != ONLINE}
        warning = {name: part for name, part in self._parts.items() if part.state == ONLINE and part.reason}
        reason = next((f"{name}: {part.reason or part.state}" for name, part in {**lacking, **warning}.items()), None)
        return self._status(DEGRADED if lacking else ONLINE, reason)

    def message(self) -> Outgoing:
        """The status as a retained message."""
        return self._retained(self.status())

    def offline(self, reason: str | None = None) -> Outgoing:
        """The Last Will, and the last word of a clean stop."""
        return self._retained(Status(role="agent", instance=self._instance, state=OFFLINE, reason=reason))

    def taken(self, by: str) -> Outgoing:
        """Another agent serves this root: this one waits."""
        return self._retained(self._status(DEGRADED, f"{ROOT_TAKEN}: {by} serves it"))

    def _status(self, state: str, reason: str | None) -> Status:
        return Status(
            role="agent",
            instance=self._instance,
            state=state,
            reason=reason,
            parts=dict(self._parts),
            version=__version__,
            since=self._since,
        )

    def _retained(self, status: Status) -> Outgoing:
        return Outgoing(topic=self._topic, payload=encode(status), retain=True)
