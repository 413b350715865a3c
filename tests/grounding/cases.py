"""Drafts that are true, and drafts with exactly one error, from a seed. Imports nothing of the program."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.grounding.domains import DOMAINS, LANGUAGES, Domain, Language, value
from tests.grounding.telling import Row, Scene, Telling

KINDS = ("look_up", "look_up", "look_up", "look_up", "two", "two", "list", "list_values", "count", "most", "whether")
MUTATIONS = (
    "digit",
    "other record",
    "other entity",
    "outside entity",
    "other field",
    "date",
    "id",
    "unit",
    "negation",
    "count",
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question, its records, how to read them, and a draft with gold."""

    domain: str
    held_out: bool
    language: Language
    kind: str
    question: str
    records: list[Row]
    read: dict[str, Any]
    descriptions: dict[str, dict[str, Any]]
    draft: str
    #: None: the draft is true, else the one error in it.
    mutation: str | None
    variant: str


def cases(seed: int, count: int, *, held_out: bool | None = None) -> Iterator[Case]:
    """So many cases, half of them true; ``held_out``: only of the held-out domains, or only of the others."""
    dice = random.Random(seed)
    domains = [domain for domain in DOMAINS if held_out is None or domain.held_out == held_out]
    made = 0
    while made < count:
        scene = _scene(dice, domains)
        mutation = None if made % 2 == 0 else MUTATIONS[(made // 2) % len(MUTATIONS)]
        case = _case(scene, mutation)
        tries = 0
        while case is None:
            tries += 1
            case = _case(_scene(dice, domains), mutation)
            assert tries < 500, mutation
        yield case
        made += 1


def _scene(dice: random.Random, domains: list[Domain]) -> Scene:
    domain, language, kind = dice.choice(domains), dice.choice(LANGUAGES), dice.choice(KINDS)
    rows: list[Row] = []
    for number in range(dice.randint(2, 5)):
        row = {domain.label_key: domain.label(dice, number, language)}
        row |= {attribute.key: value(attribute, dice, language) for attribute in domain.attributes}
        if row[domain.label_key] not in [each[domain.label_key] for each in rows]:
            rows.append(row)
    pool = [one for one in domain.attributes if kind != "whether" or one.kind == "choice"]
    if kind == "most":
        pool = [one for one in domain.attributes if one.kind in {"number", "whole", "money"}]
    first = dice.choice(pool)
    second = dice.choice([one for one in domain.attributes if one is not first])
    main = max(rows, key=lambda row: row[first.key]) if kind == "most" else dice.choice(rows)
    if kind == "most":
        # One record is the extreme: of two that tie either would be right.
        rows = [row for row in rows if row is main or row[first.key] < main[first.key]]
    return Scene(
        dice=dice, domain=domain, language=language, kind=kind, rows=rows, main=main, attributes=(first, second),
        phrasing=dice.randrange(5),
    )  # fmt: skip


def _case(scene: Scene, mutation: str | None) -> Case | None:
    dice, said = scene.dice, Telling(scene=scene, mutation=mutation)
    draft = said.draft()
    if draft is None or (mutation is None) != (draft == said.true):
        return None
    projected = scene.kind in {"look_up", "two", "whether"} and dice.random() < 0.5
    fields = [scene.domain.label_key, *_asked_keys(scene)]
    records = [{key: scene.main[key] for key in fields}] if projected else scene.rows
    return Case(
        domain=scene.domain.name,
        held_out=scene.domain.held_out,
        language=scene.language,
        kind=scene.kind,
        question=said.question(),
        records=records,
        read=_read(scene, fields),
        descriptions=_descriptions(scene, fields if projected else None),
        draft=draft,
        mutation=mutation,
        variant=said.variant,
    )


def _asked_keys(scene: Scene) -> list[str]:
    if scene.kind in {"list", "count"}:
        return []
    return [one.key for one in scene.attributes[: 2 if scene.kind == "two" else 1]]


def _read(scene: Scene, fields: list[str]) -> dict[str, Any]:
    if scene.kind == "count":
        return {"reduce": "count"}
    if scene.kind == "most":
        return {"fields": fields, "reduce": "max", "by": scene.first.key}
    return {"fields": fields}


def _descriptions(scene: Scene, only: list[str] | None) -> dict[str, dict[str, Any]]:
    """Declared fields: the label, the units; half of the sites describe them in their own language."""
    domain, own = scene.domain, scene.dice.random() < 0.5
    found: dict[str, dict[str, Any]] = {
        domain.label_key: {"label": True, "description": domain.nouns[scene.language if own else "en"]}
    }
    for attribute in domain.attributes:
        name = attribute.names[scene.language if own else "en"]
        name = name.partition(" ")[2] if own and scene.language == "de" else name
        found[attribute.key] = {"description": name} | ({"unit": attribute.unit} if attribute.unit else {})
    return {key: said for key, said in found.items() if only is None or key in only}
