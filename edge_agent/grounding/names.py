"""The names of records: their parts, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from edge_agent.grounding.cells import Cell, Column
from edge_agent.language import lexicon
from edge_agent.language.folding import HAN_RUN, has_han, stem, words
from edge_agent.types import Facts

#: A label of capitals and digits: a plate, a code.
_CODE: Final = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z\d _./-]{3,24}")
_SHORTEST_PART: Final = 3
_SHORTEST_HAN: Final = 2
_SAYS_NOTHING: Final = lexicon.ENGLISH | lexicon.GERMAN | lexicon.ANSWER


def shapes(facts: Facts, columns: dict[tuple[int, str], Column]) -> tuple[re.Pattern[str], ...]:
    """What the names with capitals and digits among the labels look like."""
    found: dict[str, None] = {}
    for number, fact in enumerate(facts.found):
        for record in fact.records:
            for name, value in record.items():
                if isinstance(value, str) and columns[number, name].label and _CODE.fullmatch(value):
                    shape = re.sub(r"[A-Z]|\d|[^A-Z\d]", _shape, value)
                    found[rf"(?<![A-Za-z0-9]){shape}(?![A-Za-z0-9])"] = None
    return tuple(re.compile(shape) for shape in found)


def _shape(character: re.Match[str]) -> str:
    said = character.group()
    return r"\d" if said.isdigit() else "[A-Z]" if said.isalpha() else r"[\s_-]?" if said in " -_" else re.escape(said)


def parts(cells: Iterable[Cell], columns: Iterable[Column]) -> dict[str, tuple[Cell, ...]]:
    """The words that are part of some names, but say nothing else: no field's name, no function word."""
    common = {one for each in columns for one in (*each.stems, *each.described)}
    labels = [cell for cell in cells if cell.column.label and cell.text]
    found: dict[str, tuple[Cell, ...]] = {}
    for cell in labels:
        for word in {*words(cell.text), *HAN_RUN.findall(cell.text)}:
            if (
                len(word) >= (_SHORTEST_HAN if has_han(word) else _SHORTEST_PART)
                and word not in _SAYS_NOTHING
                and stem(word) not in common
            ):
                found[word] = (*found.get(word, ()), cell)
    return {word: holders for word, holders in found.items() if len(holders) < len(labels) or len(labels) == 1}
