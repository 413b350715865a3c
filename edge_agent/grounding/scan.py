"""What a clause says: mentions of values, and the words between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from edge_agent.grounding.cells import EVERY, Cell
from edge_agent.grounding.index import Index, Phrase
from edge_agent.language import dates, numbers, units
from edge_agent.language.dates import Moment
from edge_agent.language.folding import Language, fold, has_han, normal
from edge_agent.language.numbers import IDS, Quantity

Kind = Literal["phrase", "moment", "id", "number", "part"]
_PIECE: Final = re.compile(r"[^\W\d_\u3400-\u4dbf\u4e00-\u9fff]+|[\u3400-\u4dbf\u4e00-\u9fff]|\d+")
_JOIN: Final = re.compile(r"[\s_\-./:,'#&+()]{0,3}")
#: A label of so many letters may also be a word.
_TINY: Final = 2
#: A name of so many letters may have the s of a genitive or plural.
_TAKES_S: Final = 4
#: A word, number or id goes on: "12" isn't in "12.5", "B57" isn't in "B57-8".
_GOES_ON: Final = re.compile(r"[.,]\d|-?\d|(?<=\d)[a-z]|_")
_CAME_FROM: Final = re.compile(r"\d[.,]$|[a-z0-9]-?$|_$")
_NUMBERED: Final = re.compile(r"(?<![^\W\d_])(?P<name>[^\W\d_]{1,40})[ -]?(?P<number>\d+)(?![.,:]?\d)")
#: The number of a list's item.
_BULLET: Final = re.compile(r"^\s*\d{1,2}[.)](?=\s)")
_BETWEEN: Final = re.compile(r"[\s,，的]*(?:(?:at|um|on|am|t|gegen|from)\b)?[\s,]*")


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A value in a text, and the cells that hold it. ``free``: the question or the call's arguments say it too."""

    kind: Kind
    start: int
    end: int
    cells: tuple[Cell, ...]
    free: bool = False
    quantity: Quantity | None = None
    moment: Moment | None = None

    @property
    def entity(self) -> bool:
        """Names a record."""
        return any(cell.column.label for cell in self.cells)

    @property
    def rows(self) -> frozenset[int]:
        """The rows it may be of."""
        return frozenset(cell.row for cell in self.cells)

    @property
    def binds(self) -> bool:
        """Says of which row the clause is."""
        return bool(self.cells) and EVERY not in self.rows and (self.entity or not self.free)


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that is part of no mention."""

    start: int
    text: str
    capital: bool


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A clause, read."""

    text: str
    folded: str
    language: Language
    mentions: tuple[Mention, ...]
    words: tuple[Word, ...]
    #: ``folded`` with the mentions blanked out.
    bare: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads clauses against an index of the records and an index of what is free to say."""

    records: Index
    free: Index
    #: How numbers are written here.
    locale: str = ""
    #: Words of records' names, with the names: part of a name names a record, too.
    parts: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    #: What names with capitals and digits look like ("KA-BK 230"): another one is no number.
    shapes: tuple[re.Pattern[str], ...] = ()
    #: The pieces of the question, between spaces: what it says is free to say, too.
    question: str = ""

    def scan(self, text: str, language: Language) -> Scan:
        """Read one clause."""
        text = _BULLET.sub(lambda found: " " * len(found.group()), normal(text))
        folded = fold(text)
        taken: set[int] = set()
        mentions: list[Mention] = []
        for find in (self._phrases, self._moments, self._ids, self._numbers, self._parts):
            for mention in find(text, folded, language, taken):
                mentions.append(mention)
                taken.update(range(mention.start, mention.end))
        bare = "".join(" " if position in taken else character for position, character in enumerate(folded))
        return Scan(
            text=text,
            folded=folded,
            language=language,
            mentions=tuple(sorted(mentions, key=lambda mention: mention.start)),
            words=tuple(_words(text, bare)),
            bare=bare,
        )

    def _phrases(self, text: str, folded: str, _language: Language, _taken: set[int]) -> Iterator[Mention]:
        found = list(_PIECE.finditer(folded))
        position = 0
        while position < len(found):
            here = _longest(self.records.phrases, folded, found, position)
            free = _longest(self.free.phrases, folded, found, position)
            length = max(len(here.pieces) if here else 0, len(free.pieces) if free else 0)
            if not length:
                position += 1
                continue
            start, end = found[position].start(), found[position + length - 1].end()
            cells = here.cells if here is not None and len(here.pieces) == length else ()
            # "A" and "IT" may be labels; "a" and "it" are words.
            if end - start > _TINY or not text[start:end].islower() or not any(cell.column.label for cell in cells):
                spoken = " ".join(piece.group() for piece in found[position : position + length])
                is_free = (free is not None and len(free.pieces) == length) or f" {spoken} " in self.question
                yield Mention(kind="phrase", start=start, end=end, cells=cells, free=is_free)
            position += length

    def _moments(self, text: str, folded: str, language: Language, taken: set[int]) -> Iterator[Mention]:
        found = [moment for moment in dates.find(text, language) if not taken & set(range(moment.start, moment.end))]
        for moment in _joined(found, folded):
            free = bool(self.free.moment(moment))
            yield Mention(
                kind="moment",
                start=moment.start,
                end=moment.end,
                cells=self.records.moment(moment),
                free=free,
                moment=moment,
            )

    def _ids(self, text: str, folded: str, _language: Language, taken: set[int]) -> Iterator[Mention]:
        shaped = [found for shape in self.shapes for found in shape.finditer(text)]
        numbered = [found for found in _NUMBERED.finditer(folded) if self._is_other(found["name"], found["number"])]
        for found in (*shaped, *numbered, *IDS.finditer(folded)):
            if found.start() not in taken and found.end() - 1 not in taken and not _measures(folded, found):
                said = folded[found.start() : found.end()]
                yield Mention(
                    kind="id",
                    start=found.start(),
                    end=found.end(),
                    cells=tuple(self.records.ids.get(said, ())),
                    free=said in self.free.ids,
                )

    def _numbers(self, text: str, _folded: str, language: Language, taken: set[int]) -> Iterator[Mention]:
        for said in numbers.find(text, language, self.locale):
            if said.start not in taken and said.end - 1 not in taken:
                yield Mention(
                    kind="number",
                    start=said.start,
                    end=said.end,
                    cells=self.records.quantity(said),
                    free=bool(self.free.quantity(said)),
                    quantity=said,
                )

    def _is_other(self, part: str, number: str) -> bool:
        """Whether names with this part have a number ("Mixer 7"), but none has this one: another record's name."""
        cells = self.parts.get(part) or [
            cell for name, cells in self.parts.items() if has_han(name) and part.endswith(name) for cell in cells
        ]
        told = {found["number"] for cell in cells for found in _NUMBERED.finditer(cell.text)}
        return bool(told) and number not in told

    def _parts(self, _text: str, folded: str, _language: Language, taken: set[int]) -> Iterator[Mention]:
        for found in _PIECE.finditer(folded):
            cells = self.parts.get(found.group())
            if cells and found.start() not in taken:
                yield Mention(kind="part", start=found.start(), end=found.end(), cells=cells)


def _measures(folded: str, token: re.Match[str]) -> bool:
    """Whether what looks like an id is the unit of the number before it: "60.5 m2"."""
    return units.known(token.group()) is not None and folded[: token.start()].rstrip()[-1:].isdigit()


def _longest(phrases: dict[str, list[Phrase]], folded: str, found: list[re.Match[str]], at: int) -> Phrase | None:
    for phrase in phrases.get(found[at].group(), ()):
        if _stands(phrase, folded, found, at):
            return phrase
    # A genitive: "Annas", "Müllers".
    first = found[at].group()
    for phrase in phrases.get(first[:-1], ()) if len(first) > _TAKES_S and first.endswith("s") else ():
        if len(phrase.pieces) == 1:
            return phrase
    return None


def _stands(phrase: Phrase, folded: str, found: list[re.Match[str]], at: int) -> bool:
    count = len(phrase.pieces)
    if at + count > len(found):
        return False
    for step, piece in enumerate(phrase.pieces):
        said = found[at + step].group()
        if said != piece and not (step == count - 1 > 0 and said == piece + "s" and len(piece) >= _TAKES_S):
            return False
        if step and _JOIN.fullmatch(folded, found[at + step - 1].end(), found[at + step].start()) is None:
            return False
    start, end = found[at].start(), found[at + count - 1].end()
    return _GOES_ON.match(folded, end) is None and _CAME_FROM.search(folded[max(0, start - 2) : start]) is None


def _joined(found: list[Moment], folded: str) -> Iterator[Moment]:
    """A date and the time of day next to it are one moment."""
    held: Moment | None = None
    for moment in found:
        if held is None:
            held = moment
        elif (held.hour is None) != (moment.hour is None) and _BETWEEN.fullmatch(folded, held.end, moment.start):
            day, time = (held, moment) if held.hour is None else (moment, held)
            yield Moment(
                start=held.start,
                end=moment.end,
                year=day.year,
                month=day.month,
                day=day.day,
                hour=time.hour,
                minute=time.minute,
                second=time.second,
            )
            held = None
        else:
            yield held
            held = moment
    if held is not None:
        yield held


def _words(text: str, bare: str) -> Iterator[Word]:
    for found in _PIECE.finditer(bare):
        word = found.group()
        if not word.isdigit():
            yield Word(start=found.start(), text=word, capital=text[found.start()].isupper())
