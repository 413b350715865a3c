"""What became of each hostile message, read off what crossed the broker; written without the agent's own rules."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_agent.messages import DeadLetter, decode
from edge_agent.wire import Incoming
from tests.hostile.packets import Shot

SHOWN = 4096
#: Where an agent may speak beside its answers.
OWN = ("fedlm/status/agent", "fedlm/tools/agent", "fedlm/telemetry/agent", "fedlm/deadletter/agent")
#: A cancel of what is not running is nothing.
_GOOD_CANCELS = (b"unknown", b'{"id": "a"}')


@dataclass(kw_only=True)
class Fates:
    """Shots that the broker took and the agent heard. ``open``: those of which nothing was heard yet."""

    open: list[Shot] = field(default_factory=list)
    homes: dict[bytes, str] = field(default_factory=dict)
    #: Response topics' device level → the device that asked.
    devices: set[str] = field(default_factory=lambda: {"good"})
    _seen: int = 0
    _answered: Counter[str] = field(default_factory=Counter)
    _marks: set[bytes] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _letters: Counter[tuple[str, str]] = field(default_factory=Counter)

    def expect(self, shot: Shot) -> None:
        """Wait for a word about a shot, where one is due."""
        levels = shot.topic.decode("utf-8", "replace").split("/")
        heard = levels[0] == "fedlm" and len(levels) in (2, 3) and levels[1] in ("query", "cancel")
        if len(levels) > 2 and levels[1] == "query":
            self.devices.add(levels[2])
        if shot.correlation is not None:
            self.homes[shot.correlation] = levels[2] if len(levels) > 2 else ""
        silent = shot.kind == "forged" or (levels[1:2] == ["cancel"] and shot.payload in _GOOD_CANCELS)
        if heard and not silent and not _may_expire(shot):
            self.open.append(shot)

    def settled(self, heard: Sequence[Incoming]) -> bool:
        """Look at what was heard since the last look; whether there is a word about every shot."""
        for message in heard[self._seen :]:
            self._note(message)
        self._seen = len(heard)
        letters = self._letters.copy()
        self.open = [shot for shot in self.open if not self._is_settled(shot, letters)]
        self._letters = letters
        return not self.open

    def _note(self, message: Incoming) -> None:
        if message.topic == "fedlm/deadletter/agent":
            letter = decode(message.payload, DeadLetter)
            self._letters[letter.topic, letter.payload] += 1
        elif message.topic.startswith("fedlm/response") and not message.topic.endswith("/delta"):
            self._answered[message.topic.split("/")[2] if message.topic.count("/") > 1 else ""] += 1
            if message.correlation is not None:
                self._marks.add(message.correlation)
            self._ids.add(json.loads(message.payload)["id"])

    def _is_settled(self, shot: Shot, letters: Counter[tuple[str, str]]) -> bool:
        if shot.correlation is not None and shot.correlation in self._marks:
            return True
        topic = shot.topic.decode()
        shown = base64.b64encode(shot.payload[:SHOWN]).decode()
        if letters[topic, shown]:
            letters[topic, shown] -= 1
            return True
        if (id_ := _id_of(shot)) and id_ in self._ids:
            return True
        device = topic.split("/")[2] if topic.count("/") > 1 else ""
        known = bool(device) and topic.startswith("fedlm/query") and self._answered[device] > 0
        return known and (shot.correlation is None or _unreadable(shot))


def wrong_place(message: Incoming, fates: Fates) -> str | None:
    """Say what is wrong with where the agent said something; None: nothing."""
    topic = message.topic
    if topic in OWN or (topic.startswith("fedlm/trace/agent/") and topic.count("/") == 3):
        return None
    levels = topic.split("/")
    if levels[:2] != ["fedlm", "response"] or "" in levels or len(levels) > 9:
        return f"said at {topic!r}: {message.payload[:100]!r}"
    device = levels[2] if len(levels) > 2 else ""
    if message.correlation is not None and message.correlation in fates.homes:
        asked_by = fates.homes[message.correlation]
        fits = device == asked_by if asked_by else device in ("", "any", "delta")
        return None if fits else f"{asked_by!r} was answered at {topic!r}"
    if device in fates.devices or device in ("", "any", "delta"):
        return None
    return f"nobody asked as {device!r}, and was answered at {topic!r}"


def _id_of(shot: Shot) -> str:
    """The id that only this shot has, where it has one."""
    if shot.kind not in ("topic", "response topic") or not shot.payload.startswith(b'{"'):
        return ""
    return str(json.loads(shot.payload)["id"])


def _unreadable(shot: Shot) -> bool:
    """Whether the client library can't read its properties: the correlation is lost with them."""
    return "\ufeff".encode() in shot.packed


def _may_expire(shot: Shot) -> bool:
    """Whether the broker may drop it before the agent hears it."""
    return shot.expiry_s == 0 or (shot.properties or b"").startswith(b"\x02\x00\x00\x00\x00")
