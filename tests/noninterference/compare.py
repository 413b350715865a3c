"""Ask the same of several worlds, and compare all that left."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from edge_agent.logs import JsonLines
from edge_agent.messages import Response, encode
from edge_agent.testing.leaky import Leak
from tests.noninterference.canaries import Canaries
from tests.noninterference.worlds import EVERYDAY, World

#: What a person types that must stay here.
_TYPED = re.compile(r"SO-\d{5}|SUB-\d{5}")


@dataclass(kw_only=True)
class Compared:
    """What was seen. Worlds ``a`` and ``b`` have the same keys, ``c`` has others."""

    prompts: int = 0
    requests: int = 0
    #: Questions for which ``a`` and ``b``, or ``a`` and ``c``, sent other bytes.
    other_contents: list[str] = field(default_factory=list)
    other_keys: list[str] = field(default_factory=list)
    #: Questions with a known value that default-deny alone would let pass: counted apart.
    apart: int = 0
    apart_and_other: int = 0
    #: Requests whose bytes the egress messages don't give.
    not_computed: int = 0
    canaries: int = 0
    typed: int = 0
    #: Liveness: answers that rest on records, that differ between ``a`` and ``b``, and that hold a canary.
    with_records: int = 0
    answers_differ: int = 0
    with_canary: int = 0


class Comparison:
    """Three worlds, asked the same."""

    def __init__(self, worlds: list[World]) -> None:
        self.a, self.b, self.c = worlds
        self.worlds = worlds
        self.canaries = Canaries(frozenset().union(*(each.contents.canaries for each in worlds)))
        self._looked_at = set[bytes]()

    async def run(self, prompts: Iterable[str]) -> Compared:
        """Ask one after the other, comparing after each."""
        seen = Compared()
        for prompt in prompts:
            before = [len(each.cloud.observed) for each in self.worlds]
            answers = await asyncio.gather(*(each.ask(prompt) for each in self.worlds))
            sent = [each.sent[start:] for each, start in zip(self.worlds, before, strict=True)]
            seen.prompts += 1
            seen.requests += sum(map(len, sent))
            if sent[0] != sent[1]:
                seen.other_contents.append(prompt)
            is_apart = EVERYDAY in prompt
            seen.apart += is_apart
            seen.apart_and_other += is_apart and sent[0] != sent[2]
            if not is_apart and sent[0] != sent[2]:
                seen.other_keys.append(prompt)
            self._look(seen, prompt, [each for sent_ in sent for each in sent_])
            self._live(seen, answers[0], answers[1])
        for world in self.worlds:
            received = [each.body for each in world.cloud.observed]
            seen.not_computed += sum(a != b for a, b in zip(world.computed, received, strict=True))
        return seen

    async def caught_after(self, leak: Leak, prompts: Iterator[str], *, most: int, logs: list[str]) -> int | None:
        """Leak this way, until it is seen: after how many questions. None: it wasn't, in ``most``."""
        for world in self.worlds:
            world.tap.take(leak, world.contents.private)
        start = [len(each.cloud.observed) for each in self.worlds]
        logs.clear()
        try:
            for number in range(1, most + 1):
                prompt = next(prompts)
                await asyncio.gather(*(each.ask(prompt) for each in self.worlds))
                sent = [each.sent[begin:] for each, begin in zip(self.worlds, start, strict=True)]
                if sent[0] != sent[1] or (EVERYDAY not in prompt and sent[0] != sent[2]):
                    return number
                seen = Compared()
                self._look(seen, prompt, [each for sent_ in sent for each in sent_])
                if seen.canaries or seen.typed or any(self.canaries.found_in(line.encode()) for line in logs):
                    return number
            return None
        finally:
            for world in self.worlds:
                world.tap.take(Leak(), {})
            for _ in range(2):  # what is still on its way arrives
                await asyncio.gather(*(each.ask("What is out of stock?") for each in self.worlds))

    def _look(self, seen: Compared, prompt: str, sent: list[tuple[tuple[tuple[str, str], ...], bytes]]) -> None:
        typed = [each.encode() for each in _TYPED.findall(prompt)]
        for headers, body in sent:
            raw = repr(headers).encode() + b"\n" + body
            seen.typed += any(each in raw for each in typed)
            if raw not in self._looked_at:
                self._looked_at.add(raw)
                seen.canaries += self.canaries.found_in(raw)

    def _live(self, seen: Compared, one: Response, other: Response) -> None:
        seen.with_records += all(sum(source.records for source in each.sources) > 0 for each in (one, other))
        seen.answers_differ += one.answer != other.answer or one.facts != other.facts
        seen.with_canary += self.canaries.found_in(encode(one))


@contextmanager
def logged() -> Iterator[list[str]]:
    """Everything that this process logs, as it would be written."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keeper = Keeper()
    keeper.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
