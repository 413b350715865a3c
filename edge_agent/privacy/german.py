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
#: Parts of names in English texts too.
_ARTICLES = frozenset({"der", "die", "den", "von", "des"})
_ENGLISH_ONLY = frozenset({"the", "is", "are", "of", "to", "what", "which", "how", "did", "does", "for"})
_PREFIXES = (
    "zuruck",
    "weiter",
    "wieder",
    "ab",
    "an",
    "auf",
    "aus",
    "bei",
    "ein",
    "her",
    "hin",
    "mit",
    "nach",
    "um",
    "un",
    "vor",
    "weg",
    "zu",
)
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


@cache
def _own() -> frozenset[str]:
    """Words that the German lists have and the English ones lack."""
    return lower() - lexicon.english() - lexicon.functions(german=False)


def is_german(folded_words: set[str]) -> bool:
    """Whether a text is in German: by a word that English lacks, or by two that only the German list has."""
    if not _GERMAN_ONLY.isdisjoint(folded_words):
        return True
    if not _ARTICLES.isdisjoint(folded_words) and _ENGLISH_ONLY.isdisjoint(folded_words):
        return True
    return len(folded_words & _own()) > 1


@lru_cache(maxsize=4096)
def is_small(folded: str) -> bool:
    """Whether a folded word that is written small is everyday: as listed, or a listed verb with a prefix."""
    if folded in lower():
        return True
    for prefix in _PREFIXES:
        rest = folded.removeprefix(prefix)
        if rest != folded and len(rest) >= _SHORTEST_PART:
            return rest in lower() or rest.removeprefix("ge") in lower() or rest.removeprefix("zu") in lower()
    return False
