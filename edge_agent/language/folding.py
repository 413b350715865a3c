"""Text made comparable: one form, no accents, no case, the same length as before."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from edge_agent.language import lexicon

Language = Literal["en", "de", "zh"]

#: Apostrophe stands for the spaces that some locales put between thousands, so that they survive NFKC.
_THOUSANDS_SPACE = re.compile("(?<=\\d)[\u00a0\u202f\u2009'’](?=\\d{3}(?!\\d))")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MARKUP = re.compile(r"[*`#]{1,3}")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
HAN_RUN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
#: A Latin word (hyphens split it) or one Han character.
WORD: Final = re.compile(r"[^\W\d_\u3400-\u4dbf\u4e00-\u9fff]+|[\u3400-\u4dbf\u4e00-\u9fff]")
_ENDINGS: Final = ("ing", "ed", "es", "en", "er", "em", "e", "n", "s")
_SHORTEST_STEM: Final = 4


def normal(text: str) -> str:
    """NFKC without invisible characters and markup. Thousands' spaces become apostrophes."""
    text = _THOUSANDS_SPACE.sub("'", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
        text = text.replace("−", "-").replace("–", "-").replace("—", "-").replace("‑", "-").replace("’", "'")
    return _MARKUP.sub(lambda found: " " * len(found.group()), text)


@lru_cache(maxsize=4096)
def _base(character: str) -> str:
    plain = unicodedata.normalize("NFD", character)[0].lower()
    return plain if len(plain) == 1 else character


def fold(text: str) -> str:
    """Lower case without accents, character by character: offsets stay those of ``text`` (after ``normal``)."""
    return text.lower() if text.isascii() else "".join(map(_base, text))


def has_han(text: str) -> bool:
    """Whether any Chinese character occurs."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The part of a folded word that inflection leaves alone, roughly: enough to compare two words of one text."""
    stripped = True
    while stripped:
        stripped = False
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
                word, stripped = word[: -len(ending)], True
                break
    return word[:-1] + "i" if word.endswith("y") else word


def words(folded: str) -> list[str]:
    """The Latin words of a folded text; Chinese has none."""
    return [found for found in WORD.findall(folded) if not _HAN.match(found)]


def _says_language(word: str) -> bool:
    """Whether a word can tell a language: names with digits ("IT-101") can't."""
    return not any(map(str.isdigit, word))


def language_of(text: str, default: str = "en") -> Language:
    """The language a text is in, by its function words; ``default`` is a locale such as ``de-AT``."""
    han = _HAN.findall(text)
    if han and (default[:2].lower() == "zh" or lexicon.FUNCTION_ZH & set(han) or len(han) > len(words(fold(text)))):
        return "zh"
    found = {word for word in words(" ".join(filter(_says_language, fold(normal(text)).split()))) if len(word) > 1}
    german, english = len(found & lexicon.GERMAN), len(found & lexicon.ENGLISH)
    if german != english:
        return "de" if german > english else "en"
    start = default[:2].lower()
    return "de" if start == "de" else "zh" if start == "zh" else "en"
