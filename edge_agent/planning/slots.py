"""Slots of a pinned plan: ``{site}`` in a question, typed by the parameter of the tool that it feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from edge_agent.errors import ConfigError
from edge_agent.planning.questions import Token, tokens
from edge_agent.types import Tool

#: What a slot takes: a number; one of listed values; a code that its parameter checks; any words.
Kind = Literal["integer", "number", "choice", "code", "words"]

_INTEGER: Final = re.compile(r"[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_SLOT: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")
#: Words that a slot for any words takes at most.
MOST_WORDS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for a value. ``feeds``: the parameters it fills, each of which must take the value."""

    name: str
    kind: Kind
    feeds: tuple[tuple[Tool, str], ...]
    #: Folded words → the value as the tool wants it.
    choices: Mapping[tuple[str, ...], Any]

    @property
    def most(self) -> int:
        """Tokens that a value may have."""
        match self.kind:
            case "choice":
                return max(map(len, self.choices), default=1)
            case "words":
                return MOST_WORDS
            case _:
                return 1

    def value(self, taken: Sequence[Token]) -> Any:
        """Read tokens as a value that every fed parameter takes; None where they are none."""
        return next((value for value in self._readings(taken) if self._takes(value)), None)

    def _readings(self, taken: Sequence[Token]) -> Iterator[Any]:
        text = taken[0].text
        match self.kind:
            case "integer" if _INTEGER.fullmatch(text):
                yield int(text)
            case "number" if _NUMBER.fullmatch(text):
                yield float(text)
            case "choice":
                if (found := self.choices.get(tuple(token.word for token in taken))) is not None:
                    yield found
            case "code":
                # "so-10135" means SO-10135, but "for" is no code FOR.
                yield from dict.fromkeys((text, text.upper(), text.lower()) if taken[0].is_code else (text,))
            case "words":
                yield " ".join(token.text for token in taken)

    def _takes(self, value: Any) -> bool:
        return not any(
            tool.broken({name: [value] if takes_list(tool.parameters["properties"][name]) else value})
            for tool, name in self.feeds
        )


def slot_name(value: Any) -> str | None:
    """Read the name of the slot that an argument is: ``"{site}"``; None for an ordinary value."""
    found = _SLOT.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


def pieces(pattern: str) -> list[Token | str]:
    """Cut a pattern: literal tokens, and names of slots. Raises ValueError for a stray brace."""
    found: list[Token | str] = []
    for index, part in enumerate(_SLOT.split(pattern)):
        if index % 2:
            found.append(part)
        elif "{" in part or "}" in part:
            raise ValueError("a slot is written {name}")
        else:
            found += tokens(part)
    return found


def slot(name: str, feeds: Sequence[tuple[Tool, str]], *, where: str) -> Slot:
    """Type a slot by what it feeds. Raises ``ConfigError`` for a parameter that no words of a question can fill."""
    tool, parameter = feeds[0]
    schema = _plain(tool.parameters["properties"][parameter])
    choices = {tuple(token.word for token in tokens(str(value))): value for value in schema.get("enum", ())}
    kind = _kind(schema)
    if kind is None:
        raise ConfigError(f'{where}: slot {{{name}}}: "{parameter}" of tool "{tool.name}" is no number and no text')
    return Slot(name=name, kind=kind, feeds=tuple(feeds), choices=choices)


def takes_list(schema: Mapping[str, Any]) -> bool:
    """Whether a parameter takes a list."""
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))


def _kind(schema: Mapping[str, Any]) -> Kind | None:
    if "enum" in schema:
        return "choice"
    match schema.get("type"):
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "string":
            return "code" if "pattern" in schema or "format" in schema else "words"
    return None


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that isn't null, or of a list's items."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    plain: Mapping[str, Any] = options[0] if options else schema
    return plain["items"] if plain.get("type") == "array" and "items" in plain else plain
