"""The operator's plans: a question that looks like one of theirs is planned on the device, without the cloud.

Exact before fuzzy. Exact: the same words in the same order, whatever case, accents and punctuation. Fuzzy: *every* word
that could change what is asked is one of the plan's (or a slip of one), none of a pattern's words is missing, each slot
has one value that its parameter takes, and the words are nearly those of the pattern, clearly more than of any other
plan's. In doubt there is no match.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from edge_agent.errors import PlannerFailed
from edge_agent.planning.questions import DECISIVE, FILLERS, Token, tokens
from edge_agent.planning.slots import Slot, slot_name
from edge_agent.types import Call

#: Of 100: how near the words of a question must be to those of a pattern, and how much nearer than to another plan.
NEAR: Final = 80.0
MARGIN: Final = 5.0
#: A pattern with fewer words that say something is matched exactly only: "offer for {subscriber}" could be anything.
FEWEST_WORDS: Final = 2
#: A pinned question is short; a longer text isn't looked at.
LONGEST: Final = 300
#: Questions that are named to somebody whose own has no plan.
_NAMED: Final = 12

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One way to ask. ``pieces``: literal tokens, and slots."""

    text: str
    pieces: tuple[Token | Slot, ...]

    @cached_property
    def roots(self) -> list[str]:
        """The words that say what is asked."""
        return [piece.root for piece in self.pieces if isinstance(piece, Token) and piece.word not in FILLERS]

    @cached_property
    def choices(self) -> int:
        """How many slots take one of listed words: these say what is asked, too."""
        return sum(isinstance(piece, Slot) and piece.kind == "choice" for piece in self.pieces)


@dataclass(frozen=True, kw_only=True)
class PinnedPlan:
    """A plan, compiled. ``vocabulary``: every word of its patterns → its root."""

    number: int
    patterns: tuple[Pattern, ...]
    calls: tuple[Call, ...]
    vocabulary: Mapping[str, str]

    def filled(self, values: Values) -> tuple[Call, ...]:
        """Put values into the slots of the calls."""
        return tuple(
            Call(tool=call.tool, arguments={name: _filled(value, values) for name, value in call.arguments.items()})
            for call in self.calls
        )


@dataclass(frozen=True, kw_only=True)
class Match:
    """A question that a plan answers."""

    number: int
    calls: tuple[Call, ...]


@dataclass(frozen=True, kw_only=True)
class PinnedPlans:
    """All of the operator's plans, in their order."""

    plans: tuple[PinnedPlan, ...] = ()

    def match(self, question: str, permitted: Collection[str]) -> Match:
        """Find the plan for a question, among those whose tools are permitted. Raises ``PlannerFailed``."""
        plans = [plan for plan in self.plans if all(call.tool in permitted for call in plan.calls)]
        asked = tokens(question) if len(question) <= LONGEST else []
        found = _exact(plans, asked) or _fuzzy(plans, asked)
        if found is None:
            raise PlannerFailed("refused", _what_can_be_asked(plans))
        plan, values = found
        return Match(number=plan.number, calls=plan.filled(values))


def _exact(plans: Sequence[PinnedPlan], asked: Sequence[Token]) -> tuple[PinnedPlan, Values] | None:
    for plan in plans:
        for pattern in plan.patterns:
            if (values := _word_by_word(pattern.pieces, asked)) is not None:
                return plan, values
    return None


def _word_by_word(pieces: Sequence[Token | Slot], asked: Sequence[Token]) -> Values | None:
    """Match the whole question, from its beginning; a slot takes as few tokens as it can."""
    if not pieces:
        return None if asked else {}
    first, rest = pieces[0], pieces[1:]
    if isinstance(first, Token):
        return _word_by_word(rest, asked[1:]) if asked and asked[0].word == first.word else None
    for taken in range(1, min(first.most, len(asked)) + 1):
        if (value := first.value(asked[:taken])) is None:
            continue
        values = _word_by_word(rest, asked[taken:])
        if values is not None and values.get(first.name, value) == value:
            return {**values, first.name: value}
    return None


def _fuzzy(plans: Sequence[PinnedPlan], asked: Sequence[Token]) -> tuple[PinnedPlan, Values] | None:
    """Find the one plan that is near enough, and clearly nearer than the second."""
    ranked: list[tuple[float, PinnedPlan, Values]] = []
    for plan in plans:
        roots = [_root(token, plan.vocabulary) for token in asked]
        scored = [each for pattern in plan.patterns if (each := _score(plan, pattern, asked, roots)) is not None]
        if scored:
            score, values = max(scored, key=lambda each: each[0])
            ranked.append((score, plan, values))
    ranked.sort(key=lambda each: -each[0])
    if not ranked or ranked[0][0] < NEAR or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < MARGIN):
        return None
    return ranked[0][1], ranked[0][2]


def _score(
    plan: PinnedPlan, pattern: Pattern, asked: Sequence[Token], roots: Sequence[str | None]
) -> tuple[float, Values] | None:
    """How near a question is to a pattern, of 100; None where it asks for something else. ``roots``: of each token."""
    wanted = pattern.roots
    if len(wanted) + pattern.choices < FEWEST_WORDS or not set(wanted) <= set(roots):
        return None
    if (found := _values(plan, pattern, asked)) is None:
        return None
    values, used = found
    left = [i for i, token in enumerate(asked) if i not in used and token.word not in FILLERS]
    said = [root for i in left if (root := roots[i]) is not None]
    if len(said) < len(left) or not set(wanted) <= set(said):
        return None
    return fuzz.token_sort_ratio(" ".join(said), " ".join(wanted)), values


def _root(token: Token, vocabulary: Mapping[str, str]) -> str | None:
    """The root of the plan's word that a token is: as it stands, inflected or mistyped; None where it is none."""
    if token.root in vocabulary.values():
        return token.root
    if token.is_code or token.word in FILLERS or token.root in DECISIVE:
        return None
    return next((root for word, root in vocabulary.items() if _is_slip(token.word, word)), None)


def _is_slip(typed: str, word: str) -> bool:
    """One slip in a word of five letters, two in nine; never in the first letter: "inactive" is not "active"."""
    shorter = min(len(typed), len(word))
    most = 0 if shorter < 5 else 1 if shorter < 9 else 2  # noqa: PLR2004 - as the sentence above says
    return bool(most) and typed[0] == word[0] and OSA.distance(typed, word, score_cutoff=most) <= most


def _values(plan: PinnedPlan, pattern: Pattern, asked: Sequence[Token]) -> tuple[dict[str, Any], set[int]] | None:
    """Find the value of each slot anywhere in the question, and which tokens those are; None where one is in doubt."""
    values: dict[str, Any] = {}
    used: set[int] = set()
    for place, piece in enumerate(pattern.pieces):
        if isinstance(piece, Token):
            continue
        if piece.kind == "words":  # nothing says where such a value begins and ends
            return None
        found = _candidates(piece, plan, asked)
        if len({str(value) for _, value in found}) > 1:
            found = [each for each in found if _beside(pattern.pieces, place, asked, each[0])]
        if len({str(value) for _, value in found}) != 1 or values.get(piece.name, found[0][1]) != found[0][1]:
            return None
        values[piece.name] = found[0][1]
        used |= {index for span, _ in found for index in span}
    return values, used


def _candidates(slot: Slot, plan: PinnedPlan, asked: Sequence[Token]) -> list[tuple[range, Any]]:
    found = []
    for start in range(len(asked)):
        for end in range(start + 1, min(start + slot.most, len(asked)) + 1):
            taken = asked[start:end]
            word = slot.kind == "code" and not taken[0].is_code
            if word and (taken[0].word in FILLERS or taken[0].word in plan.vocabulary):
                continue
            if (value := slot.value(taken)) is not None:
                found.append((range(start, end), value))
    return found


def _beside(pieces: Sequence[Token | Slot], place: int, asked: Sequence[Token], span: range) -> bool:
    """Whether a value stands beside the same word as its slot does in the pattern."""
    before = pieces[place - 1] if place else None
    after = pieces[place + 1] if place + 1 < len(pieces) else None
    return (isinstance(before, Token) and span.start > 0 and asked[span.start - 1].root == before.root) or (
        isinstance(after, Token) and span.stop < len(asked) and asked[span.stop].root == after.root
    )


def _filled(value: Any, values: Values) -> Any:
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    name = slot_name(value)
    return value if name is None else values[name]


def _what_can_be_asked(plans: Sequence[PinnedPlan]) -> str:
    if not plans:
        return "no plan of the operator's is at hand"
    named = [plan.patterns[0].text.rstrip(" ?.!？。") for plan in plans[:_NAMED]]
    more = f" and {len(plans) - _NAMED} more" if len(plans) > _NAMED else ""
    return f"without the cloud these can be asked: {'; '.join(named)}{more}"
