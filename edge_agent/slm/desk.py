"""One thing at a time with the engine: early parts of prompts, then answers. Keeps what waiting queries begin with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.errors import SlmFailed
from edge_agent.slm.llama import Engine, Snapshot
from edge_agent.slm.prompt import Composer, Prompt
from edge_agent.slm.protocol import Ended, Event, Open, Text, Warmed, Write
from edge_agent.slm.text import Pieces

#: Beginnings of prompts that are kept evaluated for queries which wait for their facts.
PARKED = 4


@dataclass(frozen=True, kw_only=True)
class Parked:
    """An evaluated beginning: its cells, how many tokens they are, and the question's tokens among them."""

    cells: Snapshot
    length: int
    question: tuple[int, ...] = ()


class Desk:
    """Works with an engine that it alone uses. ``say`` tells the agent what happens."""

    def __init__(self, engine: Engine, composer: Composer, say: Callable[[Event], None]) -> None:
        self._engine = engine
        self._composer = composer
        self._say = say
        self._parked: dict[int, Parked] = {}
        self._system: Parked | None = None

    @property
    def has_room(self) -> bool:
        """Whether one more beginning may be kept."""
        return len(self._parked) < PARKED

    def begin(self) -> None:
        """Evaluate what all prompts begin with, and draw one token: a crash shows now, not in a query."""
        system = self._composer.system()
        self._engine.clear()
        self._engine.evaluate(system)
        self._system = Parked(cells=self._engine.snapshot(), length=len(system))
        self._engine.evaluate([self._engine.draw()])

    def warm(self, order: Open) -> bool:
        """Evaluate a seat's question early and park it. False: it gave way to a writer."""
        begun = time.perf_counter()
        try:
            question, _ = self._composer.question(order.question)
            if question:
                system = self._restore(self._system)
                if not self._engine.evaluate(question):
                    return False
                length = system + len(question)
                self._parked[order.seat] = Parked(cells=self._engine.snapshot(), length=length, question=question)
        except SlmFailed:  # it is said when the answer is asked for
            return True
        self._say(Warmed(seat=order.seat, tokens=len(question), ms=_ms_since(begun)))
        return True

    def leave(self, seat: int) -> None:
        """Forget a seat's beginning."""
        self._parked.pop(seat, None)

    def write(self, order: Write, stopped: Callable[[], bool]) -> None:
        """Evaluate the prompt, stream the answer, and say how it ended."""
        try:
            prompt = self._composer.compose(order.question, order.tables, order.max_tokens)
            self._say(self._write(order, prompt, stopped))
        except SlmFailed as error:
            self._say(Ended(job=order.job, error=str(error)))

    def _write(self, order: Write, prompt: Prompt, stopped: Callable[[], bool]) -> Ended:
        begun = time.perf_counter()
        parked = self._parked.get(order.seat)
        early = parked is not None and parked.question == prompt.question
        kept = self._restore(parked if early else self._system)
        # The same boundaries either way: others would change the logits a little, and with them the text.
        sections = (prompt.rest,) if early else (prompt.question, prompt.rest)
        through = all(self._engine.evaluate(section) for section in sections)
        prefilled = time.perf_counter()
        drawn, cut = self._draw(order, prompt.room, stopped) if through else (0, False)
        return Ended(
            job=order.job,
            prompt_tokens=prompt.length,
            kept_tokens=kept,
            completion_tokens=drawn,
            prefill_ms=(prefilled - begun) * 1000,
            decode_ms=_ms_since(prefilled),
            truncated=prompt.truncated,
            cut=cut,
            stopped=stopped(),
        )

    def _draw(self, order: Write, room: int, stopped: Callable[[], bool]) -> tuple[int, bool]:
        """Draw tokens until the model ends its turn; (tokens drawn, cut by the limit)."""
        pieces = Pieces(self._composer.profile.stop)
        drawn = 0
        while not self._engine.ends(token := self._engine.draw()):
            drawn += 1
            self._tell(order, pieces.feed(self._engine.piece(token)))
            if pieces.stopped:
                return drawn, False
            if drawn >= room:
                self._tell(order, pieces.finish())
                return drawn, True
            if stopped() or not self._engine.evaluate([token]):
                return drawn, False
        self._tell(order, pieces.finish())
        return drawn, False

    def _tell(self, order: Write, text: str) -> None:
        if text:
            self._say(Text(job=order.job, text=text))

    def _restore(self, parked: Parked | None) -> int:
        if parked is None:
            raise SlmFailed("the model was asked before it was ready")
        self._engine.restore(parked.cells, parked.length)
        return parked.length


def _ms_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000
