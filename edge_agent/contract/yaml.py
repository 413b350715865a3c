"""Writes plain data as YAML 1.2 that people like to read: keys in order, quotes only where they are needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

#: Text that means itself without quotes; words that YAML reads as something else are left out below.
_PLAIN = re.compile(r"[A-Za-z/$](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029:#]|:(?=\S)|(?<=\S)#)*(?<!\s)")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def to_yaml(value: dict[str, Any]) -> str:
    """Write dicts, lists, texts, numbers, booleans and None."""
    return "\n".join(_lines(value, 0)) + "\n"


def _lines(value: Any, level: int) -> Iterator[str]:
    pad = "  " * level
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{pad}{_scalar(key)}:", item, level + 1)
    else:
        for item in value:
            if _nested(item):
                first, *rest = _lines(item, level + 1)
                yield f"{pad}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{pad}- {_scalar(item)}"


def _entry(head: str, item: Any, level: int) -> Iterator[str]:
    if _nested(item):
        yield head
        yield from _lines(item, level)
    elif isinstance(item, str) and _is_block(item):
        yield f"{head} |-"
        yield from ("  " * level + line if line else "" for line in item.split("\n"))
    else:
        yield f"{head} {_scalar(item)}"


def _nested(item: Any) -> bool:
    return isinstance(item, dict | list) and bool(item)


def _is_block(text: str) -> bool:
    """Whether lines can stand as they are: none is indented, none ends with a space, the last isn't empty."""
    lines = text.split("\n")
    return len(lines) > 1 and bool(lines[0] and lines[-1]) and all(line == line.strip() for line in lines)


def _scalar(item: Any) -> str:
    if isinstance(item, str) and _PLAIN.fullmatch(item) and item.lower() not in _NOT_TEXT:
        return item
    return json.dumps(item, ensure_ascii=False)
