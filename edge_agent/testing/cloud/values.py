"""Parameter values out of a question, by what the parameter says of itself: enum, pattern, type, name, description."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent.testing.cloud.names import name_in
from edge_agent.testing.cloud.times import candidates, day_of, quarter_of, year_of
from edge_agent.testing.cloud.words import STOP, SYNONYMS, any_of, fold, stem, stems, words

Schema = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*?)_?(\d+)>")
_NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w-])")
_LIMITS = ("limit", "top", "count", "n", "rows", "max_results")
_ABOVE = ("above", "over", "more than", "at least", "greater than", "exceeding", "minimum", "min", "mehr als", "超过")
_BELOW = ("below", "under", "less than", "at most", "fewer than", "maximum", "max", "weniger als", "低于")
_NO = ("not", "no", "without", "never", "nicht", "kein", "keine", "没有")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter, with what strict mode has moved to its description brought back."""

    name: str
    schema: Schema
    required: bool

    @classmethod
    def of(cls, name: str, schema: Schema, *, required: bool) -> Parameter:
        """Read a property of a function's parameters. A strict one is required and nullable where it is optional."""
        optional_by_null = False
        options = schema.get("anyOf")
        if options:
            optional_by_null = {"type": "null"} in options
            real = [each for each in options if each.get("type") != "null"]
            schema = {**schema, **(real[0] if real else {})}
        kinds = schema.get("type")
        if isinstance(kinds, list):
            optional_by_null = "null" in kinds
            schema = {**schema, "type": next((kind for kind in kinds if kind != "null"), "string")}
        if "enum" in schema:
            schema = {**schema, "enum": [each for each in schema["enum"] if each is not None]}
        for key in ("pattern", "format"):
            if key not in schema and (said := _said(str(schema.get("description", "")), key)) is not None:
                schema = {**schema, key: said}
        return cls(name=name, schema=schema, required=required and not optional_by_null)

    @property
    def description(self) -> str:
        """What it says of itself."""
        return str(self.schema.get("description", ""))

    @property
    def cues(self) -> list[str]:
        """The nouns that stand next to its value in a question: ``site`` for ``site_id``."""
        cues = [word for word in words(self.name) if word not in {"id", "name", "number", "no", "min", "max", "the"}]
        return cues or words(self.name)


def fill(parameter: Parameter, text: str, today: str) -> Any:
    """Find the value that this text gives to the parameter, or ``None``."""
    schema = parameter.schema
    if schema.get("type") == "array":
        items = Parameter(name=parameter.name, schema=schema.get("items", {}), required=parameter.required)
        if "enum" in items.schema:
            return _named(items.schema["enum"], text) or None
        found = fill(items, text, today)
        return None if found is None else [found]
    if "enum" in schema:
        return _enumerated(schema["enum"], text, today)
    match schema.get("type", "string"):
        case "boolean":
            return _boolean(parameter, text)
        case "integer" | "number":
            return _number(parameter, text, today)
        case _:
            return _text(parameter, text, today)


def _enumerated(values: list[Any], text: str, today: str) -> Any:
    if named := _named(values, text):
        return named[0]
    return next((each for each in candidates(text, today) for value in values if value == each), None)


def _named(values: list[Any], text: str) -> list[Any]:
    """Give the values of an enum that the text names, the longest first."""
    said = set(stems(text))
    placeholders = {found.group() for found in _PLACEHOLDER.finditer(text)}
    named = [value for value in values if str(value) in placeholders or _stands(fold(str(value)), text, said)]
    return sorted(named, key=lambda value: -len(str(value)))


def _stands(value: str, text: str, said: set[str]) -> bool:
    """Whether a value stands in the text: as it is, or in other forms of its words."""
    if not value or value in STOP:
        return False
    if re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", fold(text)):
        return True
    meant = stems(value)
    return bool(meant) and not any(map(str.isdigit, value)) and said.issuperset(meant)


def _boolean(parameter: Parameter, text: str) -> bool | None:
    if any(f"un{cue}" in words(text) for cue in parameter.cues):
        return False
    named = [cue for cue in parameter.cues if stem(cue) in stems(text)]
    if not named:
        return None
    return not any_of(text, [f"{no} {cue}" for no in _NO for cue in named])


def _number(parameter: Parameter, text: str, today: str) -> int | float | None:
    whole = parameter.schema.get("type") == "integer"
    name = fold(parameter.name)
    if "quarter" in name and (quarter := quarter_of(text)):
        return int(quarter)
    if "year" in name:
        return year_of(text, today)
    if name in _LIMITS and (found := re.search(r"\b(?:top|first|best)\s+(\d+)|\b(\d+)\s+most\b", fold(text))):
        return int(found.group(1) or found.group(2))
    cues: list[str] = list(parameter.cues)
    if re.search(r"min|above|over|threshold|least|from", name):
        cues = list(_ABOVE)
    elif re.search(r"max|below|under|most", name):
        cues = list(_BELOW)
    if name in _LIMITS:
        return None
    after = _after(cues, text, whole=whole)
    return _only(text, whole=whole) if after is None and parameter.required else after


def _only(text: str, *, whole: bool) -> int | float | None:
    """Take the one number of a text, where it is the only one and tells no year."""
    found = [each.group() for each in _NUMBER.finditer(text)]
    if (
        len(found) != 1
        or (whole and "." in found[0])
        or (len(found[0]) == len("2026") and found[0][:2] in ("19", "20"))
    ):
        return None
    return int(found[0]) if whole else float(found[0])


def _after(cues: list[str], text: str, *, whole: bool) -> int | float | None:
    """Read the number that follows a cue word: ``site 12``, ``site no. 12``, ``above 80``."""
    number = r"-?\d+" if whole else r"-?\d+(?:\.\d+)?"
    spelled = [cue for each in cues for cue in ([each, f"{each}s", *_synonyms(each)])]
    for cue in spelled:
        edge = r"(?<![a-z])" if cue.isascii() else ""
        between = r"\s*(?:number|id|no\.?|nr\.?|nummer|#|:|is|of)?\s*#?\s*"
        found = re.search(rf"{edge}{re.escape(cue)}{between}({number})(?![a-z0-9_-])", fold(text))
        if found:
            return int(found.group(1)) if whole else float(found.group(1))
    return None


def _synonyms(cue: str) -> list[str]:
    return [word for word in SYNONYMS.get(stem(cue), ()) if word != cue]


def _text(parameter: Parameter, text: str, today: str) -> str | None:
    pattern = parameter.schema.get("pattern")
    if placeholder := _placeholder(parameter, text):
        return placeholder
    if parameter.schema.get("format") in {"date", "date-time"}:
        return day_of(parameter.name, text, today)
    if pattern is None:
        return name_in(parameter.cues, text, required=parameter.required)
    forms = list(candidates(text, today))
    if _is_lookback(parameter, pattern):
        return next((each for each in forms if re.fullmatch(r"\d+[a-z]+", each) and re.search(pattern, each)), None)
    if matching := _matching(pattern, text):
        return matching[-1] if words(parameter.name)[0] in {"to", "until", "target"} else matching[0]
    return next((each for each in forms if re.search(pattern, each)), None)


def _matching(pattern: str, text: str) -> list[str]:
    """Find what has the form of the pattern: as it is, else in the case that the pattern wants."""
    inner = pattern.removeprefix("^").removesuffix("$")
    edged = rf"(?<![\w-])(?:{inner})(?![\w-])"
    exact = [found.group() for found in re.finditer(edged, text) if re.search(r"[\dA-Z]", found.group())]
    if exact:
        return exact
    spelled = [found.group() for found in re.finditer(edged, text, re.IGNORECASE) if re.search(r"\d", found.group())]
    return [form for said in spelled for form in (said.upper(), said.lower()) if re.search(pattern, form)]


def _placeholder(parameter: Parameter, text: str) -> str | None:
    """Copy a placeholder whose kind is named by the parameter, or the only one there is."""
    found = list(_PLACEHOLDER.finditer(text))
    near = set(stems(f"{parameter.name} {parameter.description}"))
    for each in found:
        if set(stems(each.group(1).replace("_", " "))) & near:
            return each.group()
    return found[0].group() if len(found) == 1 and parameter.required else None


def _is_lookback(parameter: Parameter, pattern: str) -> bool:
    try:
        return bool(re.search(pattern, "24h")) and not re.search(pattern, "word")
    except re.error:
        return any(cue in {"since", "lookback", "window", "period"} for cue in parameter.cues)


def _said(description: str, key: str) -> str | None:
    """Read back what strict mode has moved into a description: ``pattern: "^[A-Z]+$"``."""
    at = description.find(f'{key}: "')
    if at < 0:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(description[at + len(key) + 2 :])
    except ValueError:
        return None
    return str(value)
