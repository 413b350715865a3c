"""The types of placeholders: one upper-case word each, none the end of another."""

from __future__ import annotations

import re
from typing import Final

EMAIL: Final = "EMAIL"
PHONE: Final = "PHONE"
IBAN: Final = "IBAN"
CARD: Final = "CARD"
ADDRESS: Final = "HOST"
IDENTITY: Final = "IDENTITY"
URL: Final = "URL"
#: By form alone: letters with a capital, other letters, digits, letters with digits, a day.
NAME: Final = "NAME"
WORD: Final = "WORD"
NUMBER: Final = "NUMBER"
CODE: Final = "CODE"
DATE: Final = "DATE"
#: What a person typed that looks like a placeholder.
LITERAL: Final = "LITERAL"

FORMS: Final = (EMAIL, PHONE, IBAN, CARD, ADDRESS, IDENTITY, URL, NAME, WORD, NUMBER, CODE, DATE, LITERAL)

_EMPTY = frozenset({"ID", "NO", "NR", "NUM", "THE", "KEY", "REF", "IS", "EQ"})


def of_parameter(name: str) -> str:
    """The type of what a parameter takes: ``order_id`` → ``ORDER``, ``customerNumber`` → ``CUSTOMERNUMBER``."""
    parts = [part.upper() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    word = "".join(part for part in parts if part not in _EMPTY) or "".join(parts) or "VALUE"
    # No type may be the end of another, or a cut placeholder would be read as another one.
    clashes = any(word != form and (word.endswith(form) or form.endswith(word)) for form in FORMS)
    return f"{word}X" if clashes else word


def nouns(name: str) -> list[str]:
    """The words of a parameter's name after which its value may stand: ``site_id`` → site."""
    parts = [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return [part for part in parts if part.upper() not in _EMPTY and part != "name"]
