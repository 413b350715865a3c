"""Results → Facts: the records and fields that were asked for. What isn't asked doesn't reach the SLM."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from edge_agent import wording
from edge_agent.errors import ToolsFailed
from edge_agent.language.folding import fold, has_han, normal
from edge_agent.types import Accepted, Fact, Facts, Field, Record, Reduce, Result, Results

#: Their one record is a value computed over all records.
_COMPUTED: Final[frozenset[Reduce]] = frozenset({"count", "exists", "sum", "mean"})
#: Before a name: the question is about other records, seen from this one ("hotter than Press 4", "all but Press 4").
_ASIDE: Final = re.compile(
    r"(?:\b(?:than|except|besides|als|ausser)\b(?:\s+[^\W\d]+)?|\b(?:but|without|like|as|ohne|wie)\b|比|除了?)\s*$"
)
#: A shorter name stands in the question only as it is written: "A" is one, "a" is a word.
_TELLING: Final = 3
_DIGITS: Final = re.compile(r"\d+")


def select(asked: Accepted, results: Results, *, locale: str) -> Facts:
    """Keep what the plan's reading and the question ask for. Raises ``ToolsFailed`` where no call came through."""
    came = [result for result in results.results if result.status in ("ok", "empty")]
    if results.results and not came:
        names = ", ".join(sorted({result.call.tool.name for result in results.results}))
        if unknown := [result.call.tool.name for result in results.results if result.status == "unknown"]:
            raise ToolsFailed(wording.unknown(unknown, locale))
        raise ToolsFailed(f"None of the sources could be read: {names}.")
    facts = [_narrowed(_fact(result), asked.query.prompt) for result in came]
    return Facts(
        question=asked.query.prompt,
        found=tuple(fact for fact in facts if fact.records),
        empty=tuple(fact for fact in facts if not fact.records),
        direct=not results.results,
        max_tokens=asked.query.max_tokens,
        locale=locale,
    )


def _fact(result: Result) -> Fact:
    """Keep the label and the asked fields; no record where none has a value that was asked for."""
    call, present = result.call, dict.fromkeys(name for record in result.records for name in record)
    declared = [leaf for field in call.tool.fields for leaf in _leaves(field, present)]
    asked = [name for field in call.reading.fields for name in _under(field, present) or [field]]
    reading = msgspec.structs.replace(call.reading, fields=tuple(asked))
    shown = _shown(declared, asked, reading.by, present)
    names = [field.name for field in shown]
    records = tuple({name: record[name] for name in names if name in record} for record in result.records)
    if reading.reduce not in _COMPUTED and not _answers(records, shown, asked):
        records = ()
    return Fact(
        tool=call.tool.name,
        fields=shown,
        records=tuple(record for record in records if record),
        reading=reading,
        arguments=call.arguments,
        more=result.more,
    )


def _leaves(field: Field, present: Iterable[str]) -> list[Field]:
    """A declared field as its records have it: ``address`` may be ``address.city`` and ``address.street``."""
    names = _under(field.name, present)
    if len(names) < 2:  # noqa: PLR2004 - its description is that of the one leaf, or of itself
        return [replace(field, name=name) for name in names or [field.name]]
    return [replace(field, name=name, description=None) for name in names]


def _under(name: str, present: Iterable[str]) -> list[str]:
    return [each for each in present if each == name or each.startswith(f"{name}.")]


def _shown(
    declared: Sequence[Field], asked: Sequence[str], by: str | None, present: Iterable[str]
) -> tuple[Field, ...]:
    """The label, then the asked fields; all of them where none was asked for; computed values stand as they are."""
    if not declared:
        return tuple(Field(name=name) for name in present)
    known = {field.name for field in declared}
    wanted = {*asked, *([by] if by else [])} or known
    return (
        *(field for field in declared if field.label or field.name in wanted),
        *(Field(name=name) for name in present if name not in known),
    )


def _answers(records: Sequence[Record], shown: Sequence[Field], asked: Sequence[str]) -> bool:
    """Whether some record has a value that was asked for; that it has a name answers only who asked for names."""
    labels = {field.name for field in shown if field.label}
    wanted = (set(asked) or {field.name for field in shown}) - labels or labels
    return any(record.get(name) is not None for record in records for name in wanted)


def _narrowed(fact: Fact, question: str) -> Fact:
    """Of several records keep those that the question names; none, where it names one that isn't there.

    A question for names alone is a list, which is never cut: the name in it says where to look, not what for.
    """
    labels = [field.name for field in fact.fields if field.label]
    values = set(fact.reading.fields) - set(labels)
    if fact.reading.reduce != "none" or len(labels) != 1 or len(fact.records) < 2 or not values:  # noqa: PLR2004
        return fact
    label, said = labels[0], normal(question)
    names = {str(record[label]) for record in fact.records if label in record}
    found, rest = _named(names, said)
    if found:
        # In the order of the question: what "is A more than B?" compares with what.
        kept = tuple(record for name in found for record in fact.records if str(record.get(label)) == name)
        return fact if rest is None else replace(fact, records=_with_values(kept, values), more=False)
    absent = None if rest is None else _absent(names, said, fact)
    return fact if absent is None else replace(fact, records=(), arguments={**fact.arguments, label: absent})


def _with_values(records: tuple[Record, ...], values: set[str]) -> tuple[Record, ...]:
    return records if any(record.get(name) is not None for record in records for name in values) else ()


def _named(names: set[str], said: str) -> tuple[list[str], str | None]:
    """The names in the question, in its order, and the question without them; None: one is only seen from aside."""
    found: dict[str, int] = {}
    for name in sorted(names, key=len, reverse=True):
        for match in _standing(name, said):
            if _ASIDE.search(fold(said[: match.start()])):
                return list(found), None
            found[name] = min(found.get(name, len(said)), match.start())
            said = f"{said[: match.start()]}{' ' * len(match.group())}{said[match.end() :]}"
    return sorted(found, key=found.__getitem__), said


def _standing(name: str, said: str) -> Iterable[re.Match[str]]:
    exact = len(name) < _TELLING
    text, name = (said, name) if exact else (fold(said), fold(normal(name)))
    return list(re.finditer(_whole(re.escape(name), name), text))


def _whole(pattern: str, name: str) -> str:
    """Edges: a name in Chinese needs none, but a number in it doesn't go on."""
    if has_han(name):
        return rf"(?<!\d){pattern}(?!\d)"
    return rf"(?<![^\W_\u3400-\u9fff]){pattern}(?![^\W_\u3400-\u9fff])(?!-\d)"


def _absent(names: set[str], said: str, fact: Fact) -> str | None:
    """A name in the question with another number than all of these have: "Press 41" beside "Press 4"."""
    given = {fold(str(value)) for value in fact.arguments.values()}
    for shape in {_DIGITS.sub("0", fold(normal(name))) for name in names if _DIGITS.search(name)}:
        if _DIGITS.fullmatch(shape):
            continue
        pattern = r"\d+".join(re.escape(part) for part in shape.split("0"))
        for match in re.finditer(_whole(pattern, shape), fold(said)):
            if match.group() not in given:
                return said[match.start() : match.end()]
    return None
