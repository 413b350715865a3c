"""Yes and no: opening particles, negations, and the values of fields that are true or false."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from edge_agent.grounding import computed, naming, ranking, spoken
from edge_agent.grounding.asked import Asked
from edge_agent.grounding.bind import Bound, Rows
from edge_agent.grounding.cells import Cell
from edge_agent.grounding.said import Said, place
from edge_agent.grounding.scan import Scan
from edge_agent.language import lexicon
from edge_agent.language.folding import stem

_FLAG: Final = re.compile(
    r"\w*[\s:()\"'-]{0,3}(?:is |ist |是 ?)?[\s:(\"']{0,2}(?P<flag>yes|no|true|false|ja|nein|wahr|falsch|是|否)(?![a-z])"
)
_TRUE: Final = frozenset({"yes", "true", "ja", "wahr", "是"})


def judge(scan: Scan, bound: tuple[Bound, ...], rows: Rows, asked: Asked, said: Said) -> str | None:
    """Judge what a clause affirms and denies; note the true-or-false values that it states."""
    opened = spoken.particle(scan)
    if opened is not None and spoken.polar(asked.question):
        expected = _expected(asked)
        if expected is None or opened != expected:
            return "yes or no that the facts don't give"
    elif opened is False and all(asked.exists.values()):
        return "a no that nobody asked for"
    bare = scan.bare
    for cell, flag, start, end in _flags(scan, rows, asked):
        if cell.truth != flag:
            return "a claim that the facts deny"
        said.stated.add(place(cell))
        bare = bare[:start] + " " * (end - start) + bare[end:]
    negated = spoken.negated(scan, bare)
    if asked.exists:
        said.affirmed = all(asked.exists.values())
        if opened is not None:
            return "yes and no at once" if opened and negated else None
        return None if negated != said.affirmed else "a claim that there are records, or that there are none"
    open_truths = [
        cell for cell in asked.cells() if cell.row in rows and cell.truth is not None and place(cell) not in said.stated
    ]
    if open_truths and _about(open_truths, scan, bound, asked, opened=opened):
        return _claimed(open_truths, opened, negated=negated, said=said)
    if negated and not _may_negate(bound, rows, asked):
        return "a negation where the record has a value"
    return None


def _flags(scan: Scan, rows: Rows, asked: Asked) -> Iterator[tuple[Cell, bool, int, int]]:
    """Find, as in "gift: no", a true-or-false field with its value behind its name."""
    for start, column in naming.named(scan, asked):
        cells = [cell for row in rows if row >= 0 for cell in asked.rows[row].cells.get(column.name, ())]
        if cells and all(cell.truth is not None and cell.column.key == column.key for cell in cells):
            found = _FLAG.match(scan.bare, start)
            if found is not None:
                for cell in cells:
                    yield cell, found["flag"] in _TRUE, found.start("flag"), found.end("flag")


def _about(cells: list[Cell], scan: Scan, bound: tuple[Bound, ...], asked: Asked, *, opened: bool | None) -> bool:
    """Whether a clause is about these values: it names their field, or speaks in the question's words."""
    keys = {column.key for _, column in naming.named(scan, asked)}
    if opened is not None or any(cell.column.key in keys for cell in cells):
        return True
    spoken_of = {stem(word.text) for word in scan.words if word.text not in lexicon.ENGLISH | lexicon.GERMAN}
    asked_of = {stem(word.text) for word in asked.question.words}
    return bool(spoken_of & asked_of) and not any(one.cells and not one.mention.entity for one in bound)


def _claimed(cells: list[Cell], opened: bool | None, *, negated: bool, said: Said) -> str | None:
    truths = {cell.truth for cell in cells}
    claim = opened if opened is not None and not negated else not negated
    if opened and negated:
        return "yes and no at once"
    if truths != {claim}:
        return "a claim that the facts deny"
    said.stated |= {place(cell) for cell in cells}
    return None


def _may_negate(bound: tuple[Bound, ...], rows: Rows, asked: Asked) -> bool:
    """A count or value of zero, a value that is missing, a search that found nothing, the question's own negation."""
    if any(total.number == 0 for total in asked.totals.values()) or spoken.negated(asked.question):
        return True
    if asked.facts.empty and not any(one.mention.binds for one in bound):
        return True
    wanted = [
        asked.rows[row].cells.get(name, ()) for row in rows if row >= 0 for name in asked.fields[asked.rows[row].fact]
    ]
    return any(not cells or any(cell.number == 0 for cell in cells) for cells in wanted)


def _expected(asked: Asked) -> bool | None:
    """What yes or no the facts give to the question; None: they can't say."""
    denied = spoken.negated(asked.question)
    for number, fact in enumerate(asked.facts.found):
        if number in asked.exists:
            return asked.exists[number] != denied
        if fact.reading.reduce == "count":
            return None if denied else bool(computed.count(fact))
    if denied:
        return None
    return ranking.compared(asked) if spoken.comparative(asked.question)[0] else _stated(asked)


def _stated(asked: Asked) -> bool | None:
    """Whether, in "is A shipped?", the one field asked about has the value that the question says."""
    cells = asked.cells()
    if len({cell.row for cell in cells}) != 1:
        return None
    truths = [cell.truth for cell in cells if cell.truth is not None]
    if len(truths) == 1 == len(cells):
        return truths[0]
    texts = [cell for cell in cells if cell.text]
    keys, rows = {cell.column.key for cell in texts}, {cell.row for cell in texts}
    for mention in asked.question.mentions:
        mine = [cell for cell in mention.cells if cell.column.key in keys]
        if mine:
            return any(cell.row in rows for cell in mine)
    stems = {stem(word.text) for word in asked.question.words}
    return True if any(cell.stems and cell.stems <= stems for cell in texts) else None
