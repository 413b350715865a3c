"""The prompt: system, question and facts as tokens, within the model's window. Counted with its own tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.errors import SlmFailed
from edge_agent.slm.profiles import Profile
from edge_agent.slm.protocol import Table
from edge_agent.slm.template import Frame, Segment

#: Segments → tokens of the model; only a segment of markup may become control tokens.
Tokenise = Callable[[Sequence[Segment]], list[int]]

#: Characters that a value keeps at least when not even one record fits.
_NARROWEST = 8
#: The question may take this part of the window.
_QUESTION_SHARE = 4
#: The answer's reserve is at most this part of the window.
_ANSWER_SHARE = 2
#: Rows that differ in no more columns stand on one line.
_LINE_COLUMNS = 2


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """Tokens by section, each evaluated on its own: the boundaries are the same whether a section was early or not."""

    system: tuple[int, ...]
    question: tuple[int, ...]
    rest: tuple[int, ...]
    #: Question, rows or values were cut.
    truncated: bool
    #: Tokens that the answer may have.
    room: int

    @property
    def length(self) -> int:
        """Tokens of the whole prompt."""
        return len(self.system) + len(self.question) + len(self.rest)


@dataclass(frozen=True, kw_only=True)
class Composer:
    """Builds prompts for one model. ``window``: tokens of prompt and answer together."""

    profile: Profile
    frame: Frame
    window: int
    tokenise: Tokenise

    def system(self) -> tuple[int, ...]:
        """Tokens of all that comes before the question: the same for every query."""
        return tuple(self.tokenise(self.frame.opening))

    def question(self, text: str) -> tuple[tuple[int, ...], bool]:
        """Tokens of what is known of a query before its facts, and whether the question was cut."""
        asked, cut = self._bounded(text)
        if not self.profile.question_first:
            return (), cut
        return tuple(self.tokenise([_words(f"{asked}\n")])), cut

    def compose(self, question: str, tables: Sequence[Table], max_tokens: int) -> Prompt:
        """Fit question and tables into the window. Raises ``SlmFailed`` where not even one short record fits."""
        system = self.system()
        early, cut = self.question(question)
        tail = "" if self.profile.question_first else f"\n{self._bounded(question)[0]}"
        reserve = min(max_tokens, self.window // _ANSWER_SHARE)
        room = self.window - reserve - len(system) - len(early)

        def rest(facts: str) -> list[int]:
            return self.tokenise([_words(f"{self.profile.before_facts}{facts}{tail}"), *self.frame.closing])

        sentences = self.profile.sentences
        facts, shortened = fit(tables, lambda text: len(rest(text)) <= room, sentences=sentences)
        tokens = tuple(rest(facts))
        used = len(system) + len(early) + len(tokens)
        return Prompt(
            system=system,
            question=early,
            rest=tokens,
            truncated=cut or shortened,
            room=min(max_tokens, self.window - used),
        )

    def _bounded(self, text: str) -> tuple[str, bool]:
        """Put the question on one line of at most a part of the window; say whether it was cut."""
        line = " ".join(text.split())

        def asked(characters: int) -> str:
            return f"{self.profile.before_question}{line[:characters]}"

        def fits(characters: int) -> bool:
            return len(self.tokenise([_words(asked(characters))])) <= self.window // _QUESTION_SHARE

        kept = _largest(0, len(line), fits)
        if kept is None:
            raise SlmFailed("the model's window has no room for a question: raise slm.n-ctx")
        return asked(kept), kept < len(line)


def fit(tables: Sequence[Table], fits: Callable[[str], bool], *, sentences: bool = False) -> tuple[str, bool]:
    """Render what fits: the last rows go first, then long values are cut, then the last tables go."""

    def rendered(rows: int) -> str:
        return facts_text(tables, rows=rows, sentences=sentences)

    most = max((len(table.rows) for table in tables), default=0)
    if (rows := _largest(1, max(most, 1), lambda n: fits(rendered(n)))) is not None:
        return rendered(rows), rows < most
    longest = max((len(value or "") for table in tables for row in table.rows[:1] for value in row), default=0)
    for kept in range(len(tables), 0, -1):
        some = tables[:kept]

        def narrowed(width: int, some: Sequence[Table] = some) -> bool:
            return fits(facts_text(some, rows=1, width=width))

        if (width := _largest(_NARROWEST, max(longest, _NARROWEST), narrowed)) is not None:
            return facts_text(some, rows=1, width=width), True
    raise SlmFailed("the model's window has no room for a single record: raise slm.n-ctx")


def facts_text(tables: Sequence[Table], *, rows: int, width: int | None = None, sentences: bool = False) -> str:
    """Render the first ``rows`` rows of each table, values cut to ``width`` characters; titled if they are several.

    ``sentences``: a table that is one value is its sentence.
    """
    blocks = []
    for table in tables:
        kept = [[_cut(value, width) for value in row] for row in table.rows[:rows]]
        if not kept:
            blocks.append(f"{table.title}: nothing found")
        elif sentences and table.sentence is not None and width is None:
            blocks.append(table.sentence)
        elif len(tables) > 1:
            blocks.append(f"{table.title}:\n{_block(table.columns, kept)}")
        else:
            blocks.append(_block(table.columns, kept))
    return "\n\n".join(blocks)


def _block(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    if len(rows) == 1:
        pairs = zip(columns, rows[0], strict=True)
        return "\n".join(f"{column}: {value}" for column, value in pairs if value is not None)
    constant = [index for index in range(len(columns)) if len({row[index] for row in rows}) == 1]
    if len(constant) == len(columns):  # rows that are all alike still have to be seen as rows
        constant = constant[1:]
    varying = [index for index in range(len(columns)) if index not in constant]
    said = [f"{columns[index]}: {rows[0][index]}" for index in constant if rows[0][index] is not None]
    if len(varying) <= _LINE_COLUMNS:
        return "\n".join([*said, _line(columns, rows, varying)])
    header = "\t".join(columns[index] for index in varying)
    return "\n".join([*said, header, *("\t".join(row[index] or "none" for index in varying) for row in rows)])


def _line(columns: Sequence[str], rows: Sequence[Sequence[str | None]], varying: Sequence[int]) -> str:
    """One line, which small models read better than a table: "room: A, B", or "area: A 12 m²; B 9 m²"."""
    between = "; " if len(varying) > 1 else ", "
    return f"{columns[varying[-1]]}: " + between.join(
        " ".join(row[index] or "none" for index in varying) for row in rows
    )


def _cut(value: str | None, width: int | None) -> str | None:
    return value if value is None or width is None or len(value) <= width else f"{value[: width - 1]}…"


def _words(text: str) -> Segment:
    return Segment(text=text, markup=False)


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int | None:
    """Return the largest number in [low, high] that fits, by halving; None where not even ``low`` does."""
    if fits(high):
        return high
    if not fits(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
