"""Records as cells: each value of each row in the forms in which a text can state it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Final

from edge_agent.language import dates, lexicon, units
from edge_agent.language.folding import WORD, fold, has_han, normal, stem, words
from edge_agent.types import Fact, Facts, Field, Scalar

#: The row of a value computed over all records: it agrees with every row.
EVERY: Final = -1
#: A text of more words than this, of about so many characters each, may be told in part.
LONG: Final = 6
_HAN_WORD: Final = 4
_LATIN_WORD: Final = 10
#: A description of so many content words, or Chinese characters, is a name.
_NAME_WORDS: Final = 4
_NAME_CHARACTERS: Final = 12
_LABEL_NAMES: Final = frozenset(["id", "name", "code", "key", "label", "title", "nr", "no", "sku", "serial", "number"])
_NUMERIC: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field of a fact, with what its name and description say."""

    fact: int
    name: str
    label: bool
    unit: units.Unit | None
    #: The operator declared the unit: stating the value takes it.
    declared: bool
    stems: frozenset[str]
    #: Other names, by the description: stems of short descriptions, or Chinese text as it stands.
    described: frozenset[str] = frozenset()
    phrase: str = ""

    @property
    def key(self) -> tuple[int, str]:
        """The column among all facts' columns."""
        return (self.fact, self.name)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value of one row. At most one of ``number``, ``moment``, ``truth`` is set; ``text`` is folded."""

    row: int
    column: Column
    number: Decimal | None = None
    moment: date | datetime | None = None
    #: Midnight UTC in the site's zone: a database's day, told as that day or as this time.
    clock: datetime | None = None
    truth: bool | None = None
    text: str = ""
    stems: frozenset[str] = frozenset()

    @property
    def long(self) -> bool:
        """A text that an answer may tell in part or in other words."""
        return len(self.stems) > LONG or len(self.text) > LONG * (_HAN_WORD if has_han(self.text) else _LATIN_WORD)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A record. ``cells`` by field; a list's cells stand under one field; a missing value has none."""

    number: int
    fact: int
    cells: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)


def content(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    found = words(fold(normal(text.replace("_", " ").replace("-", " ").replace(".", " "))))
    return frozenset(stem(word) for word in found if word not in lexicon.ENGLISH and word not in lexicon.GERMAN)


def columns(facts: Sequence[Fact]) -> dict[tuple[int, str], Column]:
    """All columns, the undeclared ones of plain functions included, by fact and name."""
    found: dict[tuple[int, str], Column] = {}
    for number, fact in enumerate(facts):
        declared = {one.name: one for one in fact.fields}
        names = [*declared, *(name for record in fact.records for name in record if name not in declared)]
        labels = {one.name for one in fact.fields if one.label} or _labels(fact, names)
        for name in dict.fromkeys(names):
            found[number, name] = column(number, declared.get(name) or Field(name=name), label=name in labels)
    return found


def column(fact: int, said: Field, *, label: bool = False) -> Column:
    """A field as a column of the fact of that number."""
    description = said.description or ""
    described = content(description)
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said.name)
    phrase = fold(normal(description)) if has_han(description) and len(description) <= _NAME_CHARACTERS else ""
    return Column(
        fact=fact,
        name=said.name,
        label=label,
        unit=units.unit(said.unit) if said.unit else units.inferred(said.name, description),
        declared=bool(said.unit),
        stems=content(spelled) or frozenset(words(fold(spelled))),
        described=described if 0 < len(described) <= _NAME_WORDS else frozenset(),
        phrase=phrase,
    )


def _labels(fact: Fact, names: Sequence[str]) -> set[str]:
    """Where no label is declared: what is called one, else the first text that differs from row to row."""
    asked = set(fact.reading.fields)
    called = {name for name in names if name.replace(".", "_").lower().split("_")[-1] in _LABEL_NAMES}
    if called:
        return called
    for name in names:
        values = [value for record in fact.records if isinstance(value := record.get(name), str)]
        if name in asked or len(values) < len(fact.records) or len(values) == 1:
            continue
        if len(set(values)) == len(values) and not any(map(dates.from_value, values)):
            return {name}
    return set()


def rows(facts: Facts, known: Mapping[tuple[int, str], Column], zone: tzinfo | None) -> list[Row]:
    """All records of all facts, numbered through."""
    found: list[Row] = []
    for fact_number, fact in enumerate(facts.found):
        for record in fact.records:
            number = len(found)
            cells = {
                name: tuple(
                    cell(number, known[fact_number, name], one, zone) for one in _each(value) if one not in (None, "")
                )
                for name, value in record.items()
            }
            found.append(
                Row(number=number, fact=fact_number, cells={name: each for name, each in cells.items() if each})
            )
    return found


def _each(value: Scalar | Sequence[Scalar]) -> Sequence[Scalar]:
    return value if isinstance(value, (list, tuple)) else (value,)


def cell(row: int, column: Column, value: Scalar, zone: tzinfo | None = None) -> Cell:
    """A value in all forms that a text may state it in."""
    if isinstance(value, bool):
        return Cell(row=row, column=column, truth=value)
    if isinstance(value, (int, float, Decimal)):
        return Cell(row=row, column=column, number=Decimal(str(value)))
    moment = dates.localised(value, zone)
    if moment is not None:
        exact = dates.from_value(value)
        aware = isinstance(exact, datetime) and exact.tzinfo is not None and zone is not None
        clock = exact.astimezone(zone) if aware and isinstance(exact, datetime) else None
        return Cell(row=row, column=column, moment=moment, clock=clock)
    text = str(value)
    if _NUMERIC.fullmatch(text) and not column.label and not text.lstrip("+-").startswith("0" * (len(text) > 1)):
        return Cell(row=row, column=column, number=Decimal(text))
    folded = fold(normal(text)).strip()
    return Cell(row=row, column=column, text=folded, stems=content(text))


def pieces(folded: str) -> list[str]:
    """A text as the parts that are compared one by one: words, numbers, Han characters; separators don't count."""
    return re.findall(rf"{WORD.pattern}|\d+", folded)
