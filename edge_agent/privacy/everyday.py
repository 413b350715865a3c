"""Whether a word is an everyday one where it stands, or a name: ``will``, ``May``, ``rose``, ``Bauer``."""

from __future__ import annotations

from typing import Final

from edge_agent.privacy import german, lexicon, quantities
from edge_agent.privacy.page import Page

_CLITICS: Final = frozenset({"s", "t", "d", "ll", "re", "ve", "m"})
CALENDAR: Final = lexicon.sections("cues.txt")["calendar"]
NAMESAKES: Final = frozenset({"april", "may", "june", "august", "march", "mai", "jan", "sun", "jun"})
_BEFORE_MONTH: Final = lexicon.sections("cues.txt")["before month"]
AUXILIARIES: Final = frozenset({"will", "may"})
_AFTER_AUXILIARY: Final = lexicon.sections("cues.txt")["after auxiliary"]
_EVERYDAY: Final = lexicon.sections("cues.txt")["everyday"]
_AUXILIARY_VERBS: Final = lexicon.sections("cues.txt")["auxiliary"]
_ACRONYMS: Final = frozenset(
    {"ID", "IDS", "OK", "FAQ", "PDF", "CSV", "TV", "PC", "USB", "GPS", "VAT", "CEO", "FYI", "ASAP", "EUR", "USD"}
)


def is_named(page: Page, place: int, plain: str, *, possessive: bool) -> bool:
    """``Will`` and ``May``: a name unless they begin a question."""
    if plain.islower():
        return possessive or _stands_as_name(page, place)
    return not (page.begins_sentence(place) and page.folded(place + 1) in _AFTER_AUXILIARY)


def is_everyday(page: Page, place: int, plain: str, folded: str, *, possessive: bool) -> bool:
    """Whether a word (without a clitic) is an everyday one where it stands, in the case in which it is written."""
    if len(plain) == 1:
        return _is_single_letter(page, place, plain, folded)
    if plain.islower():
        return _is_small_word(page, place, plain, folded, possessive=possessive)
    if folded in lexicon.names("title"):
        return True
    if plain in _ACRONYMS or (plain.isupper() and folded in quantities.UNITS and page.folded(place - 1).isdigit()):
        return True
    if not plain[1:].islower():
        return False
    if folded in CALENDAR:
        return folded not in NAMESAKES or _is_month(page, place)
    if page.german and german.is_noun(folded):
        return True
    begins = page.begins_sentence(place) and folded not in lexicon.names("double") and not possessive
    return begins and _is_small_word(page, place, plain, folded, possessive=False)


def _is_single_letter(page: Page, place: int, plain: str, folded: str) -> bool:
    if folded == "e" and page.folded(place + 1) == "mail":
        return True
    if plain in "CF" and page.text[page.tokens[place].start - 1] == "°":
        return True
    return plain in "aI" or (plain == "A" and page.begins_sentence(place)) or (folded in _CLITICS and plain.islower())


def _is_small_word(page: Page, place: int, plain: str, folded: str, *, possessive: bool) -> bool:
    if folded in lexicon.names("rare"):
        return False
    if folded in quantities.UNITS and page.folded(place - 1)[-1:].isdigit():
        return True
    if folded in lexicon.names("double") and (possessive or _stands_as_name(page, place)):
        return False
    if plain.isascii() and (folded in lexicon.english() or folded in _EVERYDAY):
        return True
    if not page.german:
        return folded in CALENDAR
    # With a prefix only where it is written small: "Andrei" is not "an" and "drei".
    return (german.is_small(folded) if plain.islower() else folded in german.lower()) or german.is_noun(folded)


def _is_month(page: Page, place: int) -> bool:
    before, after = page.folded(place - 1), page.folded(place + 1)
    return before in _BEFORE_MONTH or before.rstrip("stndrh").isdigit() or after.rstrip("stndrh").isdigit()


def _stands_as_name(page: Page, place: int) -> bool:
    """Whether a small word that is also a name is treated as one: ``order for rose``, ``mr may``, ``has mark paid``."""
    folded, before, after = page.folded(place), page.folded(place - 1), page.folded(place + 1)
    if before in lexicon.names("title"):
        return True
    if before in _AUXILIARY_VERBS and not after[:1].isdigit():  # a thing would have an article
        return True
    if folded in NAMESAKES or after[:1].isdigit():
        return False
    if after and after not in page.functions and (lexicon.is_name(after) or not _is_known(page, after)):
        return True
    if before and before.isalpha() and (before in lexicon.names("rare") or not _is_known(page, before)):
        return folded not in AUXILIARIES
    cues = lexicon.names("preposition") if folded in AUXILIARIES else lexicon.names("before")
    return before in cues and (not after or after in page.functions or page.ends_sentence(place))


def _is_known(page: Page, folded: str) -> bool:
    return (
        folded in page.vocabulary.own
        or folded in lexicon.english()
        or folded in page.functions
        or (page.german and german.is_small(folded))
    )
