"""Everyday German: the inflections of the hand-written list, and compounds of two of its nouns."""

from __future__ import annotations

from functools import cache, lru_cache

from edge_agent.privacy import lexicon
from edge_agent.privacy.folding import fold

_NOUN = ("", "e", "en", "n", "s", "es")
_ADJECTIVE = ("", "e", "en", "er", "es", "em", "ere", "eren", "erer", "sten", "ste", "ster")
_VERB = ("e", "st", "t", "en", "te", "ten", "et", "est", "ete", "eten", "end", "ende", "enden")
#: What joins the two nouns of a compound.
_JOINTS = ("", "s", "n", "en", "es", "er")
_SHORTEST_PART = 4
#: As the end of a word these are parts of surnames and towns as often as of things.
_NAME_ENDINGS = lexicon.sections("cues.txt")["german name endings"]
#: Words by which a text is taken for German: none of them is English.
_GERMAN_ONLY = lexicon.sections("cues.txt")["german only"]


@cache
def nouns() -> frozenset[str]:
    """Folded forms of everyday nouns, but for those that are surnames."""
    roots = set(lexicon.sections("german.txt")["nouns"]) - lexicon.names("german")
    forms = {root + ending for root in roots for ending in _NOUN}
    umlauts = {
        fold(word) + ending
        for word in ("Läufe", "Aufträge", "Häuser", "Räume", "Verkäufe", "Vorgänge", "Plätze", "Bücher", "Länder")
        for ending in ("", "n")
    }
    return frozenset(forms | umlauts)


@cache
def lower() -> frozenset[str]:
    """Folded forms of what is written small: adjectives, verbs, the rest; and nouns, since many type them so."""
    lists = lexicon.sections("german.txt")
    adjectives = {root + ending for root in lists["adjectives"] for ending in _ADJECTIVE}
    stems = {verb.removesuffix("n").removesuffix("e") for verb in lists["verbs"]}
    verbs = {stem + ending for stem in stems for ending in _VERB} | lists["verbs"]
    participles = {f"ge{stem}t" for stem in stems} | {f"{stem}t" for stem in stems}
    return frozenset(adjectives | verbs | participles | lists["others"] | nouns())


@lru_cache(maxsize=4096)
def is_noun(folded: str) -> bool:
    """Whether a folded word is an everyday noun, or a compound of two."""
    if folded in nouns():
        return True
    return any(
        folded[cut:] in nouns() and folded[cut:] not in _NAME_ENDINGS and _begins_compound(folded[:cut])
        for cut in range(_SHORTEST_PART, len(folded) - _SHORTEST_PART + 1)
    )


def _begins_compound(part: str) -> bool:
    roots = lexicon.sections("german.txt")["nouns"]
    whole = nouns()
    return any(part.removesuffix(joint) in roots or part in whole for joint in _JOINTS if part.endswith(joint))


def is_german(folded_words: set[str]) -> bool:
    """Whether a text is in German, by its function words."""
    return not _GERMAN_ONLY.isdisjoint(folded_words)
