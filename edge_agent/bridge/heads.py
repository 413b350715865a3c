"""What the bridge remembers of the agents' egress logs: each chain head beside the hash of what it sent. No content.

Of a signed request it also knows whether it is new: a request that is played back is planned no second time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

import msgspec

from edge_agent.bridge.request import Asked
from edge_agent.chain import ChainLog, Line, raw_lines
from edge_agent.clock import Clock
from edge_agent.errors import ConfigError
from edge_agent.messages import Plan, PlanFailure, Sent, canonical

FILE: Final = "heads.jsonl"
#: Requests overtake one another; one that comes later than so many newer ones is too old.
WINDOW: Final = 1024

#: ``again``: this process has it already; ``old``: played back; ``forked``: its log went back and goes on otherwise.
#: ``unsigned``: nobody can tell, for a place in the chain proves nothing: anyone could use up those to come.
Freshness = Literal["new", "again", "old", "forked", "unsigned"]


class Head(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="taken"):
    """A request was taken. ``body``: SHA-256 of the canonical JSON of its body."""

    agent: str
    id: str
    log: str
    sequence: int
    chain: str
    body: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="sent"):
    """What was sent to the cloud for it, by hash, one an attempt; nothing, where it was answered without."""

    agent: str
    id: str
    log: str
    sequence: int
    code: str
    sent: list[Sent]


@dataclass(frozen=True, kw_only=True)
class _Seen:
    id: str
    chain: str
    #: An earlier life of the bridge took it. Its agent noted it anew, with another number, when it saw us come back.
    earlier: bool = False


@dataclass(kw_only=True)
class _Window:
    newest: int = 0
    seen: dict[int, _Seen] = field(default_factory=dict)

    def note(self, sequence: int, seen: _Seen) -> None:
        self.newest = max(self.newest, sequence)
        self.seen[sequence] = seen
        for old in [each for each in self.seen if each <= self.newest - WINDOW] if len(self.seen) > WINDOW else ():
            del self.seen[old]


class Heads:
    """The heads on disk. ``async with`` owns the file; entering reads what an earlier life took.

    ``signed``: only signed requests come here.
    """

    def __init__(self, folder: Path, *, bridge: str, signed: bool, clock: Clock) -> None:
        self._file = folder / FILE
        self._log = ChainLog(self._file, name=bridge, clock=clock)
        self._signed = signed
        self._windows: dict[tuple[str, str], _Window] = {}

    async def __aenter__(self) -> Self:
        await self._log.__aenter__()
        if self._signed:
            self._read()
        return self

    async def __aexit__(self, *exit_: object) -> None:
        await self._log.__aexit__(None, None, None)

    def judge(self, asked: Asked) -> Freshness:
        """Say whether a request is new. Its signature binds its id, its place in the chain, and its agent."""
        request = asked.request
        if not self._signed:
            return "unsigned"
        window = self._windows.get((asked.agent, request.log), _Window())
        seen = window.seen.get(request.sequence)
        if seen is None:
            return "new" if request.sequence > max(window.newest - WINDOW, 0) else "old"
        if (seen.id, seen.chain) != (request.id, request.chain):
            return "forked"
        return "old" if seen.earlier else "again"

    async def taken(self, asked: Asked) -> None:
        """Note a request before anything is done for it. Raises ``CannotAppend``."""
        request = asked.request
        if self._signed:
            seen = _Seen(id=request.id, chain=request.chain)
            self._window(asked.agent, request.log).note(request.sequence, seen)
        await self._log.append(
            Head(
                agent=asked.agent,
                id=request.id,
                log=request.log,
                sequence=request.sequence,
                chain=request.chain,
                body=hashlib.sha256(canonical(request.body)).hexdigest(),
            )
        )

    async def sent(self, asked: Asked, answer: Plan | PlanFailure) -> None:
        """Note what was sent for it. Raises ``CannotAppend``."""
        request = asked.request
        code = answer.code if isinstance(answer, PlanFailure) else "plan"
        await self._log.append(
            Outcome(
                agent=asked.agent,
                id=request.id,
                log=request.log,
                sequence=request.sequence,
                code=code,
                sent=answer.sent,
            )
        )

    def _window(self, agent: str, log: str) -> _Window:
        return self._windows.setdefault((agent, log), _Window())

    def _read(self) -> None:
        for number, raw in enumerate(raw_lines(self._file)):
            try:
                line = msgspec.json.decode(raw, type=Line)
                head = None if number == 0 else head_of(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ConfigError(f"{self._file}: line {number + 1} is damaged; move the file away") from error
            if isinstance(head, Head):
                seen = _Seen(id=head.id, chain=head.chain, earlier=True)
                self._window(head.agent, head.log).note(head.sequence, seen)


def head_of(line: Line) -> Head | Outcome:
    """Read a line of the file. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(line.facts, Head | Outcome)
