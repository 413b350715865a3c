"""The check in one call, on plain JSON cases: for benchmarks of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edge_agent.grounding.check import Check
from edge_agent.types import Fact, Facts, Field, Reading, Record


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a draft says only what the records say; else the first reason why not."""

    grounded: bool
    reason: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``fedlm ground``."""

    question: str
    records: list[dict[str, Any]]
    draft: str
    #: How the records are to be read: ``fields``, ``reduce``, ``by``.
    read: Reading | None = None
    #: By field: a description, or ``{"description", "unit", "label"}``.
    descriptions: dict[str, str | dict[str, Any]] | None = None


def ground(
    question: str,
    records: Sequence[Record],
    draft: str,
    *,
    read: Reading | Mapping[str, Any] | None = None,
    descriptions: Mapping[str, str | Mapping[str, Any]] | None = None,
    locale: str = "en",
) -> Verdict:
    """Judge a finished draft. Raises ``msgspec.ValidationError`` on a malformed ``read`` or ``descriptions``."""
    reading = read if isinstance(read, Reading) else msgspec.convert(read or {}, Reading)
    fact = Fact(
        tool="",
        fields=tuple(_field(name, said) for name, said in (descriptions or {}).items()),
        records=tuple(records),
        reading=reading,
        arguments={},
    )
    check = Check(Facts(question=question, found=(fact,) if records else (), locale=locale))
    reason = check.whole(draft) if records else "no records"
    return Verdict(grounded=reason is None, reason=reason)


def judge(case: Case) -> Verdict:
    """Judge one line of ``fedlm ground``."""
    return ground(case.question, case.records, case.draft, read=case.read, descriptions=case.descriptions)


def _field(name: str, said: str | Mapping[str, Any]) -> Field:
    return (
        Field(name=name, description=said) if isinstance(said, str) else msgspec.convert({"name": name, **said}, Field)
    )
