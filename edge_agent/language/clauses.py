"""A text that streams in, cut into whole clauses: never inside a number, a date, an abbreviation or an address."""

from __future__ import annotations

import re
from typing import Final

from edge_agent.language.folding import fold

_ABBREVIATIONS: Final = frozenset(
    [
        "e.g",
        "i.e",
        "approx",
        "no",
        "nr",
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "vs",
        "etc",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "fig",
        "max",
        "min",
        "ca",
        "bzw",
        "z.b",
        "d.h",
        "u.a",
        "usw",
        "ggf",
        "inkl",
        "zzgl",
        "tel",
        "str",
        "mio",
        "mrd",
        "tsd",
        "a.m",
        "p.m",
        "jan",
        "feb",
        "apr",
        "aug",
        "sept",
        "sep",
        "oct",
        "okt",
        "nov",
        "dec",
        "dez",
        "mrz",
        "jr",
        "prof",
        "ing",
        "art",
        "abs",
        "bspw",
        "evtl",
    ]
)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "mai", "jun", "jul", "aug", "sep", "oct", "okt", "nov", "dec", "dez",
)  # fmt: skip
_END: Final = re.compile(r"[。！？；]+[”’」』）)\"']*\s*|[.!?;…]+[\"'”’)\]]*(?=\s)\s+|\s*\n\s*")
_LAST: Final = re.compile(r"(\S+)$")
_NEXT: Final = re.compile(r"\S+(?=\s)|\S+")


class Clauses:
    """An incremental splitter: what ``feed`` and ``rest`` give back is, joined, exactly what was fed."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, chunk: str) -> list[str]:
        """The clauses that are complete now, each with its trailing white space."""
        self._held += chunk
        complete: list[str] = []
        position = 0
        while (end := self._end(position)) is not None:
            clause, self._held, position = self._held[:end], self._held[end:], 0
            complete.append(clause)
        return complete

    def rest(self) -> str:
        """What is left once the text has ended."""
        held, self._held = self._held, ""
        return held

    def _end(self, position: int) -> int | None:
        """Where the first complete clause ends; None: more text is needed to say."""
        while (mark := _END.search(self._held, position)) is not None:
            stands = self._ends(mark)
            if stands is None:
                return None
            if stands and self._held[: mark.start()].strip():
                return mark.end()
            position = mark.end()
        return None

    def _ends(self, mark: re.Match[str]) -> bool | None:
        if "\n" in mark.group() or not mark.group().startswith("."):
            # White space may go on, and belongs to the clause that it follows.
            return True if mark.end() < len(self._held) else None
        following = _NEXT.match(self._held, mark.end())
        if following is None:
            return None
        before = _LAST.search(self._held[: mark.start()])
        word = fold(before.group().lstrip("([\"'")) if before else ""
        if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
            return False
        if word.isdigit() and len(word) <= 2:
            line = self._held[: mark.start()].rpartition("\n")[2].strip()
            if line == before.group() if before else True:
                return False  # the number of a list's item
            if following.end() == len(self._held) and len(following.group()) < 4:
                return None
            return not fold(following.group()).startswith(_MONTHS)
        return not following.group()[0].islower()


def split(text: str) -> list[str]:
    """All clauses of a finished text."""
    clauses = Clauses()
    complete = clauses.feed(text)
    rest = clauses.rest()
    return [*complete, rest] if rest.strip() else complete
