"""``<TYPE_n>`` for a value, and the value for ``<TYPE_n>``: the only way back, on parsed arguments, in one pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from edge_agent.errors import PlanRejected
from edge_agent.privacy import kinds
from edge_agent.privacy.spans import Span, without_overlap
from edge_agent.types import Redacted

STAGE: Final = "restore"

_OPEN: Final = r"(?:<|&lt;|\\u003[cC]|[＜〈⟨‹«])"
_CLOSE: Final = r"(?:>|&gt;|\\u003[eE]|[＞〉⟩›»])"
#: As it was issued; in angle brackets of any kind, however spaced; one bracket lost; other brackets.
_FORMS: Final = (
    r"<([A-Z]+)_([0-9]{1,5})>",
    rf"{_OPEN}\s{{0,3}}/?([A-Za-z]{{2,40}})[\s_-]{{0,3}}([0-9]{{1,5}})\s{{0,3}}/?{_CLOSE}",
    rf"{_OPEN}\s{{0,3}}([A-Za-z]{{2,40}})_([0-9]{{1,5}})(?![A-Za-z0-9_])",
    rf"(?<![A-Za-z0-9_])([A-Za-z]{{2,40}})_([0-9]{{1,5}})\s{{0,3}}{_CLOSE}",
    r"[\[{(]\s{0,3}([A-Za-z]{2,40})[_-]([0-9]{1,5})\s{0,3}[\]})]",
)
_BRACKETED: Final = re.compile("|".join(_FORMS))
_BARE: Final = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z]{2,40})_([0-9]{1,5})(?![A-Za-z0-9_])")
_ANY: Final = re.compile("|".join((*_FORMS, _BARE.pattern)))
#: The beginning of a placeholder that lost its number or its end.
_BEGUN: Final = re.compile(rf"{_OPEN}\s{{0,3}}/?([A-Za-z]{{2,40}})")


def look_alikes(text: str) -> list[Span]:
    """What a person typed that ``restore`` would take for a placeholder, whatever was issued."""
    return [Span(*found.span(), kinds.LITERAL) for found in _BRACKETED.finditer(text)] if _may_have(text) else []


def look_alikes_of(text: str, issued: Collection[str]) -> list[Span]:
    """What a person typed that it would take for a placeholder, given the types that are issued for this prompt."""
    found = [
        Span(*match.span(), kinds.LITERAL)
        for form in (_BARE, _BEGUN)
        for match in form.finditer(text)
        if match.group(1).upper() in issued
    ]
    return without_overlap(found)


def _may_have(text: str) -> bool:
    return any(each in text for each in "<＜〈⟨‹«[{(>＞〉⟩›»&\\")


def fill(text: str, spans: Sequence[Span]) -> Redacted:
    """Put a placeholder in place of each span (in order, apart). The same value has the same number."""
    issued: dict[str, str] = {}
    counts: dict[str, int] = {}
    parts: list[str] = []
    place = 0
    for start, end, type_ in spans:
        value = text[start:end]
        if value not in issued:
            counts[type_] = counts.get(type_, 0) + 1
            issued[value] = f"<{type_}_{counts[type_]}>"
        parts += (text[place:start], issued[value])
        place = end
    return Redacted(
        template="".join((*parts, text[place:])),
        vault={placeholder: value for value, placeholder in issued.items()},
    )


def restore(arguments: Mapping[str, Any], vault: Mapping[str, str]) -> dict[str, Any]:
    """Put the values back into a call's parsed arguments; restored text is never read again.

    Other case, spaces and brackets are forgiven. Raises ``PlanRejected`` where a placeholder is unknown, is mangled
    beyond that, or stands in a key.
    """
    types = types_of(vault)
    return {_key(name, types): _restored(value, vault, types) for name, value in arguments.items()}


def _restored(value: Any, vault: Mapping[str, str], types: Collection[str]) -> Any:
    match value:
        case str():
            return "".join(_parts(value, vault, types))
        case dict():
            return {_key(name, types): _restored(each, vault, types) for name, each in value.items()}
        case list():
            return [_restored(each, vault, types) for each in value]
        case _:
            return value


def _key(name: str, types: Collection[str]) -> str:
    if _BRACKETED.search(name) or _is_begun(name, types):
        raise PlanRejected("A placeholder can't be the name of a parameter.", stage=STAGE)
    return name


def _parts(text: str, vault: Mapping[str, str], types: Collection[str]) -> Iterator[str]:
    place = 0
    for found in _ANY.finditer(text):
        word, number = (each for each in found.groups() if each is not None)
        key = f"<{word.upper()}_{int(number)}>"
        bare = found.group() == f"{word}_{number}"
        if key in vault:
            yield _plain(text[place : found.start()], types)
            yield vault[key]
            place = found.end()
        elif not bare or word.upper() in types:
            raise PlanRejected("The plan has a placeholder that the question does not have.", stage=STAGE)
    yield _plain(text[place:], types)


def _plain(text: str, types: Collection[str]) -> str:
    if _is_begun(text, types):
        raise PlanRejected("The plan has a placeholder that is not whole.", stage=STAGE)
    return text


def _is_begun(text: str, types: Collection[str]) -> bool:
    return any(found.group(1).upper() in types for found in _BEGUN.finditer(text))


def narrow(arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Texts back to the numbers that a tool declares, where ``advertise`` had widened them.

    ``parameters``: the tool's own JSON Schema. Raises ``PlanRejected`` where a value is no such number.
    """
    properties = parameters.get("properties", {})
    return {name: _narrowed(name, value, properties.get(name, {})) for name, value in arguments.items()}


def _narrowed(name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_narrowed(name, each, schema.get("items", {})) for each in value]
    kind = schema.get("type")
    if not isinstance(value, str) or kind not in {"integer", "number"}:
        return value
    said = value.strip()
    if kind == "integer" and re.fullmatch(r"[+-]?[0-9]{1,18}", said):
        return int(said)
    if kind == "number" and re.fullmatch(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?", said):
        return float(said)
    raise PlanRejected(f'Parameter "{name}" must be of type {kind}.', stage=STAGE)


def types_of(issued: Iterable[str]) -> set[str]:
    """The types of placeholders."""
    return {placeholder[1:].rpartition("_")[0] for placeholder in issued}
