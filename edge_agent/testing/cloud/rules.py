"""Plans by rules over a catalogue: the tool whose words a question shares, rare words counting more."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.testing.cloud import reading
from edge_agent.testing.cloud.completions import Catalogued, Planned
from edge_agent.testing.cloud.values import Parameter, fill
from edge_agent.testing.cloud.words import STOP, stem, stems, words

#: A question is for a tool that understands so much of it, by weight of its words; else for none.
ENOUGH = 0.4
#: What a word counts by where the tool has it, and what a parameter's value found in the question adds.
_IN_NAME, _IN_PARAMETER, _IN_DESCRIPTION, _VALUE_FOUND = 2.0, 1.5, 1.0, 1.5
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_0-9]*>")
_CLAUSE = re.compile(
    r"\s*[,;]?\s+(?:and|und|sowie|as well as|also)\s+|[;?!]\s+(?=\S)|，|？|以及|"
    r"\s*,\s*(?=which|what|how|who|when|is|are)",
    re.IGNORECASE,
)
_BACK = {"its", "it", "his", "her", "their", "there", "same", "that", "this", "they", "dort", "dessen", "deren"}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool with the words that it understands."""

    name: str
    parameters: tuple[Parameter, ...]
    offer: reading.Readable | None
    weights: Mapping[str, float]
    strict: bool

    @classmethod
    def of(cls, entry: Catalogued) -> Tool:
        """Read a catalogue entry."""
        properties: Mapping[str, Any] = entry.parameters.get("properties", {})
        required = entry.parameters.get("required", ())
        offer = reading.readable(properties, entry.name)
        own = [name for name in properties if offer is None or name not in reading.NAMES]
        parameters = tuple(Parameter.of(name, properties[name], required=name in required) for name in own)
        weights: dict[str, float] = {}
        sources = [(_IN_DESCRIPTION, entry.description)]
        sources += [(_IN_DESCRIPTION, f"{field.name} {field.description}") for field in (offer.fields if offer else ())]
        sources += [(_IN_DESCRIPTION, each.description.partition("(")[0]) for each in parameters]
        sources += [(_IN_PARAMETER, f"{each.name} {' '.join(map(str, _enum(each)))}") for each in parameters]
        sources += [(_IN_NAME, entry.name)]
        for weight, text in sources:
            for each in stems(text):
                weights[each] = max(weight, weights.get(each, 0.0))
        return cls(name=entry.name, parameters=parameters, offer=offer, weights=weights, strict=entry.strict)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A tool with the values that a question gives it."""

    tool: Tool
    arguments: Mapping[str, Any]
    score: float


def plan(question: str, tools: Sequence[Catalogued], today: str) -> list[Planned]:
    """Plan a question: a call for each clause where they are for different tools; none where no tool fits."""
    known = _Known([Tool.of(entry) for entry in tools])
    clauses = [each for each in (part.strip() for part in _CLAUSE.split(question)) if each]
    matches = [(clause, best(clause, question, known, today)) for clause in clauses]
    found = [(clause, match) for clause, match in matches if match is not None]
    different = {(match.tool.name, repr(sorted(match.arguments.items()))) for _, match in found}
    if len(different) <= 1:
        whole = best(question, question, known, today)
        found = [(question, whole)] if whole else found[:1]
    calls: dict[str, Planned] = {}
    for clause, match in found:
        key = f"{match.tool.name} {sorted(match.arguments.items())}"
        calls.setdefault(key, (match.tool.name, _call(match, clause)))
    return list(calls.values())


def best(clause: str, question: str, known: _Known, today: str) -> Match | None:
    """Find the tool that understands the clause best and gets all the values that it needs."""
    matches = [match for tool in known.tools if (match := _match(clause, question, tool, known, today)) is not None]
    return max(matches, key=lambda match: match.score, default=None)


def _match(clause: str, question: str, tool: Tool, known: _Known, today: str) -> Match | None:
    arguments: dict[str, Any] = {}
    refers_back = bool(_BACK & set(words(clause)))
    for parameter in tool.parameters:
        value = fill(parameter, clause, today)
        if value is None and (parameter.required or refers_back):
            value = fill(parameter, question, today)
        if value is not None:
            arguments[parameter.name] = value
        elif parameter.required:
            return None
    rarity = known.rarity
    meant = _content(clause, tool, arguments, known)
    total = sum(rarity(word) for word in meant)
    shared = sum(rarity(word) for word in meant if word in tool.weights)
    if not total or not shared or shared / total < ENOUGH:
        return None
    score = sum(rarity(word) * tool.weights[word] for word in meant if word in tool.weights)
    return Match(tool=tool, arguments=arguments, score=score * (shared / total) + _VALUE_FOUND * len(arguments))


def _content(clause: str, tool: Tool, arguments: Mapping[str, Any], known: _Known) -> list[str]:
    """Give the words that a tool should know: no stop words, no values that it took, no cues that nobody names."""
    values = [arguments[each.name] for each in tool.parameters if each.name in arguments and not _enum(each)]
    taken = {word for value in values for word in words(_PLACEHOLDER.sub(" ", str(value)))}
    cues = {word for word in reading.cue_words(clause) if stem(word) not in known.spread}
    said = words(_PLACEHOLDER.sub(" ", clause))
    kept = [word for word in said if len(word) > 1 or not word.isascii()]
    return list(dict.fromkeys(stem(word) for word in kept if word not in STOP | taken | cues and not word.isdigit()))


class _Known:
    """The tools of a request, and how many of them know a word."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.tools = tools
        self.spread = Counter(word for tool in tools for word in tool.weights)

    def rarity(self, word: str) -> float:
        """How much a word tells: what many know tells little; what none knows tells that it is for none."""
        return math.log(1 + len(self.tools) / (self.spread[word] or 0.5))


def _enum(parameter: Parameter) -> Sequence[Any]:
    values: Sequence[Any] = parameter.schema.get("enum") or parameter.schema.get("items", {}).get("enum", ())
    return values


def _call(match: Match, clause: str) -> dict[str, Any]:
    arguments = dict(match.arguments)
    if match.tool.offer is not None:
        arguments |= reading.read(match.tool.offer, clause)
    if match.tool.strict:  # as a real strict endpoint has it: an optional parameter that isn't set is null
        names = [each.name for each in match.tool.parameters]
        names += reading.NAMES if match.tool.offer is not None else ()
        arguments |= {name: None for name in names if name not in arguments}
    return arguments
