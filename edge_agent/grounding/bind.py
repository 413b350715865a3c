"""One record a clause: which row each mention of a clause is of, or why they can't go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.grounding.cells import EVERY, Cell
from edge_agent.grounding.scan import Mention

Rows = frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A mention and the rows that it can be of, given the rest of its clause."""

    mention: Mention
    rows: Rows

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The mention's cells in those rows."""
        return tuple(cell for cell in self.mention.cells if cell.row in self.rows or cell.row == EVERY)


@dataclass(frozen=True, kw_only=True)
class Binder:
    """Binds mentions to rows. ``facts``: the fact of each row; records of different facts may stand in one clause."""

    facts: Sequence[int]

    def bind(self, mentions: Sequence[Mention], carried: Rows) -> tuple[Bound, ...] | None:
        """Bind a clause's mentions; None where they are of different records.

        ``carried``: the rows that the text spoke of before, or that the question names, or all.
        """
        heads = [mention for mention in mentions if mention.entity and mention.binds]
        common: Rows | None = frozenset(range(len(self.facts)))
        for head in heads:
            common = self._narrow(common, head.rows) if common is not None else None
        if common is not None:
            return self._together(mentions, self._with_singles(common) if heads else carried)
        forward = self._segments(mentions)
        if forward is not None:
            return forward
        backward = self._segments(mentions[::-1])
        return backward[::-1] if backward is not None else None

    def _narrow(self, rows: Rows, said: Rows) -> Rows | None:
        """Only those of ``rows`` that ``said`` allows, fact by fact; None where they have none in common."""
        if not rows & said:
            return None
        told = {self.facts[row] for row in said}
        return frozenset(row for row in rows if row in said or self.facts[row] not in told)

    def _with_singles(self, rows: Rows) -> Rows:
        """Add the only record of each fact that ``rows`` has none of: it can't be mistaken for another."""
        count, told = Counter(self.facts), {self.facts[row] for row in rows}
        return rows | {row for row, fact in enumerate(self.facts) if count[fact] == 1 and fact not in told}

    def _together(self, mentions: Sequence[Mention], rows: Rows) -> tuple[Bound, ...] | None:
        for mention in mentions:
            if mention.binds:
                narrowed = self._narrow(rows, mention.rows)
                if narrowed is None:
                    return None
                rows = narrowed
        return tuple(Bound(mention=mention, rows=rows) for mention in mentions)

    def _segments(self, mentions: Sequence[Mention]) -> tuple[Bound, ...] | None:
        """Each entity is followed by its own values; entities in a row share the values that follow them."""
        bound: list[Bound] = []
        heads: list[Rows] = []
        told = False
        for mention in mentions:
            if not mention.binds:
                bound.append(Bound(mention=mention, rows=frozenset().union(*heads)))
            elif mention.entity:
                narrowed = self._narrow(heads[-1], mention.rows) if heads else None
                if narrowed is not None:
                    heads[-1] = narrowed
                else:
                    own = self._with_singles(mention.rows)
                    heads, told = ([own] if told else [*heads, own]), False
                bound.append(Bound(mention=mention, rows=heads[-1]))
            else:
                shared = [self._narrow(head, mention.rows) for head in heads]
                if not shared or None in shared:
                    return None
                heads, told = [head for head in shared if head is not None], True
                bound.append(Bound(mention=mention, rows=frozenset().union(*heads)))
        return tuple(bound)


def told(bound: Sequence[Bound], otherwise: Rows) -> Rows:
    """The rows that a clause speaks of: those of its entities, else those of its values, else ``otherwise``."""
    heads = [one for one in bound if one.mention.entity and one.mention.binds]
    found: Rows = frozenset()
    for one in heads or [one for one in bound if one.mention.binds]:
        found |= one.rows & one.mention.rows
    return found or otherwise
