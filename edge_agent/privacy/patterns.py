"""Patterns that an operator declares for a parameter, in linear time: the one importer of RE2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from edge_agent.errors import ConfigError
from edge_agent.messages import ToolSignature
from edge_agent.privacy import kinds
from edge_agent.privacy.spans import Span

#: What default-deny lets pass anyway: a pattern that takes one of these is for quantities, not for identities.
_PLAIN = ("24h", "7d", "12", "2026-01-31", "Q2", "word", "2026", "3.5", "2026-01-31T08:00:00Z")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Values of this form belong to a parameter. ``regex``: RE2 syntax, for the whole value."""

    parameter: str
    regex: str

    @property
    def type(self) -> str:
        """The type of its placeholders."""
        return kinds.of_parameter(self.parameter)


def declared(signatures: Sequence[ToolSignature]) -> list[Pattern]:
    """The patterns that the tools declare for their parameters, but for those that dates and quantities satisfy."""
    found: dict[Pattern, None] = {}
    for signature in signatures:
        for name, schema in signature.parameters.get("properties", {}).items():
            regex = pattern_of(schema)
            if regex is not None and is_identity(regex):
                found[Pattern(parameter=name, regex=regex)] = None
    return list(found)


def pattern_of(schema: Any) -> str | None:
    """The pattern of a parameter that is a free string, or of such a list's items."""
    if not isinstance(schema, dict) or "enum" in schema or "format" in schema:
        return None
    if "items" in schema:
        return pattern_of(schema["items"])
    regex = schema.get("pattern")
    return regex if isinstance(regex, str) else None


def may_identify(schema: Mapping[str, Any]) -> bool:
    """Whether a parameter takes free text that may be a value which stays here: no enum, date or span."""
    if schema.get("type") != "string" or "enum" in schema or "format" in schema:
        return False
    regex = pattern_of(schema)
    return regex is None or is_identity(regex)


def is_identity(regex: str) -> bool:
    """Whether a pattern is for values that stay here: no word, number, span or date satisfies it."""
    whole = _compiled(regex)
    return not any(whole.search(each) for each in _PLAIN)


def compiled(patterns: Iterable[Pattern]) -> list[tuple[Any, str]]:
    """Compile for ``found``. Raises ``ConfigError``."""
    return [(_compiled(_inner(each.regex), each.parameter), each.type) for each in patterns]


def found(text: str, compiled_patterns: Sequence[tuple[Any, str]]) -> list[Span]:
    """Every whole value of a declared form, whatever its case. Edges are letters, digits, ``_`` of the same script."""
    return [
        Span(match.start(), match.end(), type_)
        for regex, type_ in compiled_patterns
        for match in regex.finditer(text)
        if match.end() > match.start() and _edged(text, match.start(), match.end())
    ]


def _edged(text: str, start: int, end: int) -> bool:
    r"""Whether no ASCII word goes on. Written out: ``\b`` never fires between a Han character and a digit."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and _WORD.match(before)) and not (after.isascii() and _WORD.match(after))


def _inner(regex: str) -> str:
    """Without the anchors of a whole value, and for any case: ``so-10135`` is an order's number too."""
    inner = regex.removeprefix("^")
    inner = inner if inner.endswith("\\$") else inner.removesuffix("$")
    return f"(?i:{inner})"


def _compiled(regex: str, parameter: str = "") -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(regex, options)
    except re2.error as error:
        raise ConfigError(f"{parameter or regex}: the pattern can't be used (RE2 syntax, no look-around)") from error
