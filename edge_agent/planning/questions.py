"""Questions as tokens, for the operator's plans: folded words and codes, and which words claim nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from edge_agent.language import lexicon
from edge_agent.language.folding import fold, normal, stem

#: A Han character; or letters and digits, with ``-./:_`` inside and a comma between digits.
_TOKEN: Final = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff]"
    r"|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+(?:(?:[-./:_]|(?<=\d),(?=\d))[^\W_\u3400-\u4dbf\u4e00-\u9fff]+)*"
)
_JOINTS: Final = re.compile(r"[-./:_]")
_DIGIT: Final = re.compile(r"\d")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that don't change what is asked. All others do: "not", "why", "who", "before", "second", a number.
FILLERS: Final = _set("""
a an the this that these those there it its which what s is are was were be been am do does did have has had can could
would should may in at of on for to by from with and i we you me my us our your one ones please tell show give list
find get name know like want need let see look up all any about now currently current right just hello hi hey thanks
thank ok okay so d re ve whats
der die das den dem des ein eine einen einem einer eines ist sind war waren welche welcher welches welchen welchem was
bitte zeig zeige sag sage nenne nenn gib mir uns ich wir du sie es im am an auf von vom zu zum zur fur bei beim mit und
gibt hat haben kann kannst konnen mal gerade derzeit aktuell aktuelle aktuellen jetzt alle allen hallo danke
的 是 了 吗 呢 请 问 哪 个 些 什 么 我 们 您 你 在 有 把 给 和 与 现 目 前 当
""")
_AMOUNTS: Final = _set("""
how many much number count total sum average mean wie viele viel wieviel anzahl summe durchschnitt
多 少 几 数 总 最 不 没 未 无
""")
#: Words that decide what is computed: none is ever taken for a slip of another word.
DECISIVE: Final = frozenset(map(stem, _AMOUNTS | lexicon.HIGHEST | lexicon.LOWEST | lexicon.VAGUE | lexicon.NEGATIONS))


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word or a code. ``text``: as it was typed, in normal form; ``word``: without accents and case."""

    text: str
    word: str

    @cached_property
    def root(self) -> str:
        """The part that inflection leaves alone."""
        return stem(self.word)

    @property
    def is_code(self) -> bool:
        """Whether it holds a digit: a number, an id."""
        return _DIGIT.search(self.text) is not None


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens. Hyphens split words, but not codes such as SO-10135."""
    found: list[Token] = []
    for piece in _TOKEN.findall(normal(text)):
        parts = [piece] if _DIGIT.search(piece) else _JOINTS.split(piece)
        found += [Token(text=part, word=fold(part)) for part in parts]
    return found
