"""Structural placeholders: ``{{name}}`` is a whole string, replaced by a typed value; ``{{name?}}`` may be absent.

Nothing is ever put into a text or a key, so no argument can change the shape of what is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

#: What a placeholder can name.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_WHOLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})(\?)?\s*\}\}")


class Absent(Enum):
    """What an optional placeholder without an argument gives."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for a value. ``operator``: the nearest key above it where that is one, such as ``$gte``."""

    name: str
    optional: bool
    operator: str | None = None
    #: In an expression, where a string that starts with ``$`` would read a field.
    literal: bool = False


def placeholder(text: str) -> tuple[str, bool] | None:
    """Read a string: its name and whether it is optional; None for ordinary text. ValueError for a part of a text."""
    if whole := _WHOLE.fullmatch(text):
        return whole[1], whole[2] is not None
    if "{{" in text or "}}" in text:
        raise ValueError("a placeholder is a whole string of its own, such as {{name}} or {{name?}}")
    return None


def slots(template: Any) -> Iterator[Slot]:
    """Find every slot of a template."""
    if isinstance(template, Slot):
        yield template
    elif isinstance(template, dict):
        for below in template.values():
            yield from slots(below)
    elif isinstance(template, list):
        for below in template:
            yield from slots(below)


def fill(template: Any, value: Callable[[Slot], Any]) -> Any:
    """Put values in. A clause that is absent is dropped, and a dict or list that this leaves empty too (``ABSENT``)."""
    if isinstance(template, Slot):
        return value(template)
    if isinstance(template, dict):
        filled = {key: each for key, below in template.items() if (each := fill(below, value)) is not ABSENT}
        return filled if filled or not template else ABSENT
    if isinstance(template, list):
        items = [each for below in template if (each := fill(below, value)) is not ABSENT]
        return items if items or not template else ABSENT
    return template
