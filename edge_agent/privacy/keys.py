"""What the index holds of a value: its letters run together, so that split, joined and hyphenated forms are one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Protocol

from edge_agent.privacy import german, lexicon
from edge_agent.privacy.folding import Token, is_han, tokens

#: Shorter ones would be found everywhere.
_SHORTEST: Final = 3
_SHORTEST_HAN: Final = 2
_SHORTEST_DIGITS: Final = 5
_SHORTEST_PART: Final = 3
#: So many tokens are read together; a longer value is found in pieces of so many.
LONGEST: Final = 6
#: What parts no value: a name may go on after it.
_GAP: Final = re.compile(r"[\s.,\-_/'’&+:#@·]{0,2}")
#: No value begins or ends with these, here and in a prompt: half of all pieces needn't be looked up.
_EDGES: Final = lexicon.sections("cues.txt")["edges"]
_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "å": "aa"}
)
_ENDS: Final = frozenset(".!?:;\n。？！：；")


def of_value(value: str) -> Iterator[tuple[str, bool]]:
    """The joined forms of a value, and whether each is guarded: found only where it is written as a name."""
    for spelling in {value, value.translate(_UMLAUTS)}:
        parts = _without_edges([token.folded for token in tokens(spelling)])
        joined = "".join(parts)
        if not is_worth_it(joined):
            continue
        if len(parts) > LONGEST:
            yield from (("".join(parts[start : start + LONGEST]), False) for start in _windows(len(parts)))
            continue
        yield joined, len(parts) == 1 and _is_everyday(joined)
        if len(parts) > 1 and not any(map(str.isdigit, joined)):
            yield from _parts(parts)


class Hasher(Protocol):
    """A keyed hash under way: text may be added after each digest."""

    def copy(self) -> Hasher:
        """The same, on its own."""

    def update(self, text: bytes, /) -> None:
        """Add text."""

    def digest(self) -> bytes:
        """Eight bytes of all text so far."""


def key_of(hasher: Hasher) -> int:
    """A hash as SQLite holds it."""
    return int.from_bytes(hasher.digest(), signed=True)


def in_text(text: str, cut: Sequence[Token], base: Hasher) -> list[tuple[int, int, int]]:
    """Every run of tokens of a prompt that could be a value: first, last, and the key of its joined form."""
    follows = [
        (right.start == left.end + 1 and text[left.end] == " ")
        or _GAP.fullmatch(text, left.end, right.start) is not None
        for left, right in pairwise(cut)
    ]
    parts = [(token.folded, token.folded.encode("utf-8", "surrogatepass"), token.folded in _EDGES) for token in cut]
    wanted: list[tuple[int, int, int]] = []
    for first, (_, _, is_edge) in enumerate(parts):
        if is_edge:
            continue
        hasher, joined = base.copy(), ""
        for last in range(first, min(first + LONGEST, len(parts))):
            if last > first and not follows[last - 1]:
                break
            folded, encoded, ends_on_edge = parts[last]
            joined += folded
            hasher.update(encoded)
            if not ends_on_edge and is_worth_it(joined):
                wanted.append((first, last, key_of(hasher)))
    return wanted


def _without_edges(parts: list[str]) -> list[str]:
    while parts and parts[0] in _EDGES:
        parts = parts[1:]
    while parts and parts[-1] in _EDGES:
        parts = parts[:-1]
    return parts


def _windows(length: int) -> Iterator[int]:
    yield from range(0, length - LONGEST, LONGEST)
    yield length - LONGEST


def _parts(parts: list[str]) -> Iterator[tuple[str, bool]]:
    if all(map(is_han, parts)):
        if len(parts) in (3, 4):  # a given name without its surname
            yield "".join(parts[-2:]), False
        return
    for part in parts:
        if len(part) >= _SHORTEST_PART and part not in lexicon.functions():
            yield part, _is_everyday(part)
    if parts[0] != parts[-1]:
        yield parts[-1] + "".join(parts[:-1]), False  # surname first
    if len(parts) > 2:  # without the names between  # noqa: PLR2004
        yield parts[0] + parts[-1], False
        yield parts[-1] + parts[0], False


def is_worth_it(joined: str) -> bool:
    """Whether a joined form is long enough to mean anything."""
    if len(joined) >= _SHORTEST_DIGITS:
        return True
    if joined.isdigit():
        return len(joined) >= _SHORTEST_DIGITS
    if joined and is_han(joined[0]):
        return len(joined) >= _SHORTEST_HAN
    return len(joined) >= _SHORTEST


def stands_out(text: str, first: Token, last: Token, place: int) -> bool:
    """Whether a word is written as a name: with a capital that no beginning of a sentence explains."""
    said = text[first.start : last.end]
    if not said[:1].isupper() or (len(said) > 1 and said.isupper()) or place == 0:
        return False
    before = text[: first.start].rstrip(" \"'“„(")
    return bool(before) and before[-1] not in _ENDS


def _is_everyday(folded: str) -> bool:
    return folded in lexicon.english() or folded in german.lower() or folded in lexicon.functions()
