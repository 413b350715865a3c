"""The check of a draft: clause by clause as it streams, then as a whole."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Final

from edge_agent.grounding import naming, polarity, ranking, spoken, vocabulary
from edge_agent.grounding.asked import Asked, prepare
from edge_agent.grounding.bind import Binder, Bound, Rows, told
from edge_agent.grounding.cells import Cell
from edge_agent.grounding.said import Said, place
from edge_agent.grounding.scan import Mention, Scan
from edge_agent.language import lexicon
from edge_agent.language.clauses import split
from edge_agent.language.folding import language_of
from edge_agent.types import Facts

#: Characters of a clause.
MAX_CLAUSE: Final = 2000
#: Before a number: so many of more records.
_FIRST: Final = re.compile(r"(?:\bfirst|\bersten|前)\s*$")
#: Content words from nowhere that a draft may have.
MAX_STRANGE: Final = 2
#: The part of a long text's content words that an answer tells.
_TOLD: Final = 0.6


class Check:
    """Judges one draft against its facts. ``zone``: in which the facts' moments are told, if they carry a zone."""

    def __init__(self, facts: Facts, *, zone: tzinfo | None = None) -> None:
        self._asked = prepare(facts, zone)
        self._binder = Binder(facts=[row.fact for row in self._asked.rows])
        self._labelled = any(column.label for column in self._asked.columns.values())
        self._said = Said()

    def clause(self, text: str) -> str | None:
        """Judge the next complete clause; None: it stands, else why not."""
        return self._judge(text, self._said)

    @property
    def certain(self) -> bool:
        """Whether each word of the clauses so far comes from the facts or the question, or says nothing by itself.

        Where one doesn't, only the whole draft shows whether it stands in a value's place ("is delayed").
        """
        return self._said.strange == 0

    def whole(self, text: str, *, cut: bool = False) -> str | None:
        """Judge the finished draft; None: it stands, else why not. ``cut``: the token limit ended it."""
        if cut:
            return "cut by the token limit"
        said = Said()
        for clause in split(text):
            if (reason := self._judge(clause, said)) is not None:
                return reason
        return self._missing(said)

    def _judge(self, text: str, said: Said) -> str | None:
        asked = self._asked
        if len(text) > MAX_CLAUSE:
            return "a clause too long to check"
        scan = asked.reader.scan(text, language_of(text, asked.language))
        if spoken.asks(scan):
            return "a question"
        if spoken.foreign(scan, asked.language):
            return "another language than the question's"
        carried = said.carried or asked.named or frozenset(range(len(asked.rows)))
        if not self._labelled:
            carried = frozenset(range(len(asked.rows)))
        mentions = [mention for mention in scan.mentions if not _counts_records(mention, scan, asked)]
        for mention in mentions:
            if not mention.cells and not mention.free and not _weak(mention):
                return f"{mention.kind} from nowhere"
        if any(map(str.isdigit, scan.bare)):
            return "digits that can't be read"
        bound = self._binder.bind(mentions, carried)
        if bound is None:
            return "values of different records in one clause"
        rows = told(bound, asked.subjects)
        reason = (
            self._words(scan, bound, rows, said)
            or (naming.misplaced(scan, bound, asked) and "a field with another's value")
            or ranking.extreme(scan, bound, asked)
            or ranking.comparison(scan, bound, asked)
            or polarity.judge(scan, bound, rows, asked, said)
        )
        if reason:
            return reason
        self._note(bound, scan, said)
        said.settled = said.settled or _settles(bound, scan, asked)
        return None

    def _words(self, scan: Scan, bound: tuple[Bound, ...], rows: Rows, said: Said) -> str | None:
        asked = self._asked
        strange = vocabulary.strange(scan, rows, asked)
        named = len(rows) == 1 and any(one.mention.entity for one in bound)
        if vocabulary.strange_name(scan, strange, named=named) is not None:
            return "a name from nowhere"
        if (claim := vocabulary.unfounded(scan, asked)) is not None:
            return claim
        han = vocabulary.strange_han(scan, rows, asked)
        if han > (MAX_STRANGE * 2 if named else 0):
            return "words from nowhere"
        said.strange += len({word.text for word in strange})
        if said.strange > MAX_STRANGE:
            return "words from nowhere"
        states = any(not one.mention.entity and one.cells for one in bound)
        pronoun = any(word.text in lexicon.PRONOUNS for word in scan.words[:2])
        if strange and states and asked.named and not pronoun and not any(one.mention.entity for one in bound):
            return "words from nowhere where the record's name belongs"
        if strange and asked.totals and not vocabulary.about(scan, asked):
            return "words from nowhere where what was counted belongs"
        return None

    def _note(self, bound: tuple[Bound, ...], scan: Scan, said: Said) -> None:
        heads = [one for one in bound if one.mention.entity and one.mention.binds]
        if heads:
            said.carried = heads[-1].rows
        for one in bound:
            for cell in one.cells:
                if _states(one.mention, cell):
                    said.stated.add(place(cell))
                    if one.mention.quantity is not None and one.mention.quantity.unit is not None:
                        said.units.add(cell.column.key)
        if spoken.negated(scan):
            said.stated |= {place(total) for total in self._asked.totals.values() if total.number == 0}
        said.stems |= vocabulary.stems(scan)

    def _missing(self, said: Said) -> str | None:
        asked = self._asked
        for cell in (*asked.totals.values(), *self._wanted(said)):
            if said.settled:
                continue
            if place(cell) not in said.stated and not self._retold(cell, said):
                return f"{cell.column.name} isn't stated"
            if cell.number is not None and cell.column.declared and cell.column.key not in said.units:
                return f"{cell.column.name} has no unit"
        if asked.exists and said.affirmed is None:
            return "whether there is any isn't said"
        if any(not fields for number, fields in asked.fields.items() if asked.targets[number]) and not said.stated:
            return "nothing of the records is stated"
        return self._unnamed(said) or self._unlisted(said)

    def _unnamed(self, said: Said) -> str | None:
        """Which record is the extreme is said where that was asked; an id that was asked for is in the records."""
        asked = self._asked
        for number in asked.either:
            labels = {name for name in asked.facts.found[number].reading.fields if asked.columns[number, name].label}
            told = {name for fact, row, name in said.stated if fact == number and row in asked.targets[number]}
            if labels and not asked.named and not labels & told:
                return "which record it is isn't said"
        return "an id that no record has" if asked.absent else None

    def _wanted(self, said: Said) -> list[Cell]:
        """The asked cells; where several records tie as the extreme, those of one that was told, or of the first."""
        asked, found = self._asked, self._asked.cells()
        for number in asked.either:
            rows = asked.targets[number]
            stated = {row for fact, row, _ in said.stated if fact == number} & rows
            kept = min(stated or rows, default=-1)
            found = [cell for cell in found if cell.column.fact != number or cell.row == kept]
        return found

    def _retold(self, cell: Cell, said: Said) -> bool:
        return cell.long and len(cell.stems & said.stems) >= _TOLD * len(cell.stems)

    def _unlisted(self, said: Said) -> str | None:
        """A list is exactly the records' labels."""
        for number, rows in self._asked.targets.items():
            for row in rows if len(rows) > 1 and number not in self._asked.either else ():
                labels = {name for name, cells in self._asked.rows[row].cells.items() if cells[0].column.label}
                if labels and not any((number, row, name) in said.stated for name in labels):
                    return "a record is missing from the list"
        return None


def _settles(bound: tuple[Bound, ...], scan: Scan, asked: Asked) -> bool:
    """Whether a clause that agrees answers "is A more than B?": by yes or no, or by comparing the two."""
    if not spoken.polar(asked.question) or not spoken.comparative(asked.question)[0]:
        return False
    names = {one.rows for one in bound if one.mention.entity and one.mention.binds}
    return spoken.particle(scan) is not None or (spoken.comparative(scan)[0] != 0 and len(names) > 1)


def _weak(mention: Mention) -> bool:
    """Whether a mention may be no number at all, as "one" is."""
    return mention.quantity is not None and mention.quantity.word and mention.quantity.value == 1


def _states(mention: Mention, cell: Cell) -> bool:
    """Whether a mention states its cell: a text whole, of a date the day at least, of a name what tells it apart."""
    if cell.number is not None:
        return mention.quantity is not None
    if cell.moment is not None:
        return mention.moment is not None and mention.moment.day is not None
    return mention.kind == "phrase" or (mention.kind == "part" and len(mention.rows) == 1)


def _counts_records(mention: Mention, scan: Scan, asked: Asked) -> bool:
    """Whether a mention is like "3 orders:": the number of the records that are listed, before any of them is named."""
    if mention.quantity is None or mention.quantity.unit is not None or mention.free:
        return False
    if any(other.entity and other.start < mention.start for other in scan.mentions):
        return False
    return any(
        len(asked.targets[number]) > 1 and mention.quantity.value in {len(fact.records), len(asked.targets[number])}
        for number, fact in enumerate(asked.facts.found)
        if (not fact.more or _FIRST.search(scan.folded[: mention.start]))
    )
