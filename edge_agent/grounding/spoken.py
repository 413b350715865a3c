"""Yes and no, negations, superlatives and comparatives, as the words of a clause or question say them."""

from __future__ import annotations

import re
from typing import Final

from edge_agent.grounding.scan import Scan
from edge_agent.language import lexicon
from edge_agent.language.folding import Language, language_of

_LEADING: Final = re.compile(r"\s*([a-z]+)\s*(?=[,.!:;-]|$)")
_LEADING_NO: Final = re.compile(r"^\W*(?:[a-z]+|不是|不对|没有|不|否)")
#: No German text has them, whatever it borrows.
_ONLY_ENGLISH: Final = frozenset({"the", "of"})
_NO_SUPERLATIVE: Final = re.compile(r"\b(?:at\s+(?:most|least)|most\s+of)\b")
#: So many words may stand between a comparative and its "than"; so many characters between it and a number.
_THAN_WITHIN: Final = 3
_NUMBER_WITHIN: Final = 3


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


def asks(scan: Scan) -> bool:
    """Whether the clause is a question, as where a draft repeats the one it was asked."""
    return scan.folded.rstrip(" \n\"')”").endswith("?")


def foreign(scan: Scan, language: Language) -> bool:
    """Whether the words between the values are in another language than the question; names are of none."""
    spoken = {word.text for word in scan.words if len(word.text) > 1}
    mixed = spoken & lexicon.ENGLISH if language == "zh" else spoken & _ONLY_ENGLISH if language == "de" else set()
    return bool(mixed) or language_of(scan.bare, language) != language


def polar(scan: Scan) -> bool:
    """Whether the question wants yes or no."""
    if scan.language == "zh":
        return any(mark in scan.folded for mark in lexicon.POLAR_ZH)
    first = next(iter(re.findall(r"[a-z]+", scan.folded)), "")
    return first in (lexicon.POLAR_GERMAN if scan.language == "de" else lexicon.POLAR_ENGLISH)


def negated(scan: Scan, bare: str | None = None) -> bool:
    """Whether a word between the values negates; a leading "no" is a particle, no negation.

    ``bare``: the clause's bare text, where more than its values is blanked out.
    """
    text = scan.bare if bare is None else bare
    if particle(scan) is False:
        text = _LEADING_NO.sub(" ", text, count=1)
    if scan.language == "zh":
        for harmless in lexicon.HARMLESS_ZH:
            text = text.replace(harmless, " ")
        return any(mark in text for mark in lexicon.NEGATIONS_ZH)
    return bool(set(re.findall(r"[a-z]+", text)) & lexicon.NEGATIONS)


def direction(scan: Scan) -> int:
    """Which end a superlative claims: 1, -1, or 0 for none."""
    if scan.language == "zh":
        up, down = (any(mark in scan.bare for mark in marks) for marks in (lexicon.HIGHEST_ZH, lexicon.LOWEST_ZH))
    else:
        words = set(re.findall(r"[a-z]+", _NO_SUPERLATIVE.sub(" ", scan.bare)))
        up, down = bool(words & lexicon.HIGHEST), bool(words & lexicon.LOWEST)
    return int(up) - int(down)


def against(scan: Scan) -> bool:
    """Whether a comparison says what it compares with: "than", 比."""
    return "比" in scan.bare or any(word.text in lexicon.THAN for word in scan.words)


def comparative(scan: Scan) -> tuple[int, int]:
    """Which way a clause compares (1, -1; 0: it doesn't), and where. "Over" and "more" alone compare nothing."""
    if scan.language == "zh":
        for claimed, marks in ((1, lexicon.GREATER_ZH), (-1, lexicon.LESS_ZH)):
            for mark in marks:
                if (place := scan.bare.find(mark)) >= 0:
                    return claimed, place
        return 0, 0
    spoken = [(word.text, word.start) for word in scan.words]
    for position, (word, place) in enumerate(spoken):
        claimed = (word in lexicon.GREATER) - (word in lexicon.LESS)
        if not claimed:
            continue
        end = place + len(word)
        to_number = any(0 <= one.start - end <= _NUMBER_WITHIN for one in scan.mentions if one.quantity)
        following = {text for text, _ in spoken[position + 1 : position + 1 + _THAN_WITHIN]}
        if to_number or following & lexicon.THAN or word not in lexicon.ALSO_PREPOSITIONS:
            return claimed, place
    return 0, 0
