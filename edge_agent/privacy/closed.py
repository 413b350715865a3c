"""The level ``closed``: what leaves is made of a finite set of symbols, so it has an upper bound in bits."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final

from edge_agent.privacy import kinds, lexicon
from edge_agent.privacy.page import PUNCTUATION
from edge_agent.privacy.vocabulary import Vocabulary

_PLACEHOLDER: Final = re.compile(r"<[A-Z]+_\d+>")
_SYMBOL: Final = re.compile(r"<[A-Z]+_\d+>|[^\W_]+|.", re.DOTALL)
#: A word leaves in small letters, with a first capital, or in capitals.
_CASES: Final = 3
#: "s", "t", "d", "ll", "re", "ve", "m" after an apostrophe, in any case.
_CLITIC_FORMS: Final = 20


def may_leave(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is one of the finite many, in one of its three cases."""
    small = word.lower()
    if word not in {small, small.upper(), small.capitalize()}:
        return False
    return small in vocabulary.own or small in _functions()


@cache
def _functions() -> frozenset[str]:
    return frozenset(
        word.lower()
        for section in lexicon.sections("functions.txt")
        for word in lexicon.spelled("functions.txt", section)
    )


def bits(template: str, vocabulary: Vocabulary) -> float:
    """At ``closed``: the most that a template of so many symbols can tell, in bits.

    A symbol is a word in one of three cases, a sign of punctuation, or a placeholder: a type, new or one of those
    before it.
    """
    symbols = _SYMBOL.findall(template)
    placeholders = len(_PLACEHOLDER.findall(template))
    types = len(kinds.FORMS) + len(vocabulary.types)
    many = _CASES * len(vocabulary.own | _functions()) + _CLITIC_FORMS + len(PUNCTUATION) + types + placeholders
    return (len(symbols) + 1) * math.log2(many + 1)  # one more symbol: the end
