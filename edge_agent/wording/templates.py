"""An operator's own answer, filled from the facts: exact, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from edge_agent.types import AnswerTemplate, Fact, Facts, Field, Gap, Tool
from edge_agent.wording.plain import searched
from edge_agent.wording.values import Tongue, tongue


def in_own_words(facts: Facts, tools: Mapping[str, Tool], *, zone: tzinfo) -> str | None:
    """Say all that was found in the operator's words; None where one tool's records have no such answer."""
    if not facts.found:
        return None
    speak = tongue(facts, zone)
    said: list[str] = []
    for fact in facts.found:
        answers = tools[fact.tool].answers if fact.tool in tools else {}
        template = answers.get(speak.language) or answers.get("")
        text = fill(template, fact, speak) if template else None
        if text is None:
            return None
        said.append(text)
    return " ".join([*said, *dict.fromkeys(searched(fact, speak) for fact in facts.empty)])


def fill(template: AnswerTemplate, fact: Fact, speak: Tongue) -> str | None:
    """Say a fact in the operator's words; None where the template doesn't say what was asked, or lacks a value."""
    gaps = [piece for piece in template if isinstance(piece, Gap)]
    if not _says_what_was_asked(gaps, fact):
        return None
    said: list[str] = []
    for piece in template:
        text = piece if isinstance(piece, str) else _value(piece, fact, speak)
        if text is None:
            return None
        said.append(text)
    return "".join(said)


def _says_what_was_asked(gaps: list[Gap], fact: Fact) -> bool:
    """Whether the reading is the one that the template's words are about, and every asked field is named in it."""
    reading = fact.reading
    of_records = {gap.of for gap in gaps} - {"given"}
    if reading.reduce == "count":
        return of_records == {"count"}
    if reading.reduce == "first" and reading.by is None:
        return of_records <= {"first"} and bool(of_records)
    named = {gap.name for gap in gaps if gap.of != "given"} | {field.name for field in fact.fields if field.label}
    return reading.reduce == "none" and set(reading.fields) <= named


def _value(gap: Gap, fact: Fact, speak: Tongue) -> str | None:
    """The words for a gap; None where there is no such value, or several where one is meant."""
    records = fact.records
    match gap.of:
        case "count" if fact.reading.reduce == "count":
            return _said(records[0].get("count"), Field(name="count"), speak)
        case "count":
            return None if fact.more else _said(len(records), Field(name="count"), speak)
        case "given":
            return _said(fact.arguments.get(gap.name), Field(name=gap.name, label=True), speak)
        case "only" if len(records) != 1 or fact.more:
            return None
        case "last" | "each" if fact.more:
            return None
    declared = next((each for each in fact.fields if each.name == gap.name), Field(name=gap.name))
    if gap.of == "each":
        values = [record.get(gap.name) for record in records]
        return None if None in values else _said(values, declared, speak)
    return _said(records[-1 if gap.of == "last" else 0].get(gap.name), declared, speak)


def _said(value: Any, field: Field, speak: Tongue) -> str | None:
    return None if value is None else speak.value(value, field)
