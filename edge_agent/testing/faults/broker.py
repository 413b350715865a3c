"""A simulated broker: sessions that outlive connections, retained messages, QoS 0 and 1. Killed, it forgets all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge_agent.wire import Outgoing


class Receiver(Protocol):
    """The far end of a connection."""

    def arrive(self, number: int, message: Outgoing) -> None:
        """Take a message; with QoS 1 it stays in the session until ``number`` is acknowledged."""


@dataclass(kw_only=True)
class _Session:
    topics: set[str] = field(default_factory=set)
    unacknowledged: dict[int, Outgoing] = field(default_factory=dict)
    receiver: Receiver | None = None
    will: Outgoing | None = None


class SimulatedBroker:
    """Everything it does happens at once; how long the way to it takes is its clients' business."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._retained: dict[str, Outgoing] = {}
        self._number = 0
        self.up = True

    def connect(self, client: str, receiver: Receiver, topics: Sequence[str], *, will: Outgoing | None = None) -> None:
        """Open a connection, subscribe, and give what is retained and what was not acknowledged."""
        session = self._sessions.setdefault(client, _Session())
        session.receiver, session.will = receiver, will
        session.topics.update(topics)
        for message in self._retained.values():
            if any(matches(each, message.topic) for each in session.topics):
                self._give(session, message)
        for number, message in list(session.unacknowledged.items()):
            receiver.arrive(number, message)

    def disconnect(self, client: str, receiver: Receiver, *, keep: bool) -> None:
        """A connection is gone, without a word: the will is published."""
        session = self._sessions.get(client)
        if session is None or session.receiver is not receiver:
            return
        session.receiver = None
        if not keep:
            del self._sessions[client]
        if session.will is not None:
            self.publish(session.will)

    def publish(self, message: Outgoing) -> None:
        """Pass a message on to whoever subscribes."""
        if message.retain:
            self._retained[message.topic] = message
        for session in self._sessions.values():
            if any(matches(each, message.topic) for each in session.topics):
                self._give(session, message)

    def acknowledge(self, client: str, number: int) -> None:
        """A client has a message."""
        if (session := self._sessions.get(client)) is not None:
            session.unacknowledged.pop(number, None)

    def retained(self, topic: str) -> Outgoing | None:
        """What is retained under a topic."""
        return self._retained.get(topic)

    def kill(self) -> None:
        """Forget everything: what was not saved when it was killed."""
        self._sessions.clear()
        self._retained.clear()
        self.up = False

    def _give(self, session: _Session, message: Outgoing) -> None:
        self._number += 1
        if message.qos:
            session.unacknowledged[self._number] = message
        if session.receiver is not None:
            session.receiver.arrive(self._number, message)


def matches(filter_: str, topic: str) -> bool:
    """Whether a topic is subscribed to by a filter with ``+`` and ``#``."""
    wanted, levels = filter_.split("/"), topic.split("/")
    for index, each in enumerate(wanted):
        if each == "#":
            return True
        if index >= len(levels) or each not in ("+", levels[index]):
            return False
    return len(wanted) == len(levels)
