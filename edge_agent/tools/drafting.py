"""A survey → a ``[[tool]]`` to begin with: it decodes and it answers; its comments say what to change."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from edge_agent.tools.reading import RESERVED
from edge_agent.tools.survey import FieldSurvey, Survey

#: Fields that are declared; the rest stands there as a comment.
_MOST_FIELDS: Final = 16
#: A text with no more different values than these is worth asking by; no more of such parameters than those.
_FEW_VALUES, _MOST_PARAMS = 12, 4
_SMALL: Final = 10_000
_SHOWN: Final = 60
_KEPT: Final = frozenset({"string", "integer", "number", "boolean", "date", "UUID", "mixed", "Timestamp"})
_UNITS: Final = {
    "eur": "EUR",
    "usd": "USD",
    "kg": "kg",
    "km": "km",
    "ms": "ms",
    "kwh": "kWh",
    "percent": "%",
    "pct": "%",
    "celsius": "°C",
}
_NAMING: Final = ("id", "no", "number", "code", "key", "name")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def draft(survey: Survey, *, source: str, taken: Collection[str]) -> str:
    """Write a commented table. ``taken``: names that other tools have."""
    able = _able(survey)
    label = _label(survey, able)
    kept = sorted(able, key=lambda field: field.name != label)
    params = _params(survey, kept, label)
    shown, rest = kept[:_MOST_FIELDS], kept[_MOST_FIELDS:]
    lines = [
        f"# {_text(survey.collection)}: about {survey.count:,} documents; {survey.looked_at:,} were looked at, here.",
        "# The cloud reads name, description and parameters of this tool; never these comments, and never a row.",
        *(["# The collection is empty now: fill in its fields."] if not survey.looked_at else []),
        "[[tool]]",
        f"name = {_text(_name(survey.collection, taken))}",
        'kind = "mongodb.find"',
        "# Say what one record is and when to use this: the planner chooses by this sentence.",
        f"description = {_text(_description(survey, shown))}",
        f"source = {_text(source)}",
        f"collection = {_text(survey.collection)}",
        "# A placeholder that ends in ? drops its condition where the question does not set it.",
        f"filter = {_filter(params)}",
        *_sort(survey, shown),
        "limit = 20",
        "# The field that names a record in an answer.",
        f"label = {_text(label)}",
        "fields = [",
        *(f"  {_field(each.name)}, # {_seen(each)}" for each in shown),
        *([f"  {_text(label)},"] if not shown else []),
        "]",
        *([f"# Left out: {', '.join(_text(each.name) for each in rest)}"] if rest else []),
        *_unread(survey, kept),
        *(line for name, field in params for line in _param(name, field)),
    ]
    return "\n".join(lines) + "\n"


def _able(survey: Survey) -> list[FieldSurvey]:
    """Fields that can be declared; where one name lies within another, the outer one."""
    able = [
        each
        for each in survey.fields.values()
        if each.kind in _KEPT and "{{" not in each.name and all(p and p[0] != "$" for p in each.name.split("."))
    ]
    names = {each.name for each in able}
    return [each for each in able if not any(each.name.startswith(f"{name}.") for name in names)]


def _label(survey: Survey, kept: Sequence[FieldSurvey]) -> str:
    """Choose what names a record: a unique field, else one called so, else the first text."""

    def rank(field: FieldSurvey) -> tuple[bool, ...]:
        last = re.split(r"[._\s-]", field.name.lower())[-1]
        always = field.documents == survey.looked_at
        text = field.kind in ("string", "integer")
        return (always and text, survey.is_unique(field.name), last in _NAMING, field.kind == "string")

    if not kept:
        return "_id"
    return max(kept, key=rank).name  # the first of equals


def _params(survey: Survey, kept: Sequence[FieldSurvey], label: str) -> list[tuple[str, FieldSurvey]]:
    """What to ask by: the label, texts with few values, and since when."""

    def is_worth_it(field: FieldSurvey) -> bool:
        few = not field.many and len(field.values) <= _FEW_VALUES and 2 * len(field.values) <= field.documents
        return field.kind == "string" and few

    chosen = [each for each in kept if each.name == label and each.kind in ("string", "integer")]
    chosen += [each for each in kept if each.name != label and is_worth_it(each)]
    chosen = chosen[: _MOST_PARAMS - 1]
    if (moment := _moment(survey, kept)) is not None:
        chosen.append(moment)
    found: dict[str, FieldSurvey] = {}
    for field in chosen:
        name = "since" if field.kind == "date" else re.sub(r"\W", "_", field.name, flags=re.ASCII)[:60]
        name = name if re.match(r"[A-Za-z_]", name) else f"a_{name}"
        while name in found or name in RESERVED:
            name += "_"
        found[name] = field
    return list(found.items())


def _moment(survey: Survey, kept: Sequence[FieldSurvey]) -> FieldSurvey | None:
    """The time of a record: a date that is indexed, else the first one."""
    dates = [each for each in kept if each.kind == "date"]
    return next((each for each in dates if survey.is_indexed(each.name)), dates[0] if dates else None)


def _filter(params: Sequence[tuple[str, FieldSurvey]]) -> str:
    conditions = [
        f'{_key(field.name)} = {{ "$gte" = "{{{{{name}?}}}}" }}'
        if field.kind == "date"
        else f'{_key(field.name)} = "{{{{{name}?}}}}"'
        for name, field in params
    ]
    return f"{{ {', '.join(conditions)} }}" if conditions else "{}"


def _sort(survey: Survey, shown: Sequence[FieldSurvey]) -> Iterator[str]:
    moment = _moment(survey, shown)
    if moment is None:
        return
    if survey.is_indexed(moment.name) or survey.count <= _SMALL:
        yield f"sort = [{_text(f'-{moment.name}')}] # newest first"
    else:
        yield f"# sort = [{_text(f'-{moment.name}')}] # newest first: give the field an index before"


def _field(name: str) -> str:
    last = re.split(r"[._\s-]", name.lower())[-1]
    return f"{{ name = {_text(name)}, unit = {_text(_UNITS[last])} }}" if last in _UNITS else _text(name)


def _param(name: str, field: FieldSurvey) -> Iterator[str]:
    yield f"[tool.params.{name}]"
    if field.kind == "date":
        yield 'type = "lookback" # "24h" becomes a time on the device'
        yield '# default = "24h"'
        yield '# max = "30d"'
        return
    if field.kind == "integer":
        yield 'type = "integer"'
    yield f"description = {_text(' '.join(re.split(r'[._]', field.name)))}"
    if field.kind == "string":
        yield from _string_rules(field)


def _string_rules(field: FieldSurvey) -> Iterator[str]:
    texts = [value for value in field.values if isinstance(value, str)]
    if (pattern := _pattern(texts)) is not None:
        yield f"# {_cut(f'Of this form are all {len(texts)} values that were seen; loosen it where others may come.')}"
        yield f"pattern = {_text(pattern)}"
    elif not field.many and len(texts) <= _FEW_VALUES and all(_printable(each) for each in texts):
        yield "# An enum's values are sent to the cloud: only where they tell nothing of persons or secrets."
        yield f"# enum = [{', '.join(map(_text, texts))}]"


def _pattern(texts: Sequence[str]) -> str | None:
    """The one form of ids such as M-001; None for words, and where the forms differ."""
    forms = [[(_class(key), len(list(run))) for key, run in groupby(text, key=_class)] for text in texts]
    if not forms or any([kind for kind, _ in form] != [kind for kind, _ in forms[0]] for form in forms):
        return None
    if not any(kind == "[0-9]" for kind, _ in forms[0]) or max(map(len, texts)) > 40:  # noqa: PLR2004 - no id is longer
        return None
    parts = []
    for column in zip(*forms, strict=True):
        lengths = sorted({length for _, length in column})
        times = f"{{{lengths[0]}}}" if len(lengths) == 1 else f"{{{lengths[0]},{lengths[-1]}}}"
        kind = column[0][0]
        form = kind if len(kind) > 1 or kind in "-_:/# " else re.escape(kind)
        parts.append(form + ("" if times == "{1}" else times))
    return f"^{''.join(parts)}$"


def _class(character: str) -> str:
    if character in ("[0-9]", "[A-Z]", "[a-z]"):
        return character
    if character.isascii():
        if character.isdigit():
            return "[0-9]"
        if character.isalpha():
            return "[A-Z]" if character.isupper() else "[a-z]"
    return character


def _seen(field: FieldSurvey) -> str:
    """What was seen of a field, on one line."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in field.kinds.most_common()) if field.kind == "mixed" else ""
    said = f"mixed: {kinds}" if kinds else field.kind
    if field.low is not None and field.kind in ("integer", "number", "date"):
        return f"{said}, {_bound(field.low)} to {_bound(field.high)}"
    if field.kind in ("string", "UUID"):
        return f"{said}, {'many' if field.many else len(field.values)} different"
    return said


def _unread(survey: Survey, kept: Sequence[FieldSurvey]) -> Iterator[str]:
    """Name what was not declared, and why."""
    names = [each.name for each in kept]
    for field in survey.fields.values():
        if field.name not in names and not any(field.name.startswith(f"{name}.") for name in names):
            yield f"# Not declared: {_cut(_text(field.name))} ({field.kind})"


def _description(survey: Survey, shown: Sequence[FieldSurvey]) -> str:
    what = ", ".join(" ".join(re.split(r"[._]", each.name)) for each in shown[:6])
    return f"Records of {survey.collection.replace('_', ' ')}{f': {what}' if what else ''}."


def _name(collection: str, taken: Collection[str]) -> str:
    base = re.sub(r"[^A-Za-z0-9_-]", "_", collection)[:60]
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _bound(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else f"{value}"


def _printable(text: str) -> bool:
    return text.isprintable() and len(text) <= _SHOWN


def _cut(text: str) -> str:
    return text if len(text) <= 2 * _SHOWN else f"{text[: 2 * _SHOWN]}…"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    """Write a basic string of TOML: JSON's escapes are TOML's too, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
