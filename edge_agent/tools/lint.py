"""Signatures leave for the cloud: warn of texts in them that look like data."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

log = logging.getLogger(__name__)

_LOOKS_LIKE_DATA = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\d(?:[ -]?\d){6,}")
#: A schema's own machinery, no text of the operator's about the data.
_MACHINERY = frozenset({"pattern", "type", "format", "required", "minimum", "maximum"})


def warn(tool: str, description: str, parameters: Mapping[str, Any]) -> None:
    """Log one warning for each key whose text looks like data; the text itself isn't repeated."""
    keys = [key for key, text in _texts("parameters", parameters) if _LOOKS_LIKE_DATA.search(text)]
    for key in [*(["description"] if _LOOKS_LIKE_DATA.search(description) else []), *dict.fromkeys(keys)]:
        log.warning("signature_looks_like_data", extra={"tool": tool, "key": key})


def _texts(key: str, node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, below in node.items():
            if name not in _MACHINERY or isinstance(below, Mapping):
                yield from _texts(f"{key}.{name}", below)
    elif isinstance(node, list):
        for below in node:
            yield from _texts(key, below)
    elif isinstance(node, str | int | float) and not isinstance(node, bool):
        yield key, str(node)
