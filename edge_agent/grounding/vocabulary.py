"""Words from nowhere: names that the facts don't hold, and content that nobody asked for."""

from __future__ import annotations

import re
from typing import Final

from edge_agent.grounding.asked import FAMILY, Asked
from edge_agent.grounding.bind import Rows
from edge_agent.grounding.scan import Scan, Word
from edge_agent.language import lexicon, units
from edge_agent.language.folding import HAN_RUN, has_han, stem

_NO_NAME_ENDINGS: Final = ("ed", "ing", "ly")
_ARTICLE: Final = re.compile(r"\b(?:der|die|das|dem|den|des|eine?[mnrs]?)\s$")
#: A German word of more letters may be a compound; a part of so many letters is enough to know it by.
_COMPOUND: Final = 7
_COMPOUND_PART: Final = 5
_ANSWER: Final = frozenset(stem(word) for word in lexicon.ANSWER)
_CLAIMS: Final = (
    lexicon.ENGLISH | lexicon.GERMAN | lexicon.NEGATIONS | lexicon.YES | lexicon.NO | lexicon.HIGHEST | lexicon.LOWEST
    | lexicon.GREATER | lexicon.LESS | lexicon.ABOUT
    | lexicon.AVERAGES | lexicon.STARTERS
)  # fmt: skip


def strange(scan: Scan, rows: Rows, asked: Asked) -> list[Word]:
    """The words of a clause that come from neither question, fields, arguments nor the records it speaks of."""
    latin = [word for word in scan.words if not has_han(word.text)]
    first = next((word.start for word in latin), 0)
    return [
        word
        for word in latin
        if not _known(word, rows, asked, scan.language, name=word.capital and word.start != first)
    ]


def _known(word: Word, rows: Rows, asked: Asked, language: str, *, name: bool) -> bool:
    text, short = word.text, stem(word.text)
    if len(text) == 1 or text in _CLAIMS or short in _ANSWER or short in asked.known or units.known(text) is not None:
        return True
    if asked.known_of.get(short, frozenset()) & rows:
        return True
    if not name and len(text) > FAMILY and text[:FAMILY] in asked.families:
        # "Installed" is of "installation".
        return True
    if language == "de" and len(text) > _COMPOUND:
        return any(
            len(part) >= _COMPOUND_PART and (text.startswith(part) or text.endswith(part)) for part in asked.known
        )
    return False


def about(scan: Scan, asked: Asked) -> bool:
    """Whether a clause has a content word of question, tool, arguments or fields."""
    return any(stem(word.text) in asked.known for word in scan.words) or any(mention.free for mention in scan.mentions)


def unfounded(scan: Scan, asked: Asked) -> str | None:
    """Words that claim what only the question or a computed value may say: a day, a mean, a number that isn't read."""
    question, text = {word.text for word in asked.question.words}, scan.bare
    said = {word.text for word in scan.words} - question
    if said & lexicon.RELATIVE or any(
        mark in text for mark in lexicon.RELATIVE_ZH if mark not in asked.question.folded
    ):
        return "a day that the facts don't hold"
    if not any(fact.reading.reduce == "mean" for fact in asked.facts.found) and _means(scan, said, asked):
        return "a mean that wasn't computed"
    if said & lexicon.SAMENESS or any(
        mark in text for mark in lexicon.SAMENESS_ZH if mark not in asked.question.folded
    ):
        return "a likeness that the facts don't show"
    if said & lexicon.UNREAD or (set(text) & lexicon.UNREAD_ZH) - set(asked.question.folded):
        return "a number that can't be read"
    return None


def _means(scan: Scan, said: set[str], asked: Asked) -> bool:
    """Whether a clause speaks of a mean that is neither asked for nor a field."""
    stems = {one for column in asked.columns.values() for one in (*column.stems, *column.described)}
    told = asked.question.folded + "".join(column.phrase for column in asked.columns.values())
    return any(stem(word) not in stems for word in said & lexicon.AVERAGES) or any(
        mark in scan.bare and mark not in told for mark in lexicon.AVERAGES_ZH
    )


def strange_name(scan: Scan, words: list[Word], *, named: bool) -> str | None:
    """A capitalised word from nowhere.

    In German a noun is none right before a record's name ("Maschine Presse 3"), nor, where the clause is ``named``
    after its one record, behind an article ("der Hersteller von C18").
    """
    german = scan.language == "de"
    heads = {mention.start for mention in scan.mentions if mention.entity} if german else set()
    first = next((word.start for word in scan.words), 0)
    shouted = scan.text.isupper()
    for word in scan.words:
        # "US" is no "us".
        end = word.start + len(word.text)
        if not shouted and len(word.text) > 1 and scan.text[word.start : end].isupper() and word.text in _CLAIMS:
            return word.text
    for word in words:
        if word.start == first and word.text.endswith(_NO_NAME_ENDINGS) and scan.language == "en":
            continue
        noun = german and named and _ARTICLE.search(scan.folded[: word.start]) is not None
        if word.capital and len(word.text) > 1 and word.start + len(word.text) + 1 not in heads and not noun:
            return word.text
    return None


def strange_han(scan: Scan, rows: Rows, asked: Asked) -> int:
    """How many Chinese characters of a clause come from nowhere."""
    return sum(
        character not in asked.known_han and not asked.known_of.get(character, frozenset()) & rows
        for run in HAN_RUN.findall(scan.bare)
        for character in run
    )


def stems(scan: Scan) -> set[str]:
    """All content of a clause, mentions included."""
    return {stem(word) for word in re.findall(r"[^\W\d_]+", scan.folded)}
