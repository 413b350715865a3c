"""The question without its private values: one pass over the text, from declared patterns to default-deny."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, get_args

from edge_agent.errors import ConfigError, PlanRejected
from edge_agent.messages import ToolSignature
from edge_agent.privacy import closed, formats, joining, kinds, patterns, placeholders, reading
from edge_agent.privacy.patterns import Pattern
from edge_agent.privacy.spans import Span, covered, without_overlap
from edge_agent.privacy.vocabulary import Vocabulary, vocabulary
from edge_agent.types import Redacted

Level = Literal["off", "standard", "strict", "closed"]
LEVELS: tuple[Level, ...] = get_args(Level)


class Known(Protocol):
    """An index of known values."""

    def find(self, text: str) -> Sequence[tuple[int, int]]:
        """Where known values stand in a text: (start, end), in order, apart."""


@dataclass(frozen=True, kw_only=True)
class Redactor:
    """A level with all that it needs to know, made once for a catalogue of tools."""

    level: Level
    vocabulary: Vocabulary
    patterns: Sequence[tuple[Any, str]]
    known: Known | None = None

    def redact(self, text: str) -> Redacted:
        """Replace what stays here by placeholders. What comes back through ``restore`` is equal, or all is hidden."""
        redacted = placeholders.fill(text, self._spans(text))
        try:
            whole = placeholders.restore({"": redacted.template}, redacted.vault)[""] == text
        except PlanRejected:
            whole = False
        return redacted if whole else placeholders.fill(text, [Span(0, len(text), kinds.LITERAL)])

    @property
    def bits(self) -> Callable[[str], float] | None:
        """At ``closed``: the most that a template can tell, in bits. No other level has such a bound."""
        return partial(closed.bits, vocabulary=self.vocabulary) if self.level == "closed" else None

    def _spans(self, text: str) -> list[Span]:
        literal = placeholders.look_alikes(text)
        spans = literal
        if self.level != "off":
            formed = [*patterns.found(text, self.patterns), *formats.found(text)]
            spans = without_overlap([*literal, *formed])
        if self.level in ("strict", "closed"):
            taken = covered(len(text), spans)
            pieces = reading.read(text, self.vocabulary, taken)
            spans = sorted([*spans, *joining.spans(text, pieces, self.vocabulary, taken)])
        if self.known is not None and self.level != "off":
            spans = _with_known(text, spans, self.known.find(text))
        types = {span.type for span in spans}
        more = placeholders.look_alikes_of(text, types) if types else []
        return _joined(text, spans, more) if more else spans


def redactor(
    *,
    level: Level = "strict",
    known: Known | None = None,
    signatures: Sequence[ToolSignature] = (),
    vocabulary_: Iterable[str] = (),
    patterns_: Iterable[Pattern] = (),
) -> Redactor:
    """Make a redactor for a catalogue. Raises ``ConfigError`` for an unknown level or a pattern that can't be used."""
    if level not in LEVELS:
        raise ConfigError(f'there is no level "{level}"; the levels are: {", ".join(LEVELS)}')
    all_patterns = [*patterns_, *patterns.declared(signatures)]
    return Redactor(
        level=level,
        known=known,
        vocabulary=vocabulary(
            signatures, vocabulary_, types=[each.type for each in all_patterns], closed=level == "closed"
        ),
        patterns=patterns.compiled(all_patterns),
    )


def redact(
    text: str,
    *,
    level: Level = "strict",
    known: Known | None = None,
    signatures: Sequence[ToolSignature] = (),
    vocabulary: Iterable[str] = (),
    patterns: Iterable[Pattern] = (),
) -> Redacted:
    """Redact one text, without broker, database or config. For many texts make a ``redactor`` once."""
    made = redactor(level=level, known=known, signatures=signatures, vocabulary_=vocabulary, patterns_=patterns)
    return made.redact(text)


def _with_known(text: str, spans: list[Span], hits: Sequence[tuple[int, int]]) -> list[Span]:
    """Add known values. One that is hidden already changes nothing: the bytes don't tell that it was known."""
    flags = covered(len(text), spans)
    new = [Span(start, end, _form(text[start:end])) for start, end in hits if not all(flags[start:end])]
    return _joined(text, spans, new) if new else spans


def _joined(text: str, spans: list[Span], more: list[Span]) -> list[Span]:
    """The union: what overlaps becomes one span, of the type that its own form has."""
    result: list[Span] = []
    for span in sorted([*spans, *more]):
        if result and span.start < result[-1].end:
            last = result.pop()
            start, end = last.start, max(last.end, span.end)
            literal = kinds.LITERAL in (last.type, span.type)
            result.append(Span(start, end, kinds.LITERAL if literal else _form(text[start:end])))
        else:
            result.append(span)
    return result


def _form(text: str) -> str:
    """The type of a value by its form alone: where it was found tells what it is."""
    known = formats.found(text)
    if len(known) == 1 and known[0][:2] == (0, len(text)):
        return known[0].type
    if any(map(str.isdigit, text)):
        return kinds.CODE if any(map(str.isalpha, text)) else kinds.NUMBER
    return kinds.WORD if text.islower() else kinds.NAME
