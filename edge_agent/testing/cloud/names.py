"""Names in a question: in quotes, codes, proper names, or the word after a noun."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge_agent.testing.cloud.times import is_quarter
from edge_agent.testing.cloud.words import STOP, fold, position, stem

_QUOTED = re.compile(r"[\"“„「']([^\"”“」']{1,80})[\"”“」'](?!\w)")
_CODE = re.compile(r"(?<![\w-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z-])[A-Za-z0-9][\w.-]*\w")
_PROPER = re.compile(r"(?<![\w'’-])[A-ZÄÖÜ][\w&'’.-]*(?:\s+(?:[A-ZÄÖÜ][\w&'’.-]*|\d+|of|the|de|von)(?=\s|$|[?,.!]))*")


def name_in(cues: Sequence[str], text: str, *, required: bool) -> str | None:
    """Find a name: in quotes, after the parameter's own noun, or the one proper name of the question."""
    if quoted := _QUOTED.search(text):
        return quoted.group(1).strip()
    if (code := _CODE.search(text)) and not is_quarter(code.group()):
        return code.group()
    after = position(text, [form for cue in cues for form in (cue, f"{cue}s")])
    names = [found for found in _PROPER.finditer(text) if _is_name(found, text)]
    for found in names:
        if after is not None and 0 <= found.start() - after <= 8:
            return _trimmed(found.group())
    if not required and after is None:
        return None
    if names:
        return _trimmed(names[0].group())
    return _word_after(cues, text)


def _word_after(cues: Sequence[str], text: str) -> str | None:
    """Take the plain word after ``of``, ``in``, ``for`` or the parameter's noun, where nothing better is there."""
    before = "|".join([*map(re.escape, cues), "of", "in", "for", "at", "from"])
    for found in re.finditer(rf"\b(?:{before})\s+(?:the\s+)?([a-z][\w-]+)", fold(text)):
        if found.group(1) not in STOP and stem(found.group(1)) not in map(stem, cues):
            return found.group(1)
    return None


def _is_name(found: re.Match[str], text: str) -> bool:
    word = found.group().split()[0]
    begins = found.start() == 0 or text[: found.start()].rstrip().endswith((".", "?", "!", ":"))
    if is_quarter(found.group()) or fold(word) in STOP:
        return False
    return not begins or " " in found.group()


def _trimmed(name: str) -> str:
    return re.sub(r"['’]s$|[.,?!]+$", "", name.strip())
