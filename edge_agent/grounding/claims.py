"""What a clause claims beyond its values: yes and no, negations, extremes and comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from edge_agent.grounding import computed
from edge_agent.grounding.asked import Asked
from edge_agent.grounding.bind import Bound, Rows
from edge_agent.grounding.cells import EVERY, Cell
from edge_agent.grounding.scan import Scan
from edge_agent.language import lexicon
from edge_agent.language.folding import stem

_LEADING: Final = re.compile(r"\s*([a-z]+)\s*(?=[,.!:;-]|$)")
_POLAR_EN: Final = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "can",
        "could",
        "will",
        "would",
        "should",
        "am",
    ]
)
_POLAR_DE: Final = frozenset(
    [
        "ist",
        "sind",
        "war",
        "waren",
        "hat",
        "haben",
        "hatte",
        "wird",
        "werden",
        "wurde",
        "wurden",
        "kann",
        "konnen",
        "gibt",
        "liegt",
        "liegen",
        "steht",
        "gab",
        "darf",
        "ubersteigt",
        "uberschreitet",
        "wurden",
        "laufen",
        "lauft",
    ]
)
_POLAR_ZH: Final = ("吗", "是否", "是不是", "有没有", "能否")
_PLAIN_ZH: Final = frozenset("不没未无非否")


def particle(scan: Scan) -> bool | None:
    """Whether the clause opens with yes or no."""
    start = scan.folded.lstrip(" -*>\"'")
    if scan.language == "zh":
        if start.startswith(lexicon.NO_ZH):
            return False
        return True if start.startswith(lexicon.YES_ZH) else None
    found = _LEADING.match(start)
    if found is None:
        return None
    return True if found[1] in lexicon.YES else False if found[1] in lexicon.NO else None


def polar(scan: Scan) -> bool:
    """Whether the question wants yes or no."""
    if scan.language == "zh":
        return any(mark in scan.folded for mark in _POLAR_ZH)
    first = next(iter(re.findall(r"[a-z]+", scan.folded)), "")
    return first in (_POLAR_DE if scan.language == "de" else _POLAR_EN)


def negated(scan: Scan, bare: str | None = None) -> bool:
    """Whether a word between the values negates; a leading "no" is a particle, no negation."""
    text = scan.bare if bare is None else bare
    if particle(scan) is False:
        text = re.sub(r"^\W*(?:[a-z]+|不是|不对|没有|不|否)", " ", text, count=1)
    if scan.language == "zh":
        for harmless in lexicon.HARMLESS_ZH:
            text = text.replace(harmless, " ")
        return any(mark in text for mark in lexicon.NEGATIONS_ZH)
    return bool(set(re.findall(r"[a-z]+", text)) & lexicon.NEGATIONS)


def direction(scan: Scan) -> int:
    """Which end a superlative of the clause claims: 1, -1, or 0 for none."""
    if scan.language == "zh":
        up, down = (any(mark in scan.bare for mark in marks) for marks in (lexicon.HIGHEST_ZH, lexicon.LOWEST_ZH))
    else:
        text = re.sub(r"\b(?:at\s+(?:most|least)|most\s+of)\b", " ", scan.bare)
        spoken = set(re.findall(r"[a-z]+", text))
        up, down = bool(spoken & lexicon.HIGHEST), bool(spoken & lexicon.LOWEST)
    return int(up) - int(down)


def extreme(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Recompute the superlative of a clause."""
    claimed = direction(scan)
    if not claimed:
        return None
    rows = told(bound, asked)
    for number, fact in enumerate(asked.facts.found):
        here = [row.number for row in asked.rows if row.fact == number]
        mine = rows & set(here)
        reduce = fact.reading.reduce
        if reduce in {"max", "min"} and mine:
            if (claimed > 0) == (reduce == "max") and mine <= asked.targets[number]:
                return None
        elif reduce in {"first", "last"} and direction(asked.question) == claimed and mine <= asked.targets[number]:
            return None
        elif len(here) > 1 and mine:
            if _is_extreme(claimed, mine, here, number, asked):
                return None
        elif direction(asked.question) == claimed:
            return None
    return "an extreme that the facts don't show"


def _is_extreme(claimed: int, mine: Iterable[int], here: Sequence[int], fact: int, asked: Asked) -> bool:
    by = asked.facts.found[fact].reading.by
    for name in [by] if by else asked.fields[fact]:
        keys = {row: key for row in here if (key := _key(asked, row, name)) is not None}
        if keys:
            best = max(keys.values()) if claimed > 0 else min(keys.values())
            return all(keys.get(row) == best for row in mine)
    return False


def comparison(scan: Scan, bound: Sequence[Bound], asked: Asked) -> str | None:
    """Recompute "A has more than B" and "A is above 50"; a comparison that can't be is refused."""
    claimed, place = _comparative(scan)
    if not claimed:
        return None
    entities = [one for one in bound if one.mention.entity and one.mention.binds]
    before = [one for one in entities if one.mention.start < place]
    after = [one for one in entities if one.mention.start > place]
    limit = next((one.mention.quantity for one in bound if one.mention.start > place and one.mention.quantity), None)
    if before and after and not before[-1].rows & after[0].rows:
        left, right = _value(asked, before[-1].rows), _value(asked, after[0].rows)
    elif limit is not None:
        left, right = _value(asked, told(bound, asked)), limit.value
        if limit.unit is not None and (unit := _unit(asked)) is not None and unit.dimension == limit.unit.dimension:
            right = limit.value * limit.unit.factor / unit.factor
    else:
        return "a comparison that the facts don't show"
    if left is None or right is None or (left > right) != (claimed > 0) or left == right:
        return "a comparison that the facts don't show"
    return None


def _comparative(scan: Scan) -> tuple[int, int]:
    """Which way a clause compares, and where; 0: it doesn't. "Over" and "more" alone mean nothing."""
    if scan.language == "zh":
        for claimed, marks in ((1, lexicon.GREATER_ZH), (-1, lexicon.LESS_ZH)):
            for mark in marks:
                if (place := scan.bare.find(mark)) >= 0:
                    return claimed, place
        return 0, 0
    found = [(word.text, word.start) for word in scan.words]
    for position, (word, place) in enumerate(found):
        claimed = (word in lexicon.GREATER) - (word in lexicon.LESS)
        following = found[position + 1][0] if position + 1 < len(found) else ""
        gap = scan.bare[place + len(word) :]
        number_next = any(0 <= m.start - place - len(word) <= 3 for m in scan.mentions if m.quantity)
        if claimed and (any(w in lexicon.THAN for w, _ in found[position + 1 : position + 4]) or number_next):
            return claimed, place
        if (
            claimed
            and gap
            and following
            and word.endswith("er")
            and word not in {"after", "over", "uber", "unter", "under"}
        ):
            return claimed, place
    return 0, 0


def told(bound: Sequence[Bound], asked: Asked) -> Rows:
    """The rows that a clause speaks of: those of its entities, else those of its values."""
    heads = [one for one in bound if one.mention.entity and one.mention.binds]
    found: Rows = frozenset()
    for one in heads or [one for one in bound if one.mention.binds]:
        found |= one.rows & one.mention.rows
    return found or asked.named or frozenset().union(*asked.targets.values())


def expected(asked: Asked) -> bool | None:
    """What yes or no the facts give to the question; None: they can't say."""
    for number, fact in enumerate(asked.facts.found):
        if number in asked.exists:
            return asked.exists[number] != negated(asked.question)
        if fact.reading.reduce == "count":
            return None if negated(asked.question) else bool(computed.count(fact))
    if negated(asked.question):
        return None
    return _compared(asked) if _comparative(asked.question)[0] else _stated(asked)


def _compared(asked: Asked) -> bool | None:
    claimed, place = _comparative(asked.question)
    heads = [m for m in asked.question.mentions if m.entity and m.binds]
    limit = next((m.quantity for m in asked.question.mentions if m.quantity and m.start > place), None)
    if len(heads) == 2 and not heads[0].rows & heads[1].rows:
        left, right = _value(asked, heads[0].rows), _value(asked, heads[1].rows)
    elif limit is not None:
        left, right = _value(asked, frozenset().union(*asked.targets.values())), limit.value
        unit = _unit(asked)
        if limit.unit is not None and unit is not None:
            if unit.dimension != limit.unit.dimension:
                return None
            right = limit.value * limit.unit.factor / unit.factor
    else:
        return None
    return None if left is None or right is None else (left > right if claimed > 0 else left < right)


def _stated(asked: Asked) -> bool | None:
    """ "Is A shipped?": whether the asked text field of the one row asked about is what the question says."""
    cells = asked_cells(asked)
    if len({cell.row for cell in cells}) != 1:
        return None
    truths = [cell.truth for cell in cells if cell.truth is not None]
    if len(truths) == 1 == len(cells):
        return truths[0]
    stems = {stem(word.text) for word in asked.question.words}
    texts = [cell for cell in cells if cell.text]
    for mention in asked.question.mentions:
        mine = [cell for cell in mention.cells if cell.column.key in {one.column.key for one in texts}]
        if mine:
            return any(cell.row in {one.row for one in texts} for cell in mine)
    return True if any(cell.stems and cell.stems <= stems for cell in texts) else None


def asked_cells(asked: Asked) -> list[Cell]:
    """The cells that the answer must state."""
    return [
        cell
        for number, rows in asked.targets.items()
        for row in sorted(rows)
        for name in asked.fields[number]
        for cell in asked.rows[row].cells.get(name, ())
    ]


def _value(asked: Asked, rows: Rows) -> Decimal | None:
    """The one number or moment of these rows that is asked for."""
    found = {
        key
        for row in rows
        if row != EVERY
        for name in (asked.facts.found[asked.rows[row].fact].reading.by, *asked.fields[asked.rows[row].fact])
        if name and (key := _key(asked, row, name)) is not None
    }
    found |= {total.number for total in asked.totals.values() if total.number is not None and not found}
    return found.pop() if len(found) == 1 else None


def _key(asked: Asked, row: int, name: str) -> Decimal | None:
    for cell in asked.rows[row].cells.get(name, ()):
        return cell.number if cell.number is not None else computed.order(cell.moment)
    return None


def _unit(asked: Asked) -> object:
    return next((cell.column.unit for cell in asked_cells(asked) if cell.column.unit is not None), None)
