"""Results → Facts: the records and fields that were asked for. What isn't asked doesn't reach the SLM."""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.errors import ToolsFailed
from edge_agent.types import Accepted, Fact, Facts, Field, Record, Result, Results


def select(asked: Accepted, results: Results, *, locale: str) -> Facts:
    """Keep what the plan's reading asked for. Raises ``ToolsFailed`` where no call came through."""
    came = [result for result in results.results if result.status in ("ok", "empty")]
    if results.results and not came:
        names = ", ".join(sorted({result.call.tool.name for result in results.results}))
        raise ToolsFailed(f"None of the sources could be read: {names}.")
    facts = [_fact(result) for result in came]
    return Facts(
        question=asked.query.prompt,
        found=tuple(fact for fact in facts if fact.records),
        empty=tuple(fact for fact in facts if not fact.records),
        direct=not results.results,
        max_tokens=asked.query.max_tokens,
        locale=locale,
    )


def _fact(result: Result) -> Fact:
    call = result.call
    shown = _shown(call.tool.fields, call.reading.fields, call.reading.by, result.records)
    wanted = set(call.reading.fields) or {field.name for field in shown}
    names = [field.name for field in shown]
    records = tuple({name: record[name] for name in names if name in record} for record in result.records)
    return Fact(
        tool=call.tool.name,
        fields=shown,
        # A record that has none of the asked fields answers nothing.
        records=tuple(record for record in records if _answers(record, wanted, call.reading.reduce)),
        reading=call.reading,
        arguments=call.arguments,
        more=result.more,
    )


def _shown(
    declared: Sequence[Field], asked: Sequence[str], by: str | None, records: Sequence[Record]
) -> tuple[Field, ...]:
    """The label, then the asked fields; all of them where none was asked for; computed values stand as they are."""
    present = dict.fromkeys(name for record in records for name in record)
    if not declared:
        return tuple(Field(name=name) for name in present)
    known = {field.name: field for field in declared}
    wanted = {*asked, *([by] if by else [])} or set(known)
    shown = [field for field in declared if field.label or field.name in wanted]
    computed = [Field(name=name) for name in present if name not in known]
    return (*shown, *computed)


def _answers(record: Record, wanted: set[str], reduce: str) -> bool:
    if reduce in ("count", "exists", "sum", "mean"):
        return bool(record)
    return any(record.get(name) is not None for name in wanted)
