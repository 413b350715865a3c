"""The bare facts: what answers when no other writer's draft stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from edge_agent.language import dates
from edge_agent.language.folding import has_han
from edge_agent.types import Fact, Facts, Field, Record
from edge_agent.wording.phrases import HAPPENED, PHRASES, Phrases, capital, field_name, noun, reads_as_noun, things
from edge_agent.wording.values import Tongue, tongue

#: More fields than this stand on lines of their own.
_INLINE_FIELDS = 3


def render(facts: Facts, *, zone: tzinfo | None = None) -> str:
    """Say all that was found, plainly: one record as a sentence, several as a short list, computed values as such."""
    speak = tongue(facts, zone)
    told = [_Teller(speak=speak, fact=fact).tell() for fact in facts.found]
    told += [searched(fact, speak) for fact in facts.empty]
    return "\n".join(told)


def sentence(fact: Fact, facts: Facts, *, zone: tzinfo | None = None) -> str | None:
    """Say the few values of one record that were looked up, each in a sentence; None where one can't be."""
    if fact.reading.reduce != "none" or len(fact.records) != 1 or fact.more:
        return None
    teller, record = _Teller(speak=tongue(facts, zone), fact=fact), fact.records[0]
    fields = teller.present(record)
    said = [teller.stated(record, field) for field in fields[:_INLINE_FIELDS]]
    return " ".join(filter(None, said)) if len(fields) <= _INLINE_FIELDS and all(said) and said else None


def searched(fact: Fact, speak: Tongue) -> str:
    """What was looked for and not found."""
    return PHRASES[speak.language].nothing.format(things=sought(fact.tool, fact.arguments, speak))


def sought(tool: str, arguments: Mapping[str, Any], speak: Tongue) -> str:
    """What a call looks for: "late orders (site: 12)"."""
    said = [
        f"{field_name(Field(name=name), speak.language)}: {speak.value(value, Field(name=name, label=True))}"
        for name, value in arguments.items()
        if value is not None and value != ""
    ]
    inside = "; ".join(said)
    return f"{things(tool)} ({inside})" if inside else things(tool)


class _Teller:
    """Words one fact."""

    def __init__(self, *, speak: Tongue, fact: Fact) -> None:
        self._speak = speak
        self._say: Phrases = PHRASES[speak.language]
        self._fact = fact
        present = {name for record in fact.records for name in record}
        declared = [field for field in fact.fields if field.name in present]
        known = {field.name for field in declared}
        fields = declared + [
            Field(name=name) for name in dict.fromkeys(n for r in fact.records for n in r) if name not in known
        ]
        self._labels = [field for field in fields if field.label]
        asked = [field for field in fields if not field.label]
        self._fields = asked or self._labels
        if not asked:
            self._labels = []

    def tell(self) -> str:
        """Say the fact in the way of its reading."""
        fact, say = self._fact, self._say
        match fact.reading.reduce:
            case "count" | "exists" | "sum" | "mean" if len(fact.records) == 1:
                return self._computed(fact.records[0])
            case "min" | "max" if len(fact.records) == 1 and self._labels and len(self._fields) == 1:
                return self._extreme(fact.records[0])
        told = self._one(fact.records[0]) if len(fact.records) == 1 else self._several(fact.records)
        return f"{told}\n{say.more}" if fact.more else told

    def _computed(self, record: Record) -> str:
        say, reduce = self._say, self._fact.reading.reduce
        sought_for = sought(self._fact.tool, self._fact.arguments, self._speak)
        by = next((field for field in self._fields if field.name == self._fact.reading.by), self._fields[0])
        value = record.get(by.name)
        if reduce == "exists":
            return (say.some if value else say.none).format(things=sought_for)
        said = self._speak.value(value, by)
        if reduce == "count":
            return say.count.format(things=sought_for, value=said)
        form = say.total if reduce == "sum" else say.mean
        return form.format(field=field_name(by, self._speak.language), value=said, things=sought_for)

    def _extreme(self, record: Record) -> str:
        field = self._fields[0]
        form = self._say.highest if self._fact.reading.reduce == "max" else self._say.lowest
        if field.name != self._fact.reading.by or record.get(field.name) is None:
            return self._one(record)
        return form.format(
            thing=capital(self._thing(record)),
            field=field_name(field, self._speak.language),
            value=self._speak.value(record[field.name], field),
        )

    def sentence(self, record: Record) -> str | None:
        """Say the one value that was asked for; None where there are others, or where it would be no sentence."""
        fields = self.present(record)
        return self.stated(record, fields[0]) if len(fields) == 1 else None

    def stated(self, record: Record, field: Field) -> str | None:
        """Say one value in a sentence; None where its field's name can't be the subject of one."""
        said, name = record[field.name], field_name(field, self._speak.language)
        if isinstance(said, (bool, list, tuple)):
            return None
        form, thing = self._say.one_value if self._labels else self._say.one_bare, self._thing(record)
        if self._speak.language == "en" and not reads_as_noun(name):
            if not (thing and name.endswith("ed") and dates.from_value(said)):
                return None
            form = HAPPENED
        text = form.format(field=name, thing=thing, value=self._speak.value(said, field))
        return capital(text).replace("..", ".")

    def _one(self, record: Record) -> str:
        if (sentence := self.sentence(record)) is not None:
            return sentence
        say, thing, pairs = self._say, self._thing(record), self._pairs(record)
        lines = [say.pair.format(field=name, value=value) for name, value in pairs]
        if len(pairs) <= _INLINE_FIELDS:
            lead = say.lead.format(thing=thing) if thing else ""
            return capital(lead + "; ".join(lines)) + say.end
        head = [say.lead.format(thing=capital(thing)).rstrip()] if thing else []
        return "\n".join([*head, *(f"- {line}" for line in lines)])

    def _several(self, records: Sequence[Record]) -> str:
        say = self._say
        head = (say.first if self._fact.more else say.listed).format(count=len(records))
        if not self._labels and len(self._fields) == 1:
            values = [
                self._speak.value(record[self._fields[0].name], self._fields[0])
                for record in records
                if self._fields[0].name in record
            ]
            return f"{head} {say.comma.join(values)}{say.end}"
        return "\n".join([head, *(f"- {self._line(record)}" for record in records)])

    def _line(self, record: Record) -> str:
        pairs, thing = self._pairs(record), self._thing(record, bare=True)
        if thing and len(self._fields) == 1 and not isinstance(record.get(self._fields[0].name), bool):
            return self._say.lead.format(thing=thing) + ", ".join(value for _, value in pairs)
        said = ", ".join(self._say.pair.format(field=name, value=value) for name, value in pairs)
        return self._say.lead.format(thing=thing) + said if thing else said

    def _thing(self, record: Record, *, bare: bool = False) -> str:
        """Name a record: "order ORD-1042", or the names alone."""
        said = []
        for label in self._labels:
            if record.get(label.name) is not None:
                value = self._speak.value(record[label.name], label)
                kind = "" if bare or has_han(value) else noun(label, self._speak.language)
                said.append(value if not kind or kind.lower() in value.lower() else f"{kind} {value}")
        return ", ".join(said)

    def present(self, record: Record) -> list[Field]:
        """The fields to say that the record has."""
        return [field for field in self._fields if record.get(field.name) is not None]

    def _pairs(self, record: Record) -> list[tuple[str, str]]:
        return [
            (field_name(field, self._speak.language), self._speak.value(record[field.name], field))
            for field in self.present(record)
        ]
