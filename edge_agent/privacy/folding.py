"""One form for letters, and the way back to the characters that were typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

#: The scripts that are written without spaces between words, as far as they are read here.
HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN: Final = re.compile(f"[{HAN}]")
_ASCII_TOKEN: Final = re.compile(r"[A-Za-z0-9]+")


class Token(NamedTuple):
    """A word, number or Han character: where it stands, and its folded form."""

    start: int
    end: int
    folded: str


@lru_cache(maxsize=8192)
def _base(character: str) -> str:
    """NFKC, casefold, no accents; empty for what has no width and for combining marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(each for each in plain if unicodedata.category(each) not in {"Mn", "Me", "Cf"})


def fold(text: str) -> str:
    """The folded form of a whole text. Its length may differ."""
    return text.lower() if text.isascii() else "".join(map(_base, text))


def is_han(character: str) -> bool:
    """Whether it is a Han character."""
    return _HAN.match(character) is not None


def tokens(text: str) -> list[Token]:
    """Cut into folded tokens, each with its place in ``text``. What has no width neither parts nor joins anything."""
    if text.isascii():
        return [Token(found.start(), found.end(), found.group().lower()) for found in _ASCII_TOKEN.finditer(text)]
    cut: list[Token] = []
    start, end, folded = 0, 0, ""
    for place, character in enumerate(text):
        base = _base(character)
        if base and (_HAN.match(base) or not base.isalnum()):
            if folded:
                cut.append(Token(start, end, folded))
            folded = ""
            if base.isalnum():
                cut.append(Token(place, place + 1, base))
        elif base:
            start = start if folded else place
            folded, end = folded + base, place + 1
        elif folded:
            end = place + 1
    return [*cut, Token(start, end, folded)] if folded else cut
