"""The one gate to the cloud. A request for a plan is made here, of a template and static signatures, or not at all.

What leaves is looked through for what must not, noted on disk and told to the operator, in this order, before it goes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from edge_agent.chain import CannotAppend, ChainLog, Line
from edge_agent.clock import Clock
from edge_agent.errors import EgressRefused
from edge_agent.messages import Egress, PlanBody, ToolSignature, canonical, encode, is_plan_body
from edge_agent.privacy.folding import HAN
from edge_agent.topics import Topics
from edge_agent.types import Key, Leaving, Logged
from edge_agent.wire import Outgoing, Publish

STAGE: Final = "egress"
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLACEHOLDER: Final = re.compile(r"<[A-Z]+_[0-9]{1,5}>")
#: Chinese is written without spaces: each character counts.
_WORD: Final = re.compile(rf"[{HAN}]|[^\W{HAN}]+")

#: Where known values stand in a text: (start, end) of each.
Known = Callable[[str], Sequence[tuple[int, int]]]


def none_known(_: str) -> Sequence[tuple[int, int]]:
    """Know no value."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Decides what may leave. Pure: it sends nothing, and knows of no result.

    ``known`` finds values of the sources that are declared sensitive; ``canaries`` are texts that must never leave,
    planted by a test or the operator; ``bits`` bounds what a template can tell, where its level has such a bound.
    """

    clock: Clock
    known: Known = none_known
    canaries: Sequence[str] = ()
    bits: Callable[[str], float] | None = None

    def look(self, template: str, signatures: Sequence[ToolSignature], *, violation: str | None = None) -> Leaving:
        """Make what may leave, and all of it. Raises ``EgressRefused``, saying which rule it breaks, never a value."""
        body = PlanBody(prompt=template, tools=list(signatures), today=today(self.clock), violation=violation)
        raw = canonical(body)
        if not is_plan_body(msgspec.json.decode(raw)):
            raise EgressRefused("The request has a key that may not leave.", stage=STAGE)
        if any(self._knows(text) for text in (template, violation or "")):
            raise EgressRefused("A private value is left in the question.", stage=STAGE)
        if self._holds_canary(raw):
            raise EgressRefused("The request holds a text that must never leave.", stage=STAGE)
        return Leaving(
            body=body,
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            words=count_words(template),
            bits=None if self.bits is None else self.bits(template),
        )

    def consented(self, leaving: Leaving, consent: str | None) -> Leaving:
        """Let pass only what was consented to, where that was asked for. Raises ``EgressRefused``."""
        if consent is not None and consent != leaving.sha256:
            raise EgressRefused("What would leave is not what was consented to: ask for a preview again.", stage=STAGE)
        return leaving

    def _knows(self, text: str) -> bool:
        own = [found.span() for found in _PLACEHOLDER.finditer(text)]
        return any(not any(a <= start and end <= b for a, b in own) for start, end in self.known(text))

    def _holds_canary(self, raw: bytes) -> bool:
        left = raw.decode().casefold()
        return any(canonical(each).decode()[1:-1].casefold() in left for each in self.canaries)


class Left(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a line of the egress log is bound to for ever. ``asker``: a hash of who asked, with the content's salt."""

    request: str
    sha256: str
    asker: str
    bytes: int
    words: int
    bits: float | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a line shows, and can be made to forget: the hashes stay."""

    salt: str
    device: str
    id: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """Notes what leaves: in the log on disk, then to ``fedlm/egress/{agent}``."""

    log: ChainLog
    publish: Publish
    topics: Topics
    agent: str

    async def note(self, leaving: Leaving, key: Key, request: str) -> Logged:
        """Note it before it leaves: what can't be noted may not leave. Raises ``EgressRefused``."""
        device, id_ = key
        content = Content(salt=secrets.token_hex(16), device=device, id=id_, body=leaving.raw.decode())
        left = Left(
            request=request,
            sha256=leaving.sha256,
            asker=asker_of(content),
            bytes=len(leaving.raw),
            words=leaving.words,
            bits=leaving.bits,
        )
        try:
            line = await self.log.append(left, content)
        except CannotAppend as error:
            raise EgressRefused("The egress log can't be written.", stage=STAGE) from error
        egress = Egress(
            device=device,
            id=id_,
            body=content.body,
            sha256=leaving.sha256,
            sequence=line.sequence,
            chain=line.chain,
            words=leaving.words,
            bits=leaving.bits,
        )
        await self.publish(Outgoing(topic=self.topics.egress(self.agent), payload=encode(egress)))
        return Logged(log=self.log.log, sequence=line.sequence, chain=line.chain)


def today(clock: Clock) -> str:
    """Local date and zone, and no time of day: ``2026-11-25 (Wednesday), Europe/Berlin``."""
    now = clock.now()
    zone = getattr(clock.zone, "key", None) or str(clock.zone)
    return f"{now.date().isoformat()} ({_DAYS[now.weekday()]}), {zone}"


def count_words(template: str) -> int:
    """Count the words that leave; a placeholder is none."""
    return len(_WORD.findall(_PLACEHOLDER.sub(" ", template)))


def asker_of(content: Content) -> str:
    """Hash who asked, so that a line is bound to its query also when the name is forgotten."""
    return hashlib.sha256(canonical([content.salt, content.device, content.id])).hexdigest()


def left_of(line: Line) -> tuple[Left, Content | None]:
    """Read a line of the egress log. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(line.facts, Left), None if line.content is None else msgspec.convert(line.content, Content)
