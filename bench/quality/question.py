"""A question with its plan and its gold. Imports nothing of the program."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bench.quality.site import Language, Row, Site

#: A text as it stands, a number, a day, or a moment.
Value = str | float | date
Call = dict[str, Any]

#: kind → how many questions in English, German, Chinese.
KINDS: dict[str, tuple[int, int, int]] = {
    "look up": (14, 5, 5),
    "one of several": (8, 2, 2),
    "list": (6, 2, 2),
    "count": (7, 2, 2),
    "extreme": (7, 2, 2),
    "comparison": (6, 2, 2),
    "missing field": (4, 2, 2),
    "missing entity": (4, 2, 2),
    "nothing to ask": (4, 1, 1),
}
REFUSED = ("missing field", "missing entity", "nothing to ask")


@dataclass(frozen=True, kw_only=True)
class Question:
    """``must``: what a right answer says. ``may``: what else it can say. ``whether``: the right yes or no."""

    kind: str
    language: Language
    prompt: str
    calls: tuple[Call, ...]
    fields: frozenset[str] = frozenset()
    must: tuple[Value, ...] = ()
    may: tuple[Value, ...] = ()
    whether: bool | None = None
    #: Two names: the first is compared with the second.
    compared: tuple[str, str] | None = None

    @property
    def refused(self) -> bool:
        """Whether the right answer is that there is none."""
        return self.kind in REFUSED


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Makes the questions of one kind at one site."""

    site: Site
    dice: random.Random
    kind: str

    @property
    def language(self) -> Language:
        return self.site.language

    def one(self, table: dict[Language, tuple[str, ...]]) -> str:
        return self.dice.choice(table[self.language])

    def row(self, collection: str, having: Callable[[Row], bool] = lambda _: True) -> Row:
        return self.dice.choice([row for row in self.site.rows[collection] if having(row)])

    def question(self, prompt: str, *calls: Call, **gold: Any) -> Question:
        return Question(kind=self.kind, language=self.language, prompt=prompt, calls=calls, **gold)


def call(tool: str, **arguments: Any) -> Call:
    return {"tool": tool, "arguments": arguments}


def said(value: Any) -> Value:
    """A cell as gold."""
    if isinstance(value, str) and value.startswith("2026-"):
        return date.fromisoformat(value)
    return value if isinstance(value, str | datetime) else float(value)
