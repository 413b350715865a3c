"""``fields``, ``reduce`` and ``by`` out of a question: what is asked of the records, in the words of their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.testing.cloud.words import STOP, any_of, fold, light, words

NAMES = ("fields", "reduce", "by")

_COUNT = ("how many", "the number of", "count", "wie viele", "anzahl", "多少", "几个")
_EXISTS = (
    "is there",
    "are there",
    "was there",
    "were there",
    "have any",
    "has any",
    "is any",
    "are any",
    "does any",
    "do any",
    "gibt es",
    "有没有",
    "是否有",
)
_MEAN: tuple[str, ...] = ("average", "mean", "avg", "durchschnitt", "durchschnittlich", "durchschnittliche", "平均")
_SUM: tuple[str, ...] = ("total", "sum", "altogether", "overall", "in all", "gesamt", "insgesamt", "summe", "总")
_MIN: tuple[str, ...] = (
    "lowest",
    "fewest",
    "least",
    "cheapest",
    "smallest",
    "minimum",
    "min",
    "shortest",
    "coldest",
    "lightest",
)
_MIN += (
    "slowest",
    "youngest",
    "niedrigste",
    "geringste",
    "kleinste",
    "wenigsten",
    "gunstigste",
    "最低",
    "最小",
    "最少",
)
_LAST = ("latest", "newest", "most recent", "neueste", "letzte bestellung", "最新")
_FIRST = ("oldest", "earliest", "alteste", "fruheste", "最早")
_MAX: tuple[str, ...] = (
    "highest",
    "most",
    "top",
    "maximum",
    "max",
    "best",
    "peak",
    "bottleneck",
    "worst",
    "more than all",
)
_MAX += ("hochste", "hochsten", "grosste", "meisten", "meistverkaufte", "engpass", "最高", "最大", "最多", "瓶颈")
_SUPERLATIVE = re.compile(
    r"\b(?!test|rest|best|west|guest|request|latest|oldest|interest|forest|invest|nearest)\w{3,}est\b"
)
_TOP_N = re.compile(r"\btop\s+(?:[2-9]|\d{2,})\b|\b(?:[2-9]|\d{2,})\s+(?:most|best|highest|lowest|cheapest)\b")
_NOUN_OF_COUNT = re.compile(r"\bhow many\s+([a-z]+)")
#: What a question word asks for, where a field's name or description says so.
_ASKS: Mapping[str, frozenset[str]] = {
    "about": frozenset({"about", "subject", "topic", "summary", "title", "reason"}),
    "when": frozenset(
        {"when", "date", "time", "ts", "at", "since", "opened", "created", "due", "timestamp", "started"}
    ),
    "where": frozenset({"where", "location", "address", "city", "place", "room"}),
    "who": frozenset({"who", "name", "person", "owner", "contact"}),
    "how much": frozenset({"price", "cost", "amount", "total"}),
}
_TIMES = _ASKS["when"] | {"day", "year", "month"}


_RANKS: tuple[tuple[str, tuple[str, ...]], ...] = (("last", _LAST), ("first", _FIRST), ("min", _MIN), ("max", _MAX))


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a tool's records, as the catalogue describes it."""

    name: str
    unit: str
    description: str

    @property
    def name_words(self) -> list[str]:
        """The words of its name, without its unit."""
        parts = [word for word in words(self.name) if word not in words(self.unit)]
        return [light(word) for word in parts or words(self.name)]

    @property
    def described(self) -> list[str]:
        """The words of its description that carry meaning."""
        return [light(word) for word in words(self.description) if word not in STOP]

    @property
    def is_time(self) -> bool:
        """Whether it tells a time."""
        return bool(_TIMES & set(words(self.name)))


@dataclass(frozen=True, kw_only=True)
class Readable:
    """What a tool offers to be read by; the first field names the record."""

    fields: Sequence[Field]
    #: The words of the tool's name: what all its records are.
    subject: frozenset[str]


def readable(properties: Mapping[str, Any], tool_name: str) -> Readable | None:
    """Find the reading's parameters in a tool's; ``None`` where it has none."""
    if not set(NAMES) <= set(properties) or "count" not in properties["reduce"].get("enum", ()):
        return None
    schema = properties["fields"]
    said = str(schema.get("description", ""))
    names = [name for name in schema.get("items", {}).get("enum", ()) if name is not None]
    return Readable(fields=[_field(name, said) for name in names], subject=frozenset(map(light, words(tool_name))))


def read(offer: Readable, text: str) -> dict[str, Any]:
    """Say how the records answer this text."""
    reduce = _reduce(offer, text)
    if reduce in {"count", "exists"}:
        return {"reduce": reduce}
    asked = [light(word) for word in words(text)]
    named = _named(offer, text, asked)
    if reduce == "none":
        return {"fields": named} if named else {}
    by = _by(offer, text, asked, times=reduce in {"first", "last"})
    if by is None:
        return {"fields": named} if named else {}
    if reduce in {"sum", "mean"}:
        return {"reduce": reduce, "by": by, "fields": [by]}
    label = offer.fields[0].name
    kept = [
        each.name for each in offer.fields if each.name in {label, by} or (each.name in named and _spelled(each, asked))
    ]
    return {"reduce": reduce, "by": by, "fields": kept}


def cue_words(text: str) -> set[str]:
    """Words that say how to reduce: they are understood, though no tool names them."""
    folded = fold(text)
    cues = (
        *_COUNT,
        *_EXISTS,
        *_MEAN,
        *_SUM,
        *_MIN,
        *_LAST,
        *_FIRST,
        *_MAX,
        *(" ".join(each) for each in _ASKS.values()),
    )
    found = {word for cue in cues for word in words(cue) if word in words(text)}
    return found | {each.group() for each in _SUPERLATIVE.finditer(folded)}


def _field(name: str, said: str) -> Field:
    """Read a field out of the description of ``fields``: ``name [unit]: what it means; next …``."""
    found = re.search(rf"(?:^|[;.:]\s+){re.escape(name)}(?: \[([^\]]*)\])?(?:: ([^;]*))?(?=[;.]|$| \()", said)
    if found is None:
        return Field(name=name, unit="", description="")
    return Field(name=name, unit=found.group(1) or "", description=(found.group(2) or "").rstrip("."))


def _reduce(offer: Readable, text: str) -> str:
    folded = fold(text)
    spelled = {word for field in offer.fields[1:] for word in words(field.name)}
    if any_of(text, _COUNT):
        noun = _NOUN_OF_COUNT.search(folded)
        counted = {word for field in offer.fields[1:] for word in (*field.name_words, *words(field.unit))}
        return "sum" if noun and light(noun.group(1)) in counted else "count"
    if any_of(text, _EXISTS):
        return "exists"
    for reduce, cues in (("mean", _MEAN), ("sum", _SUM)):
        if any_of(text, [cue for cue in cues if cue not in spelled]):
            return reduce
    if _TOP_N.search(folded):
        return "none"
    for reduce, cues in _RANKS:
        if any_of(text, cues):
            return reduce
    return "max" if _SUPERLATIVE.search(folded) else "none"


def _named(offer: Readable, text: str, asked: Sequence[str]) -> list[str]:
    """Which fields the text asks for: by their names, by what they mean, by the question word."""
    wanted = {word for cue, each in _ASKS.items() if any_of(text, (cue,)) for word in each}
    chosen = [field for field in offer.fields if _spelled(field, asked) or _meant(field, asked, offer.subject)]
    by_question = [
        field
        for field in offer.fields
        if wanted & {*words(field.name), *words(field.description)} and field not in chosen
    ]
    return [field.name for field in offer.fields if field in chosen or field in by_question]


def _spelled(field: Field, asked: Sequence[str]) -> bool:
    parts = field.name_words
    return sum(part in asked for part in parts) * 2 >= len(parts) > 0


def _meant(field: Field, asked: Sequence[str], subject: frozenset[str]) -> bool:
    """Whether its description is asked for. What the tool is about is asked for by every question to it."""
    parts = field.described
    gist = words(field.description)[:1] == ["what"]  # "what the alarm says" is asked for by whoever asks for alarms
    return sum(part in asked and (gist or part not in subject) for part in parts) * 2 >= len(parts) > 0


def _by(offer: Readable, text: str, asked: Sequence[str], *, times: bool) -> str | None:
    """Choose the field that is compared or added up."""
    rest = [field for field in offer.fields[1:] if field.is_time == times] or ([] if times else list(offer.fields[1:]))
    if not rest:
        return None
    after = re.search(r"\b(?:by|in terms of|nach)\s+([a-z ]+)", fold(text))
    said = [light(word) for word in words(after.group(1))] if after else []

    def fits(field: Field) -> tuple[float, float, float, bool]:
        return (
            _share(field.name_words, said),
            _share(field.name_words, asked),
            _share(field.described, asked),
            bool(field.unit),
        )

    return max(rest, key=fits).name


def _share(parts: Sequence[str], said: Sequence[str]) -> float:
    return sum(part in said for part in parts) / len(parts) if parts else 0.0
