"""Where the values of the records are found again: by phrase, number, moment, id and word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from edge_agent.grounding.cells import Cell, pieces
from edge_agent.language import dates, numbers, units
from edge_agent.language.dates import Moment
from edge_agent.language.folding import Language
from edge_agent.language.numbers import Quantity
from edge_agent.language.units import Unit

_HALF: Final = Decimal("0.5")
_PERCENT: Final = units.unit("%")
#: Numbers that may be a date's year.
_YEARS: Final = range(1900, 2200)
#: Characters of a long text that are looked through for numbers, dates and ids, and how many numbers are taken.
_LOOKED_THROUGH: Final = 4000
_TAKEN: Final = 100
_NEAR: Final = Decimal("0.05")


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A text value as its pieces, and the cells that hold it. Free phrases (of question or arguments) hold none."""

    pieces: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(kw_only=True)
class Index:
    """The cells of some rows (or the words of a question) by what a text may say of them."""

    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    numbers: list[tuple[Decimal, Unit | None, Cell]] = field(default_factory=list)
    moments: list[tuple[Moment | None, Cell]] = field(default_factory=list)
    ids: dict[str, list[Cell]] = field(default_factory=dict)

    def quantity(self, said: Quantity) -> tuple[Cell, ...]:
        """The cells whose value ``said`` is, in its own unit or by exact conversion, rounded as ``said`` is."""
        found = [cell for value, unit, cell in self.numbers if fits(said, value, unit)]
        if said.unit is None and said.quantum == 1 and said.value in _YEARS:
            found += [cell for _, cell in self.moments if cell.moment is not None and cell.moment.year == said.value]
        return tuple(found)

    def moment(self, said: Moment) -> tuple[Cell, ...]:
        """The cells whose date or time ``said`` agrees with."""
        return tuple(cell for told, cell in self.moments if _tells(said, told, cell))


def build(cells: Iterable[Cell], language: Language) -> Index:
    """Index these cells; texts are looked through for the numbers, dates and ids inside them."""
    index = Index()
    phrases: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.number is not None:
            index.numbers.append((cell.number, cell.column.unit, cell))
        elif cell.moment is not None:
            index.moments.append((None, cell))
        elif cell.text:
            split = tuple(pieces(cell.text))
            if split and not cell.long:
                phrases[split].append(cell)
            if cell.long or any(map(str.isdigit, cell.text)) or "@" in cell.text:
                _inside(index, cell, language)
    for split, holders in phrases.items():
        index.phrases.setdefault(split[0], []).append(Phrase(pieces=split, cells=tuple(holders)))
    for each in index.phrases.values():
        each.sort(key=lambda phrase: len(phrase.pieces), reverse=True)
    return index


def _inside(index: Index, cell: Cell, language: Language) -> None:
    text, room = cell.text[:_LOOKED_THROUGH], len(index.numbers) + _TAKEN
    moments = dates.find(text, language)
    index.moments.extend((moment, cell) for moment in moments)
    taken = {position for moment in moments for position in range(moment.start, moment.end)}
    for token in numbers.IDS.finditer(text):
        taken.update(range(token.start(), token.end()))
        index.ids.setdefault(token.group(), []).append(cell)
    for said in numbers.find(text, language) if not cell.column.label else ():
        if said.start not in taken and len(index.numbers) < room:
            index.numbers.append((said.value, said.unit, cell))


def fits(said: Quantity, value: Decimal, unit: Unit | None) -> bool:
    """Whether ``said`` states ``value``."""
    if said.unit is not None:
        if unit is not None and unit.dimension == said.unit.dimension:
            value = value * unit.factor / said.unit.factor
        elif said.unit == _PERCENT and (unit is None or unit.dimension == "ratio") and abs(value) <= 1 and value % 1:
            value *= 100
        else:
            return False
    if value == said.value:
        return True
    if said.word or said.value == 0:
        return False
    error = abs(value - said.value)
    if error <= said.quantum * _HALF:
        return value % said.quantum != 0 and said.quantum <= abs(value)
    if not said.about:
        return False
    coarse = Decimal(1).scaleb(
        said.value.normalize().adjusted() - max(0, len(said.value.normalize().as_tuple().digits) - 1)
    )
    return error <= coarse * _HALF and error <= abs(value) * _NEAR


def _tells(said: Moment, told: Moment | None, cell: Cell) -> bool:
    moments = [moment for moment in (cell.moment, cell.clock) if moment is not None]
    return any(dates.agrees(said, moment) for moment in moments) or (told is not None and _covers(told, said))


def _covers(told: Moment, said: Moment) -> bool:
    return all(part is None or part == stand for part, stand in zip(said.parts, told.parts, strict=True))
