"""The word lists, loaded once. What they hold and under which licence: words/LICENSE.md."""

from __future__ import annotations

from functools import cache
from importlib import resources

from edge_agent.privacy.folding import fold


@cache
def sections(file: str) -> dict[str, frozenset[str]]:
    """The words of each ``[section]`` of a list, folded. ``#`` begins a comment."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in _lines(file):
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        else:
            words += fold(line).split()
    return {name: frozenset(each) for name, each in found.items()}


@cache
def spelled(file: str, section: str) -> tuple[str, ...]:
    """The words of a section as they are spelled."""
    chosen = False
    words: list[str] = []
    for line in _lines(file):
        if line.startswith("["):
            chosen = line == f"[{section}]"
        elif chosen:
            words += line.split()
    return tuple(words)


@cache
def english() -> frozenset[str]:
    """Everyday English words in lower case."""
    return frozenset(_lines("english.txt"))


@cache
def functions(*, german: bool = True) -> frozenset[str]:
    """Function words of English and Chinese, and of German: some of these are English names."""
    lists = sections("functions.txt")
    return frozenset().union(*(words for name, words in lists.items() if german or not name.startswith("german")))


@cache
def names(section: str) -> frozenset[str]:
    """A section of the words that are names too."""
    return sections("names.txt")[section]


def is_name(folded: str) -> bool:
    """Whether an English word is a name too."""
    return folded in names("rare") or folded in names("double")


@cache
def _special() -> tuple[frozenset[str], frozenset[str], int]:
    words = [
        word.replace("-", "") for name, each in sections("special.txt").items() if name != "chinese" for word in each
    ]
    prefixes = frozenset(word.rstrip("*") for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), prefixes, min(map(len, prefixes))


@cache
def is_special(folded: str) -> bool:
    """Whether a folded Latin word, or its singular, tells of a special category."""
    whole, prefixes, shortest = _special()
    if folded in whole or (folded.endswith("s") and folded[:-1] in whole):
        return True
    return any(folded[:length] in prefixes for length in range(shortest, len(folded) + 1))


@cache
def special_han() -> tuple[str, ...]:
    """Chinese words of special categories: wherever they occur in a word, it stays here."""
    return spelled("special.txt", "chinese")


def _lines(file: str) -> list[str]:
    text = resources.files(__package__).joinpath("words", file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
