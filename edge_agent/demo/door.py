"""The demo's second door: logins and the shipped ACL, and two kiosks that try it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent import config
from edge_agent.broker_config import Broker, acl
from edge_agent.messages import Query, Response, decode, encode
from edge_agent.mqtt import Link, PublishRefused, Subscription
from edge_agent.topics import Topics
from edge_agent.wire import Incoming, Outgoing

ASKS, PRIES = "kiosk-1", "kiosk-2"
ANSWERED_WITHIN_S = 60.0
_ROUNDS = 101


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of it: the answer that the asker read, what the other one heard of it, and what it could say."""

    answer: str
    overheard: int
    said: int
    attempts: int
    question: str = ""

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        if not self.answer:
            return [f"{ASKS} was not answered through its own door"]
        if self.overheard or self.said:
            return [f"{PRIES} overheard {self.overheard} and said {self.said} messages of {ASKS}"]
        return []


def write_door(folder: Path) -> dict[str, str]:
    """Write password file and ACL; gives the passwords, new ones each time."""
    folder.mkdir(exist_ok=True, mode=0o700)
    passwords = {login: secrets.token_urlsafe(16) for login in (ASKS, PRIES)}
    for name, text in (
        ("acl", acl(Broker(devices=[*passwords]))),
        ("passwd", "".join(f"{login}:{_hashed(password)}\n" for login, password in passwords.items())),
    ):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    return passwords


async def try_door(port: int, passwords: dict[str, str], question: str) -> Tried:
    """One kiosk asks under its own name; the other one listens to everything, and asks and answers under that name."""
    topics = Topics()
    async with (
        _logged_in(port, ASKS, passwords[ASKS], topics.response(ASKS)) as asks,
        _logged_in(port, PRIES, passwords[PRIES], "#") as pries,
    ):
        query = Query(id=secrets.token_hex(8), prompt=question)
        await asks.link.publish(Outgoing(topic=topics.query(ASKS), payload=encode(query)))
        response = decode((await asks.first()).payload, Response)
        attempts = [topics.query(ASKS), topics.cancel(ASKS), topics.response(ASKS), topics.plan_response("agent")]
        said = [each for each in attempts if await _may_say(pries.link, each)]
        # What the broker would have delivered has come before the answer to a query of its own.
        await pries.link.publish(Outgoing(topic=topics.query(PRIES), payload=b"{"))
        await pries.until(topics.response(PRIES))
        overheard = [each for each in pries.heard if f"/{ASKS}" in each.topic]
    error = response.error.message if response.error is not None else ""
    return Tried(
        answer=response.answer or error,
        overheard=len(overheard),
        said=len(said),
        attempts=len(attempts),
        question=question,
    )


@dataclass(kw_only=True)
class _Kiosk:
    link: Link
    heard: list[Incoming] = field(default_factory=list)

    async def first(self) -> Incoming:
        """Wait for the first message."""
        return await anext(aiter(self.link))

    async def until(self, topic: str) -> None:
        """Hear everything until something comes on a topic."""
        async for message in self.link:
            self.heard.append(message)
            if message.topic == topic:
                return


@asynccontextmanager
async def _logged_in(port: int, login: str, password: str, topic: str) -> AsyncIterator[_Kiosk]:
    link = Link(
        config.Mqtt(host="127.0.0.1", port=port, username=login),
        identifier=f"{login}-{secrets.token_hex(8)}",
        password=password,
        session=False,
        subscriptions=[Subscription(topic=topic)],
    )
    async with link, asyncio.timeout(ANSWERED_WITHIN_S):
        await link.connected.wait()
        yield _Kiosk(link=link)


async def _may_say(link: Link, topic: str) -> bool:
    try:
        await link.publish(Outgoing(topic=topic, payload=b"{}"))
    except PublishRefused:
        return False
    return True


def _hashed(password: str) -> str:
    """Hash a password as mosquitto_passwd does."""
    salt = secrets.token_bytes(12)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"
