"""One function a kind of question: the question, the plan a good planner makes, gold from the rows.

Imports nothing of the program.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from bench.quality import phrases
from bench.quality.question import Asking, Call, Question, call, said
from bench.quality.site import CITIES, HALLS, LABELS, STATUSES, Language, Row

#: A list that is asked for has so many records.
_LIST = range(2, 7)
_TWO_FIELDS = {"machines": ("temperature", "power"), "parcels": ("weight", "price"), "rooms": ("seats", "area")}


def _field(asking: Asking, number: int) -> tuple[str, str]:
    collection = tuple(LABELS)[number % len(LABELS)]
    fields = [name for name in asking.site.rows[collection][0] if name in phrases.LOOK_UP]
    optional = {"supplier", "note"}
    return collection, asking.dice.choice([name for name in fields if name not in optional])


def _by_label(collection: str, labels: list[str], fields: list[str], **more: Any) -> Call:
    return call(collection, **{f"{LABELS[collection]}s": labels, "fields": fields, **more})


def look_up(asking: Asking, number: int) -> Question:
    if number % 5 == 4:
        return _two_fields(asking, number)
    collection, field = _field(asking, number)
    row = asking.row(collection, lambda row: field in row)
    label = asking.site.label(collection, row)
    prompt = asking.one(phrases.LOOK_UP[field]).format(l=label)
    return asking.question(
        prompt, _by_label(collection, [label], [LABELS[collection], field]), **_gold(field, row, label)
    )


def _gold(field: str, row: Row, label: str) -> dict[str, Any]:
    if isinstance(row[field], bool):
        return {"fields": frozenset({field}), "whether": row[field], "may": (label,)}
    return {"fields": frozenset({field}), "must": (said(row[field]),), "may": (label,)}


def _two_fields(asking: Asking, number: int) -> Question:
    collection = tuple(LABELS)[number % len(LABELS)]
    row = asking.row(collection)
    label, fields = asking.site.label(collection, row), _TWO_FIELDS[collection]
    a, b = (phrases.NAMES[field][asking.language] for field in fields)
    return asking.question(
        phrases.BOTH[asking.language].format(a=a, b=b, l=label),
        _by_label(collection, [label], [LABELS[collection], *fields]),
        fields=frozenset(fields),
        must=tuple(said(row[field]) for field in fields),
        may=(label,),
    )


def one_of_several(asking: Asking, number: int) -> Question:
    """The tool gives a whole hall or floor; the question names one of its records."""
    if number % 3 == 2:
        row = asking.row("rooms")
        label, field = row["room"], asking.dice.choice(["seats", "area"])
        prompt = asking.one(phrases.LOOK_UP[field]).format(l=label)
        planned = call("rooms_on_floor", floor=row["floor"], fields=["room", field])
        return asking.question(prompt, planned, **_gold(field, row, label))
    field = asking.dice.choice(["temperature", "power", "state", "serviced"])
    row = asking.row("machines")
    prompt = asking.one(phrases.LOOK_UP[field]).format(l=row["name"])
    gold = _gold(field, row, row["name"])
    return asking.question(
        _in_hall(asking, row["hall"], prompt),
        call("machines_in_hall", hall=row["hall"], fields=["name", field]),
        **{**gold, "may": (*gold["may"], row["hall"])},
    )


def _in_hall(asking: Asking, hall: str, prompt: str) -> str:
    lowered = prompt if asking.language == "de" else prompt[0].lower() + prompt[1:]
    return phrases.IN_HALL[asking.language].format(h=hall, q=lowered)


def a_list(asking: Asking, number: int) -> Question:
    field = tuple(phrases.LIST)[number % len(phrases.LIST)]
    collection, label = {"state": ("machines", "name"), "status": ("parcels", "parcel")}.get(field, ("rooms", "room"))
    for _ in range(200):
        arguments, prompt = _narrowing(asking, field, phrases.LIST)
        rows = _matching(asking.site.rows[collection], arguments)
        if len(rows) in _LIST:
            break
    names = tuple(str(row[label]) for row in rows)
    with_values = field == "area"
    wanted = [label, field] if with_values else [label]
    must = (*names, *(said(row[field]) for row in rows)) if with_values else names
    may = (float(len(rows)), *arguments.values())
    planned = call(collection, **arguments, fields=wanted)
    return asking.question(prompt, planned, fields=frozenset({field}), must=must, may=may)


def _narrowing(
    asking: Asking, field: str, table: dict[str, dict[Language, tuple[str, ...]]]
) -> tuple[dict[str, Any], str]:
    """Arguments that narrow a collection, and the question that says them."""
    dice, language = asking.dice, asking.language
    ask = asking.one(table[field])
    hall, city, floor = dice.choice(HALLS[language]), dice.choice(CITIES[language]), dice.randint(1, 4)
    state = asking.row("machines")["state"]
    status = dice.choice(STATUSES[language])
    prompt = ask.format(v=state if "{h}" in ask else status, h=hall, c=city, f=floor)
    arguments: dict[str, Any] = {}
    if "{h}" in ask:
        arguments["hall"] = hall
        if "{v}" in ask:
            arguments["state"] = state
    elif "{v}" in ask:
        arguments["status"] = status
        if "{c}" in ask:
            arguments["destination"] = city
    elif "{f}" in ask:
        arguments["floor"] = floor
    return arguments, prompt


def _matching(rows: list[Row], arguments: dict[str, Any]) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in arguments.items())]


def a_count(asking: Asking, number: int) -> Question:
    field = tuple(phrases.COUNT)[number % len(phrases.COUNT)]
    collection = {"state": "machines", "power": "machines", "projector": "rooms"}.get(field, "parcels")
    rows: list[Row] = []
    while not rows:
        arguments, prompt = _narrowing(asking, field, phrases.COUNT)
        arguments |= {"projector": True} if field == "projector" else {}
        rows = _matching(asking.site.rows[collection], arguments)
    may = tuple(value for value in arguments.values() if isinstance(value, str))
    if field not in ("weight", "power"):
        must = (float(len(rows)),)
        return asking.question(prompt, call(collection, **arguments, reduce="count"), must=must, may=may)
    total = sum(float(row[field]) for row in rows)
    reduce, value = ("sum", total) if field == "weight" else ("mean", total / len(rows))
    planned = call(collection, **arguments, reduce=reduce, by=field)
    return asking.question(prompt, planned, fields=frozenset({field}), must=(value,), may=may)


def an_extreme(asking: Asking, number: int) -> Question:
    field = tuple(phrases.EXTREME)[number % len(phrases.EXTREME)]
    collection = {"weight": "parcels", "area": "rooms"}.get(field, "machines")
    lowest = asking.dice.random() < 0.5
    asks: tuple[str, ...] = (phrases.EXTREME[field][asking.language][lowest],)
    table = {field: {asking.language: asks}}
    rows: list[Row] = []
    while len(rows) < 2:
        arguments, prompt = _narrowing(asking, field, table)
        rows = _matching(asking.site.rows[collection], arguments)
    best = (min if lowest else max)(rows, key=lambda row: row[field])
    label = asking.site.label(collection, best)
    how_much = field in ("power", "area")
    planned = call(
        collection,
        **arguments,
        fields=[LABELS[collection], *([field] if how_much else [])],
        reduce="min" if lowest else "max",
        by=field,
    )
    must = (label, said(best[field])) if how_much else (label,)
    may = (said(best[field]), *(value for value in arguments.values() if isinstance(value, str)))
    return asking.question(prompt, planned, fields=frozenset({field}), must=must, may=may)


def a_comparison(asking: Asking, number: int) -> Question:
    field = tuple(phrases.COMPARE)[number % len(phrases.COMPARE)]
    collection = {"temperature": "machines", "weight": "parcels"}.get(field, "rooms")
    first, second = asking.dice.sample(asking.site.rows[collection], 2)
    a, b = asking.site.label(collection, first), asking.site.label(collection, second)
    which = number % 2 == 0
    prompt = phrases.COMPARE[field][asking.language][not which].format(a=a, b=b)
    fields, values = [LABELS[collection], field], (said(first[field]), said(second[field]))
    more = first[field] > second[field]
    if not which:
        planned = _by_label(collection, [a, b], fields)
        return asking.question(
            prompt, planned, fields=frozenset({field}), whether=more, may=(a, b, *values), compared=(a, b)
        )
    winner, loser = (a, b) if more else (b, a)
    planned = _by_label(collection, [a, b], [LABELS[collection]], reduce="max", by=field)
    return asking.question(
        prompt, planned, fields=frozenset({field}), must=(winner,), may=values, compared=(winner, loser)
    )


def missing_field(asking: Asking, number: int) -> Question:
    """The record is there, the value isn't."""
    collection, field = (("machines", "supplier"), ("parcels", "note"))[number % 2]
    row = asking.row(collection, lambda row: field not in row)
    label = asking.site.label(collection, row)
    prompt = asking.one(phrases.LOOK_UP[field]).format(l=label)
    return asking.question(prompt, _by_label(collection, [label], [LABELS[collection], field]))


def missing_entity(asking: Asking, number: int) -> Question:
    """No record has this name. In every second question the tool gives others."""
    collection = tuple(LABELS)[number % len(LABELS)]
    known = {asking.site.label(collection, row) for row in asking.site.rows[collection]}
    row = asking.row(collection)
    label, old = asking.site.label(collection, row), "".join(filter(str.isdigit, asking.site.label(collection, row)))
    absent = next(name for n in count(int(old) + 40) if (name := label.replace(old, str(n))) not in known)
    field = {"machines": "temperature", "parcels": "weight", "rooms": "area"}[collection]
    prompt = asking.one(phrases.LOOK_UP[field]).format(l=absent)
    if collection == "machines" and number == 0:
        planned = call("machines_in_hall", hall=row["hall"], fields=["name", field])
        return asking.question(_in_hall(asking, row["hall"], prompt), planned)
    return asking.question(prompt, _by_label(collection, [absent], [LABELS[collection], field]))


def nothing_to_ask(asking: Asking, number: int) -> Question:
    return asking.question(phrases.NOTHING[asking.language][number])


MAKERS: dict[str, Callable[[Asking, int], Question]] = {
    "look up": look_up,
    "one of several": one_of_several,
    "list": a_list,
    "count": a_count,
    "extreme": an_extreme,
    "comparison": a_comparison,
    "missing field": missing_field,
    "missing entity": missing_entity,
    "nothing to ask": nothing_to_ask,
}
