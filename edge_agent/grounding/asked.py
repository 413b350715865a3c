"""What was asked, as cells: which rows the answer is about, which values it must state, which claims it may make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal
from typing import Final

from edge_agent.grounding import cells as cellwise
from edge_agent.grounding import computed, index, names
from edge_agent.grounding.cells import EVERY, Cell, Column, Row, column
from edge_agent.grounding.scan import Mention, Reader, Scan
from edge_agent.language import dates, lexicon
from edge_agent.language.folding import Language, fold, has_han, language_of, normal, stem
from edge_agent.language.numbers import IDS
from edge_agent.types import Fact, Facts, Field

#: Characters of the question that are read for what it asks.
_READ: Final = 2000
#: Words that begin with the same so many letters are of one family: "installed", "installation".
FAMILY: Final = 6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The facts, prepared once for all clauses of a draft."""

    facts: Facts
    language: Language
    columns: dict[tuple[int, str], Column]
    rows: list[Row]
    reader: Reader
    question: Scan
    #: The rows that the question names; empty: it names none.
    named: frozenset[int]
    #: The rows that the answer must tell, for each fact; of ``either`` facts one of them is enough.
    targets: dict[int, frozenset[int]]
    either: frozenset[int]
    #: The fields to state, for each fact; a fact whose reading is unknown has none.
    fields: dict[int, tuple[str, ...]]
    #: The value computed over all records, for each fact under count, sum, mean.
    totals: dict[int, Cell]
    #: Whether there is a record, for each fact under exists.
    exists: dict[int, bool]
    #: The question names an id, where records have ids, that neither they nor the arguments have.
    absent: bool
    #: Stems that any answer may use, and those that only the values of some rows allow.
    known: frozenset[str]
    #: The first letters of the known stems that are long enough to tell a family of words.
    families: frozenset[str]
    known_of: dict[str, frozenset[int]]
    known_han: frozenset[str]

    @property
    def subjects(self) -> frozenset[int]:
        """The rows that the question is about: those that it names, else those to tell."""
        return self.named or frozenset().union(*self.targets.values())

    def cells(self) -> list[Cell]:
        """The cells that the answer must state."""
        return [
            cell
            for number, rows in self.targets.items()
            for row in sorted(rows)
            for name in self.fields[number]
            for cell in self.rows[row].cells.get(name, ())
        ]


def prepare(facts: Facts, zone: tzinfo | None = None) -> Asked:
    """Read the question and index the facts."""
    columns = cellwise.columns(facts.found)
    rows = cellwise.rows(facts, columns, zone)
    language = language_of(facts.question, facts.locale)
    totals = {number: total for number, fact in enumerate(facts.found) if (total := _total(number, fact)) is not None}
    every = [cell for row in rows for each in row.cells.values() for cell in each if _counts(facts, row)]
    reader = Reader(
        records=index.build([*every, *totals.values()], language),
        free=index.build(_free(facts, zone), language),
        locale=facts.locale,
        parts=names.parts(every, columns.values()),
        shapes=names.shapes(facts, columns),
        question=f" {' '.join(cellwise.pieces(fold(normal(facts.question))))} ",
    )
    question = replace(reader, free=index.Index(), question="").scan(facts.question[:_READ], language)
    fields = {number: _fields(number, fact, columns, question) for number, fact in enumerate(facts.found)}
    named = _named(question, fields)
    targets = {number: _targets(number, fact, rows, named) for number, fact in enumerate(facts.found)}
    known, known_han = _known(facts, columns)
    return Asked(
        facts=facts,
        language=language,
        columns=columns,
        rows=rows,
        reader=reader,
        question=question,
        named=named,
        targets=targets,
        either=frozenset(
            number for number, fact in enumerate(facts.found) if fact.reading.reduce in {"min", "max", "first", "last"}
        ),
        fields=fields,
        totals=totals,
        exists={
            number: computed.exists(fact) for number, fact in enumerate(facts.found) if fact.reading.reduce == "exists"
        },
        absent=any(_has_id(cell) for cell in every)
        and any(
            one.kind == "id" and not one.cells and not _free_id(reader, question, one) for one in question.mentions
        ),
        known=known,
        families=frozenset(one[:FAMILY] for one in known if len(one) >= FAMILY),
        known_of=_known_of(every),
        known_han=known_han,
    )


def _counts(facts: Facts, row: Row) -> bool:
    """Whether a row is data: the record that holds a computed value isn't."""
    fact = facts.found[row.fact]
    return not (fact.reading.reduce in {"count", "exists", "sum", "mean"} and len(fact.records) == 1)


def _total(number: int, fact: Fact) -> Cell | None:
    reduce, by = fact.reading.reduce, fact.reading.by or "value"
    if reduce == "count":
        return Cell(row=EVERY, column=column(number, Field(name="count")), number=Decimal(computed.count(fact)))
    value = computed.amount(fact) if reduce in {"sum", "mean"} else None
    if value is None:
        return None
    declared = next((one for one in fact.fields if one.name == by), Field(name=by))
    return Cell(row=EVERY, column=column(number, declared), number=value)


def _free(facts: Facts, zone: tzinfo | None) -> Iterable[Cell]:
    """The question and the arguments as cells of no row."""
    nowhere = column(0, Field(name=""))
    for fact in (*facts.found, *facts.empty):
        for value in fact.arguments.values():
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, (str, int, float)) and not isinstance(one, bool) and one != "":
                    yield cellwise.cell(EVERY, nowhere, one, zone)
    question = fold(normal(facts.question))
    yield Cell(row=EVERY, column=nowhere, text=question)


def _fields(number: int, fact: Fact, columns: dict[tuple[int, str], Column], question: Scan) -> tuple[str, ...]:
    if fact.reading.reduce in {"count", "sum", "mean", "exists"}:
        return ()
    here = [one for one in columns.values() if one.fact == number]
    asked = [one for one in here if one.name in fact.reading.fields]
    if not asked and fact.fields:
        asked = [columns[number, one.name] for one in fact.fields]
    if not asked:
        stems = {stem(word.text) for word in question.words}
        asked = [one for one in here if one.stems and one.stems <= stems]
    values = [one.name for one in asked if not one.label]
    return tuple(values or [one.name for one in asked])


def _named(question: Scan, fields: dict[int, tuple[str, ...]]) -> frozenset[int]:
    """The rows that the question names, narrowed by the other values that it names."""
    found: frozenset[int] = frozenset()
    group: frozenset[int] = frozenset()
    for mention in question.mentions:
        if mention.kind in {"phrase", "id"} and mention.entity:
            entity = frozenset(cell.row for cell in mention.cells if cell.column.label)
            group = group & entity or entity
            found = (found - group) | group if group <= found else found | group
    found = found or frozenset().union(*(mention.rows for mention in question.mentions if mention.kind == "part"))
    for mention in question.mentions:
        aside = [cell for cell in mention.cells if cell.column.name not in fields.get(cell.column.fact, ())]
        if found and aside and not mention.entity and mention.kind != "number":
            found = found & frozenset(cell.row for cell in aside) or found
    return found


def _has_id(cell: Cell) -> bool:
    return cell.column.label and IDS.fullmatch(cell.text) is not None


def _free_id(reader: Reader, question: Scan, mention: Mention) -> bool:
    """Whether an argument is or holds this id: then the records were found by it."""
    spoken = cellwise.pieces(question.folded[mention.start : mention.end])
    return any(list(phrase.pieces) == spoken for phrase in reader.free.phrases.get(spoken[0], ()))


def _targets(number: int, fact: Fact, rows: list[Row], named: frozenset[int]) -> frozenset[int]:
    here = [row.number for row in rows if row.fact == number]
    reduce = fact.reading.reduce
    if reduce in {"count", "sum", "mean", "exists"} or not here:
        return frozenset()
    if reduce != "none":
        return frozenset(here[0] + place for place in computed.extremes(fact))
    return named & frozenset(here) or frozenset(here)


def _known(facts: Facts, columns: dict[tuple[int, str], Column]) -> tuple[frozenset[str], frozenset[str]]:
    found = set(cellwise.content(facts.question))
    han = set(lexicon.ANSWER_ZH) | set(normal(facts.question))
    for fact in (*facts.found, *facts.empty):
        texts = [fact.tool, *map(str, fact.arguments), *map(str, fact.arguments.values())]
        texts += [text for one in fact.fields for text in (one.name, one.description or "", one.unit or "")]
        for text in texts:
            found |= cellwise.content(text)
            han |= set(text)
    for one_column in columns.values():
        found |= one_column.stems
    return frozenset(found), frozenset(han)


def _known_of(cells: Iterable[Cell]) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for cell in cells:
        # The characters of a short Chinese text are known only together: as a mention.
        han = [character for character in cell.text if has_han(character)] if cell.long else []
        calendar = map(stem, dates.names(cell.moment)) if cell.moment is not None else ()
        for one in (*cell.stems, *han, *calendar):
            found[one] = found.get(one, frozenset()) | {cell.row}
    return found
