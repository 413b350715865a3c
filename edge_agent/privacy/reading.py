"""Default-deny, word by word: which tokens of a prompt may leave. What is not known to be harmless stays here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from edge_agent.privacy import closed, everyday, han, kinds, lexicon, quantities
from edge_agent.privacy.folding import fold
from edge_agent.privacy.page import Page, Token, page
from edge_agent.privacy.vocabulary import Vocabulary

_CONTRACTION: Final = re.compile(r"(.+)['’](s|t|d|ll|re|ve|m)", re.IGNORECASE)
_LATIN: Final = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]+")
_LEGAL_FORMS: Final = lexicon.sections("cues.txt")["legal forms"]


class Piece(NamedTuple):
    """A token, and whether it stays here. ``kind``: word, number, code, han, symbol, special."""

    start: int
    end: int
    hidden: bool
    type: str
    kind: str


def read(text: str, vocabulary: Vocabulary, taken: bytearray) -> list[Piece]:
    """Judge every token that is not taken by an earlier rule."""
    whole = page(text, vocabulary, taken)
    plain = bytearray(len(text))
    if not vocabulary.closed:
        for start, end in quantities.plain(text):
            plain[start:end] = b"\1" * (end - start)
    pieces = [piece for place in range(len(whole.tokens)) for piece in _judge(whole, place, plain)]
    return _beside_names(whole, _without_long_runs(text, pieces, plain))


def _beside_names(page: Page, pieces: list[Piece]) -> list[Piece]:
    """Hide capitalised words right after a hidden name, hyphened to one, or before a firm's legal form."""
    result = list(pieces)
    for place, piece in enumerate(pieces):
        said = page.text[piece.start : piece.end]
        if piece.hidden or piece.kind != "word" or len(said) == 1 or not said[0].isupper():
            continue
        folded = fold(said)
        if folded in page.vocabulary.own:
            continue
        is_day = folded in everyday.CALENDAR and folded not in everyday.NAMESAKES
        gaps = {"-"} if is_day else {" ", "-"}
        before = result[place - 1] if place else None
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        if (before is not None and _is_name(before) and page.text[before.end : piece.start] in gaps) or (
            after is not None
            and (
                (_is_name(after) and page.text[piece.end : after.start] == "-")
                or page.text[piece.end : after.end].strip().lower() in _LEGAL_FORMS
            )
        ):
            result[place] = piece._replace(hidden=True, type=kinds.NAME)
    return result


def _is_name(piece: Piece) -> bool:
    return piece.hidden and piece.type == kinds.NAME and piece.kind == "word"


def _without_long_runs(text: str, pieces: list[Piece], plain: bytearray) -> list[Piece]:
    long = bytearray(len(text))
    for start, end in quantities.long_runs(text):
        if not any(plain[start:end]):
            long[start:end] = b"\1" * (end - start)
    return [
        piece._replace(hidden=True, type=kinds.NUMBER) if piece.kind == "number" and long[piece.start] else piece
        for piece in pieces
    ]


def _judge(page: Page, place: int, plain: bytearray) -> Iterator[Piece]:
    token = page.tokens[place]
    if token.group == "han":
        yield from _judge_han(token, page.vocabulary, chinese=page.chinese)
    elif token.group == "symbol":
        yield Piece(token.start, token.end, hidden=True, type=kinds.WORD, kind="symbol")
    elif token.text.isdecimal():
        short = not page.vocabulary.closed and (
            bool(plain[token.start]) or quantities.is_short(token.folded, page.folded(place - 1), page.after(place))
        )
        yield Piece(
            token.start, token.end, hidden=not (short and token.text.isascii()), type=kinds.NUMBER, kind="number"
        )
    elif any(map(str.isdigit, token.folded)):
        passes = token.folded in page.vocabulary.own or plain[token.start]
        if page.vocabulary.closed:
            passes = closed.may_leave(token.text, page.vocabulary)
        else:
            passes = passes or quantities.is_quantity(token.folded)
        yield Piece(token.start, token.end, hidden=not (passes and token.text.isascii()), type=kinds.CODE, kind="code")
    else:
        yield _judge_word(page, place)


def _judge_han(token: Token, vocabulary: Vocabulary, *, chinese: bool) -> Iterator[Piece]:
    for word in han.words(token.text):
        start = token.start + word.place
        passes = (word.text in lexicon.functions() or not vocabulary.closed) and word.passes and chinese
        passes = passes or word.text in vocabulary.own
        type_ = kinds.NAME if word.is_name else kinds.WORD
        yield Piece(start, start + len(word.text), hidden=not passes, type=type_, kind="han")


def _judge_word(page: Page, place: int) -> Piece:
    token = page.tokens[place]
    end, folded, plain = token.end, token.folded, token.text
    possessive = False
    if (parts := _CONTRACTION.fullmatch(token.text)) is not None:
        plain, clitic = parts.groups()
        end, possessive = token.start + len(plain), clitic.lower() == "s"
        if clitic.lower() == "t":  # "don't" is "do" and "n't"
            plain = plain.removesuffix("n") or plain
        folded = fold(plain)
    if not _LATIN.fullmatch(plain):
        return Piece(token.start, token.end, hidden=True, type=kinds.WORD, kind="word")
    vocabulary = page.vocabulary
    type_ = kinds.NAME if plain[0].isupper() else kinds.WORD
    if vocabulary.closed:
        hidden = not closed.may_leave(plain, vocabulary)
        return Piece(token.start, end, hidden=hidden, type=type_, kind="word")
    if folded in vocabulary.own:
        return Piece(token.start, end, hidden=False, type=kinds.WORD, kind="word")
    if plain[0].isupper() and page.folded(place - 1) in lexicon.names("title"):
        return Piece(token.start, end, hidden=True, type=type_, kind="word")
    if folded in page.functions and not (
        folded in everyday.AUXILIARIES and everyday.is_named(page, place, plain, possessive=possessive)
    ):
        return Piece(token.start, end, hidden=False, type=kinds.WORD, kind="word")
    if lexicon.is_special(folded) and (plain.islower() or page.german or page.begins_sentence(place)):
        return Piece(token.start, end, hidden=True, type=kinds.WORD, kind="special")
    passes = everyday.is_everyday(page, place, plain, folded, possessive=possessive)
    return Piece(token.start, end, hidden=not passes, type=type_, kind="word")
