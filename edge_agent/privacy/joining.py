"""Hidden tokens → spans: what belongs together is one value, so that a plan can pass it on whole."""

from __future__ import annotations

import re
from typing import Final

from edge_agent.privacy import kinds, lexicon, quantities
from edge_agent.privacy.folding import fold
from edge_agent.privacy.reading import Piece
from edge_agent.privacy.spans import Span
from edge_agent.privacy.vocabulary import Vocabulary

_CONNECTED: Final = re.compile(r"[-_./\\@#:&+=~%]{1,3}")
_SPACED: Final = re.compile(r"[ \u00a0]{1,2}|\.[ \u00a0]|[ \u00a0]?[-–&][ \u00a0]?|['’]|,[ \u00a0](?=\d)|[·.]")
_PARTICLES: Final = lexicon.sections("cues.txt")["name particles"]
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_STREET: Final = re.compile(
    r"(?:str|strasse|straße|weg|platz|allee|gasse|ring|damm|ufer|street|st|avenue|ave|road|rd|lane|ln|drive|dr|way|"
    r"court|ct|place|pl|square|blvd|boulevard|terrace|trail|path|row|close|crescent|parkway|plaza|apt|suite|ste|unit|"
    r"apartment|nr|no)\.?$",
    re.IGNORECASE,
)
_HOUSE: Final = re.compile(r"\.?,? (?:nr\.? |no\.? |#)?\d{1,5}[a-z]?(?:\s?[-/]\s?\d{1,4}[a-z]?)?(?!\w)", re.IGNORECASE)
_HOUSE_HAN: Final = re.compile(r"\d{1,4}(?:[号號室楼樓栋棟弄巷座段层層]|单元|單元)(?:\d{1,4}[号號室楼樓])?")
_LAST: Final = re.compile(r" \d{1,4}[A-Za-z]?(?=[,;.?!]?(?:\s[A-ZÄÖÜ]|\n|$))", re.ASCII)
_LETTERS: Final = (kinds.NAME, kinds.WORD)
_PLACE_DIGITS: Final = 3


def spans(text: str, pieces: list[Piece], vocabulary: Vocabulary, taken: bytearray) -> list[Span]:
    """Join hidden pieces: codes by what connects them, names by spaces and particles, house numbers with streets."""
    joined = _joined_codes(text, pieces, taken)
    merged: list[Piece] = []
    for place, piece in enumerate(joined):
        if merged and _belong(text, joined, merged[-1], place):
            merged[-1] = _join(merged[-1], piece)
        else:
            merged.append(piece)
    found: list[Span] = []
    for place, each in enumerate(merged):
        if each.hidden and not (found and each.start < found[-1].end):
            end = max(each.end, _end(text, each, taken))
            found.append(Span(_start(text, merged, place), end, _type(text, each, vocabulary)))
    return found


def _end(text: str, piece: Piece, taken: bytearray) -> int:
    """A street takes the house number after it, any other name a number that nothing else is said of."""
    if piece.type != kinds.NAME:
        return piece.end
    form = _HOUSE_HAN if piece.kind == "han" else _HOUSE if _STREET.search(text[piece.start : piece.end]) else _LAST
    number = form.match(text, piece.end)
    if number is None or any(taken[piece.end : number.end()]) or _YEAR.fullmatch(number.group().strip()):
        return piece.end
    return number.end()


def _start(text: str, pieces: list[Piece], place: int) -> int:
    """A street takes the house number before it, a town its postal code."""
    piece = pieces[place]
    before = pieces[place - 1] if place else None
    if piece.type != kinds.NAME or before is None or before.hidden or before.kind != "number":
        return piece.start
    said = text[before.start : before.end]
    if text[before.end : piece.start] != " " or _YEAR.fullmatch(said):
        return piece.start
    words = text[piece.start : piece.end].split()
    is_part = (
        len(said) >= _PLACE_DIGITS
        or _STREET.search(text[piece.start : piece.end])
        or (len(said) > 1 and len(words) > 1 and not quantities.is_amount_after(text[: before.start]))
    )
    return before.start if is_part else piece.start


def _joined_codes(text: str, pieces: list[Piece], taken: bytearray) -> list[Piece]:
    """Make one piece of each chunk without spaces that has digits and a hidden part: ``SO-10135``, ``12-C``."""
    result: list[Piece] = []
    chunk: list[Piece] = []
    for piece in pieces:
        gap = text[chunk[-1].end : piece.start] if chunk else ""
        connected = chunk and _CONNECTED.fullmatch(gap) and not any(taken[chunk[-1].end : piece.start])
        if chunk and not connected:
            result += _code(text, chunk)
            chunk = []
        chunk.append(piece)
    return result + (_code(text, chunk) if chunk else [])


def _code(text: str, chunk: list[Piece]) -> list[Piece]:
    said = text[chunk[0].start : chunk[-1].end]
    if len(chunk) == 1 or not (any(each.hidden for each in chunk) or _is_code(text, chunk)):
        return chunk
    if not any(map(str.isdigit, said)) and "@" not in said:
        return chunk
    digits_only = all(each.kind == "number" for each in chunk)
    type_ = kinds.NUMBER if digits_only else kinds.CODE
    return [Piece(chunk[0].start, chunk[-1].end, hidden=True, type=type_, kind="code")]


def _is_code(text: str, chunk: list[Piece]) -> bool:
    """Whether a chunk none of whose parts is hidden is a code: ``H4-2195``, not ``Q2/2026`` or ``24h-48h``."""
    numbers = [text[each.start : each.end] for each in chunk if each.kind == "number"]
    return any(each.kind == "code" for each in chunk) and any(
        len(each) >= _PLACE_DIGITS and not _YEAR.fullmatch(each) for each in numbers
    )


def _belong(text: str, pieces: list[Piece], left: Piece, place: int) -> bool:
    right = pieces[place]
    if not left.hidden or (not _SPACED.fullmatch(text[left.end : right.start]) and left.end != right.start):
        return False
    if left.kind in {"special", "code"} or right.kind == "special":
        return left.end == right.start and left.kind != "special" and right.kind != "special" and right.hidden
    if right.hidden:
        return _alike(left, right)
    following = pieces[place + 1] if place + 1 < len(pieces) else None
    return (
        right.kind == "word"
        and left.type in _LETTERS
        and following is not None
        and following.hidden
        and following.kind == "word"
        and following.type == left.type
        and text[right.end : following.start] == " "
        and fold(text[right.start : right.end]) in _PARTICLES
    )


def _alike(left: Piece, right: Piece) -> bool:
    if "symbol" in (left.kind, right.kind):
        return left.kind == right.kind or left.end == right.start
    if left.kind == "han" or right.kind == "han":
        return left.kind == right.kind and left.type == right.type and left.end == right.start
    if left.type in _LETTERS and right.type in _LETTERS:
        return True
    return left.type == right.type == kinds.NUMBER or (left.type == kinds.NAME and right.type == kinds.NUMBER)


def _join(left: Piece, right: Piece) -> Piece:
    type_ = kinds.NAME if kinds.NAME in (left.type, right.type) else left.type
    return left._replace(end=right.end, type=type_)


def _type(text: str, piece: Piece, vocabulary: Vocabulary) -> str:
    """By the parameter whose noun stands before it, else by form."""
    before = re.findall(r"[^\W\d_]+", text[max(0, piece.start - 24) : piece.start])[-2:]
    for word in reversed(before):
        folded = fold(word)
        wanted = vocabulary.wants.get(folded) or vocabulary.wants.get(folded.removesuffix("s"))
        if wanted is not None:
            return wanted
        if folded not in {"named", "called", "is", "the", "of", "number", "id", "no", "nr"}:
            break
    return piece.type
