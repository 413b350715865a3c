"""Default-deny, word by word: which tokens of a prompt may leave. What is not known to be harmless stays here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from edge_agent.privacy import german, han, kinds, lexicon, quantities
from edge_agent.privacy.folding import HAN, fold
from edge_agent.privacy.vocabulary import Vocabulary

#: Accents that stand alone, and what has no width: parts of the token in which they hide.
_LOOSE: Final = "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_LETTER: Final = f"(?:[^\\W_{HAN}]|[{_LOOSE}])"
#: Punctuation and spaces that say nothing of anybody.
_PUNCTUATION: Final = (
    " \\n\\t\\r\u00a0\u3000.,;:!?'\"’‘“”„()\\[\\]{}<>/\\\\|_*+=@#%&$€£¥°~^`§–—…\\-·"
    "，。？！、：；（）「」《》【】％￥¿¡«»‹›"
)
_TOKEN: Final = re.compile(
    f"(?P<han>[{HAN}]+)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)|(?P<symbol>[^\\w{_PUNCTUATION}])"
)
_CLITICS: Final = frozenset({"s", "t", "d", "ll", "re", "ve", "m"})
_CONTRACTION: Final = re.compile(r"(.+)['’](s|t|d|ll|re|ve|m)", re.IGNORECASE)
_ENDS: Final = frozenset(".!?:;\n•。？！：；¿¡*-–—")
_LATIN: Final = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]+")
_CALENDAR: Final = lexicon.sections("cues.txt")["calendar"]
_NAMESAKES: Final = frozenset({"april", "may", "june", "august", "march", "mai", "jan", "sun", "jun"})
_BEFORE_MONTH: Final = lexicon.sections("cues.txt")["before month"]
_AUXILIARIES: Final = frozenset({"will", "may"})
_AFTER_AUXILIARY: Final = lexicon.sections("cues.txt")["after auxiliary"]
_ACRONYMS: Final = frozenset(
    {"ID", "IDS", "OK", "FAQ", "PDF", "CSV", "TV", "PC", "USB", "GPS", "VAT", "CEO", "FYI", "ASAP", "EUR", "USD"}
)


class Piece(NamedTuple):
    """A token, and whether it stays here. ``kind``: word, number, code, han, symbol, special."""

    start: int
    end: int
    hidden: bool
    type: str
    kind: str


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    folded: str
    group: str


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A prompt's tokens, and what is known of it as a whole."""

    text: str
    tokens: list[_Token]
    german: bool
    vocabulary: Vocabulary

    def folded(self, place: int) -> str:
        return self.tokens[place].folded if 0 <= place < len(self.tokens) else ""

    def begins_sentence(self, place: int) -> bool:
        at = self.tokens[place].start - 1
        while at >= 0 and self.text[at] in " \"'“„‘«([¡¿\t":
            at -= 1
        return at < 0 or self.text[at] in _ENDS


def read(text: str, vocabulary: Vocabulary, taken: bytearray) -> list[Piece]:
    """Judge every token that is not taken by an earlier rule."""
    tokens = [
        _Token(found.start(), found.end(), found.group(), fold(found.group()), found.lastgroup or "")
        for found in _TOKEN.finditer(text)
        if not taken[found.start()] and not taken[found.end() - 1]
    ]
    page = _Page(
        text=text,
        tokens=tokens,
        german=german.is_german({token.folded for token in tokens}),
        vocabulary=vocabulary,
    )
    plain = bytearray(len(text))
    if not vocabulary.closed:
        for start, end in quantities.plain(text):
            plain[start:end] = b"\1" * (end - start)
    pieces = [piece for place in range(len(tokens)) for piece in _judge(page, place, plain)]
    return _without_long_runs(text, pieces, plain)


def _without_long_runs(text: str, pieces: list[Piece], plain: bytearray) -> list[Piece]:
    long = bytearray(len(text))
    for start, end in quantities.long_runs(text):
        if not any(plain[start:end]):
            long[start:end] = b"\1" * (end - start)
    return [
        piece._replace(hidden=True, type=kinds.NUMBER) if piece.kind == "number" and long[piece.start] else piece
        for piece in pieces
    ]


def _judge(page: _Page, place: int, plain: bytearray) -> Iterator[Piece]:
    token = page.tokens[place]
    if token.group == "han":
        yield from _judge_han(token, page.vocabulary)
    elif token.group == "symbol":
        yield Piece(token.start, token.end, hidden=True, type=kinds.WORD, kind="symbol")
    elif token.text.isdecimal():
        short = not page.vocabulary.closed and (
            bool(plain[token.start])
            or quantities.is_short(token.folded, page.folded(place - 1), page.folded(place + 1))
        )
        yield Piece(
            token.start, token.end, hidden=not (short and token.text.isascii()), type=kinds.NUMBER, kind="number"
        )
    elif any(map(str.isdigit, token.folded)):
        passes = token.folded in page.vocabulary.own or plain[token.start]
        passes = passes or (not page.vocabulary.closed and quantities.is_quantity(token.folded))
        yield Piece(token.start, token.end, hidden=not (passes and token.text.isascii()), type=kinds.CODE, kind="code")
    else:
        yield _judge_word(page, place)


def _judge_han(token: _Token, vocabulary: Vocabulary) -> Iterator[Piece]:
    for word in han.words(token.text):
        start = token.start + word.place
        passes = word.text in vocabulary.own or word.text in lexicon.functions()
        passes = passes or (word.passes and not vocabulary.closed)
        type_ = kinds.NAME if word.is_name else kinds.WORD
        yield Piece(start, start + len(word.text), hidden=not passes, type=type_, kind="han")


def _judge_word(page: _Page, place: int) -> Piece:
    token = page.tokens[place]
    end, folded, plain = token.end, token.folded, token.text
    possessive = False
    if (parts := _CONTRACTION.fullmatch(token.text)) is not None:
        plain, clitic = parts.groups()
        end, folded, possessive = token.start + len(plain), fold(plain), clitic.lower() == "s"
        if clitic.lower() == "t":  # "don't" is one word, "d" + "on" is none
            folded = folded.removesuffix("n") or folded
    if not _LATIN.fullmatch(plain):
        return Piece(token.start, token.end, hidden=True, type=kinds.WORD, kind="word")
    vocabulary = page.vocabulary
    if folded in vocabulary.own:
        return Piece(token.start, end, hidden=False, type=kinds.WORD, kind="word")
    if folded in lexicon.functions() and not (folded in _AUXILIARIES and _is_named(page, place, plain)):
        return Piece(token.start, end, hidden=False, type=kinds.WORD, kind="word")
    if lexicon.is_special(folded):
        return Piece(token.start, end, hidden=True, type=kinds.WORD, kind="special")
    passes = not vocabulary.closed and _is_everyday(page, place, plain, folded, possessive=possessive)
    type_ = kinds.NAME if plain[0].isupper() else kinds.WORD
    return Piece(token.start, end, hidden=not passes, type=type_, kind="word")


def _is_named(page: _Page, place: int, plain: str) -> bool:
    """``Will`` and ``May``: a name unless they begin a question."""
    if plain.islower():
        return _stands_as_name(page, place)
    return not (page.begins_sentence(place) and page.folded(place + 1) in _AFTER_AUXILIARY)


def _is_everyday(page: _Page, place: int, plain: str, folded: str, *, possessive: bool) -> bool:
    if len(plain) == 1:
        if plain in "CF" and page.text[page.tokens[place].start - 1] == "°":
            return True
        return (
            plain in "aI" or (plain == "A" and page.begins_sentence(place)) or (folded in _CLITICS and plain.islower())
        )
    if plain.islower():
        return _is_small_word(page, place, plain, folded, possessive=possessive)
    if plain in _ACRONYMS or (plain.isupper() and folded in quantities.UNITS and page.folded(place - 1).isdigit()):
        return True
    if not plain[1:].islower():
        return False
    if folded in _CALENDAR:
        return folded not in _NAMESAKES or _is_month(page, place)
    if page.german and german.is_noun(folded):
        return True
    begins = page.begins_sentence(place) and folded not in lexicon.names("double") and not possessive
    return begins and _is_small_word(page, place, plain.lower(), folded, possessive=False)


def _is_small_word(page: _Page, place: int, plain: str, folded: str, *, possessive: bool) -> bool:
    if folded in lexicon.names("rare"):
        return False
    if folded in lexicon.names("double") and (possessive or _stands_as_name(page, place)):
        return False
    if plain.isascii() and plain in lexicon.english():
        return True
    return folded in german.lower() or folded in _CALENDAR or (page.german and german.is_noun(folded))


def _is_month(page: _Page, place: int) -> bool:
    before, after = page.folded(place - 1), page.folded(place + 1)
    return before in _BEFORE_MONTH or before.rstrip("stndrh").isdigit() or after.rstrip("stndrh").isdigit()


def _stands_as_name(page: _Page, place: int) -> bool:
    """Whether a small word that is also a name is treated as one: ``order for rose``, ``mr may``, ``mark smith``."""
    before, after = page.folded(place - 1), page.folded(place + 1)
    folded = page.folded(place)
    if before in lexicon.names("title"):
        return True
    if folded in _NAMESAKES:
        return False
    names = lexicon.names("rare") | lexicon.names("double")
    if after and after not in lexicon.functions() and (after in names or not _is_known(after)):
        return not after[0].isdigit()
    return before in lexicon.names("before") and (not after or after in lexicon.functions())


def _is_known(folded: str) -> bool:
    return folded in lexicon.english() or folded in german.lower() or folded in lexicon.functions()
