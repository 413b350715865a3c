# ruff: noqa: E501 (tables of phrases)
"""Words one case: the true draft, and the one with an error. Imports nothing of the program."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.grounding import forms
from tests.grounding.domains import Attribute, Domain, Language
from tests.grounding.phrasings import ASKS, NEGATE, TELLS

Row = dict[str, Any]


@dataclass(kw_only=True)
class Scene:
    """What a case is about."""

    dice: random.Random
    domain: Domain
    language: Language
    kind: str
    rows: list[Row]
    main: Row
    attributes: tuple[Attribute, Attribute]
    phrasing: int

    @property
    def first(self) -> Attribute:
        return self.attributes[0]

    def label(self, row: Row) -> str:
        return str(row[self.domain.label_key])


@dataclass(kw_only=True)
class Telling:
    """Words one case: the true draft, and the one with the error."""

    scene: Scene
    mutation: str | None
    variant: str = "plain"
    true: str = ""

    def question(self) -> str:
        scene = self.scene
        asked_value = scene.main[scene.first.key] if scene.kind == "whether" else ""
        return ASKS[scene.kind][scene.language][scene.phrasing].format(
            **self._names(), l=scene.label(scene.main), v=asked_value
        )

    def draft(self) -> str | None:
        """The true draft, or that with its mutation; None where the mutation makes no sense here."""
        scene = self.scene
        x, self.variant = forms.say(scene.main[scene.first.key], scene.first, scene.language, scene.dice)
        y, _ = forms.say(scene.main[scene.attributes[1].key], scene.attributes[1], scene.language, scene.dice)
        count = self._count(len(scene.rows))
        self.true = self._fill(scene.label(scene.main), x, y, count, scene.rows)
        match self.mutation:
            case None:
                return self.true
            case "negation":
                return self._negated()
            case "count":
                return self._miscounted(x, y)
            case "other entity" | "outside entity" | "id":
                return self._misnamed(x, y, count)
            case _:
                wrong = self._wrong_value()
                if wrong is None or wrong == x:
                    return None
                if scene.kind in {"list", "count"}:
                    return None
                if scene.kind == "list_values":
                    return self.true.replace(x, wrong, 1) if self.true.count(x) == 1 else None
                return self._fill(scene.label(scene.main), wrong, y, count, scene.rows)

    def _names(self) -> dict[str, str]:
        scene, language = self.scene, self.scene.language
        found = {"n": scene.domain.nouns[language], "ns": scene.domain.plurals[language]}
        for key, attribute in zip("ab", scene.attributes, strict=True):
            name = attribute.names[language]
            found[f"d{key}"] = name
            found[f"D{key}"] = name[0].upper() + name[1:]
            found[key] = name.partition(" ")[2] if language == "de" else name
        return found

    def _fill(self, label: str, x: str, y: str, count: str, rows: list[Row]) -> str:
        scene, language = self.scene, self.scene.language
        stop = "。" if language == "zh" else "."
        told = {scene.label(row): x if row is scene.main else self._plain(row) for row in rows}
        told = {label if name == scene.label(scene.main) else name: said for name, said in told.items()}
        names = self._names()
        joined, comma = {"en": (" and ", ", "), "de": (" und ", ", "), "zh": ("和", "、")}[language]
        listed = comma.join(list(told)[:-1]) + joined + list(told)[-1] if len(told) > 1 else next(iter(told))
        sentence = {"en": "The {a} of {l} is {x}", "de": "{Da} von {l} ist {x}", "zh": "{l}的{a}是{x}"}[language]
        values = {
            "l": label, "x": x, "y": y, "c": count, "list": listed, "yn": {"en": "Yes", "de": "Ja", "zh": "是的"}[language],
            "lines": "\n".join(f"- {name}: {said}" if scene.kind == "list_values" else f"- {name}" for name, said in told.items()),
            "pairs": comma.join(f"{name} ({said})" for name, said in told.items()),
            "sentences": " ".join(sentence.format(**names, l=name, x=said) + stop for name, said in told.items()),
        }  # fmt: skip
        text = TELLS[scene.kind][language][self.scene.phrasing if scene.kind != "look_up" else self._answer()]
        return text.format(**names, **values)

    def _answer(self) -> int:
        """Questions and answers of a look-up are paired freely, but always the same within a case."""
        return (self.scene.phrasing * 3 + len(self.scene.rows)) % 5

    def _plain(self, row: Row) -> str:
        return forms.say(row[self.scene.first.key], self.scene.first, self.scene.language)[0]

    def _count(self, count: int) -> str:
        return forms.WORDS[self.scene.language][count] if self.scene.phrasing % 2 and count > 1 else str(count)

    def _negated(self) -> str | None:
        if self.scene.kind in {"list", "list_values", "count"}:
            return None
        for pattern, negated in NEGATE[self.scene.language]:
            if pattern in self.true:
                return self.true.replace(pattern, negated, 1)
        return None

    def _miscounted(self, x: str, y: str) -> str | None:
        scene = self.scene
        if (
            scene.kind not in {"count", "list", "list_values"}
            or "{c}" not in TELLS[scene.kind][scene.language][scene.phrasing]
        ):
            return None
        wrong = len(scene.rows) + scene.dice.choice((-1, 1))
        return self._fill(scene.label(scene.main), x, y, self._count(wrong), scene.rows) if wrong > 0 else None

    def _misnamed(self, x: str, y: str, count: str) -> str | None:
        scene = self.scene
        if scene.kind == "count":
            return None
        label, others = scene.label(scene.main), [scene.label(row) for row in scene.rows if row is not scene.main]
        if self.mutation == "id":
            spots = [match.start() for match in re.finditer(r"\d", label)]
            if not spots:
                return None
            spot = scene.dice.choice(spots)
            wrong = (
                label[:spot] + scene.dice.choice([one for one in "123456789" if one != label[spot]]) + label[spot + 1 :]
            )
        elif self.mutation == "outside entity":
            wrong = scene.domain.label(scene.dice, len(scene.rows), scene.language)
        else:
            if scene.kind in {"list", "list_values"} or not others:
                return None
            wrong = scene.dice.choice(others)
        if wrong == label or (wrong in others) != (self.mutation == "other entity"):
            return None
        same = [row for row in scene.rows if scene.label(row) == wrong]
        if any(all(row[one.key] == scene.main[one.key] for one in scene.attributes) for row in same):
            return None
        return self._fill(wrong, x, y, count, scene.rows)

    def _wrong_value(self) -> str | None:
        scene, attribute = self.scene, self.scene.first
        right = scene.main[attribute.key]
        match self.mutation:
            case "digit":
                return self._wrong_digit(right, attribute)
            case "date":
                if attribute.kind != "day":
                    return None
                shifted = date.fromisoformat(right) + timedelta(
                    days=scene.dice.choice((-31, -10, -2, -1, 1, 2, 10, 31))
                )
                return forms.day(shifted, scene.language, scene.dice)[0]
            case "unit":
                if attribute.unit is None:
                    return None
                unit = scene.dice.choice(forms.WRONG[attribute.unit])
                unit = {"zh": forms.WRONG_ZH, "de": forms.WRONG_DE, "en": {}}[scene.language].get(unit, unit)
                digits = forms.number(Decimal(str(right)), attribute.digits, scene.language, grouped=right >= 1000)
                return forms.with_unit(digits, unit, scene.language)
            case "other record":
                others = [row[attribute.key] for row in scene.rows if row[attribute.key] != right]
                return forms.say(scene.dice.choice(others), attribute, scene.language)[0] if others else None
            case "other field":
                pool = [
                    one
                    for one in scene.domain.attributes
                    if one not in scene.attributes and scene.main[one.key] != right
                ]
                other = scene.dice.choice(pool)
                return forms.say(scene.main[other.key], other, scene.language)[0]
        return None

    def _wrong_digit(self, right: Any, attribute: Attribute) -> str | None:
        if not isinstance(right, (int, float)):
            return None
        text = forms.say(right, attribute, self.scene.language)[0]
        spots = [match.start() for match in re.finditer(r"\d", text)]
        spot = self.scene.dice.choice(spots)
        digit = self.scene.dice.choice([one for one in "123456789" if one != text[spot]])
        return text[:spot] + digit + text[spot + 1 :]
