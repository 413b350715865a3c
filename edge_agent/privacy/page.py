"""A prompt cut into tokens, and what is known of it as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from edge_agent.privacy import german, lexicon
from edge_agent.privacy.folding import HAN, fold
from edge_agent.privacy.vocabulary import Vocabulary

#: Accents that stand alone, and what has no width: parts of the token in which they hide.
_LOOSE: Final = "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_LETTER: Final = f"(?:[^\\W_{HAN}]|[{_LOOSE}])"
#: Punctuation and spaces that say nothing of anybody.
PUNCTUATION: Final = (
    " \n\t\r\u00a0\u3000.,;:!?'\"’‘“”„()[]{}<>/\\|_*+=@#%&$€£¥°~^`§–—…-·，。？！、：；（）「」《》【】％￥¿¡«»‹›"
)
_TOKEN: Final = re.compile(
    f"(?P<han>[{HAN}]+)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)|(?P<symbol>[^\\w{re.escape(PUNCTUATION)}])"
)
_ENDING: Final = re.compile(r"[ '\"”’)]*[.!?:;\n。？！：；]")
_ENDS: Final = frozenset(".!?:;\n•。？！：；¿¡*-–—")


class Token(NamedTuple):
    """``group``: han, word (digits too), or symbol for what no rule knows."""

    start: int
    end: int
    text: str
    folded: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A prompt's tokens, with the languages that it seems to be in."""

    text: str
    tokens: list[Token]
    vocabulary: Vocabulary

    @cached_property
    def german(self) -> bool:
        """Whether German words may pass."""
        return german.is_german({token.folded for token in self.tokens})

    @cached_property
    def chinese(self) -> bool:
        """Whether Han characters are Chinese words here, not names within another language."""
        han_count = sum(len(token.text) for token in self.tokens if token.group == "han")
        letters = [token.text for token in self.tokens if token.group == "word"]
        return han_count > sum(map(len, letters)) / 2 and all(map(str.isascii, letters))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The function words of its languages."""
        return lexicon.functions(german=self.german)

    def after(self, place: int) -> str:
        """The word that a space parts from this one."""
        end = self.tokens[place].end
        return self.folded(place + 1) if self.text[end : end + 1] == " " else ""

    def folded(self, place: int) -> str:
        """The folded form of a token; empty where there is none."""
        return self.tokens[place].folded if 0 <= place < len(self.tokens) else ""

    def ends_sentence(self, place: int) -> bool:
        """Whether a mark follows it that ends a sentence."""
        return _ENDING.match(self.text, self.tokens[place].end) is not None

    def begins_sentence(self, place: int) -> bool:
        """Whether it is the first of a sentence."""
        at = self.tokens[place].start - 1
        while at >= 0 and self.text[at] in " \"'“„‘«([¡¿\t":
            at -= 1
        return at < 0 or self.text[at] in _ENDS


def page(text: str, vocabulary: Vocabulary, taken: bytearray) -> Page:
    """Cut what no earlier rule has taken."""
    return Page(text=text, tokens=list(_tokens(text, taken)), vocabulary=vocabulary)


def _tokens(text: str, taken: bytearray) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if not any(taken[start:end]):
            yield Token(start, end, found.group(), fold(found.group()), found.lastgroup or "")
            continue
        for place in range(start, end):  # what is left of a token that an earlier rule has cut
            if not taken[place]:
                yield Token(place, place + 1, text[place], text[place], "symbol")
