"""The bench's own judge and gold: planted errors are found, right answers in any usual form are right."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import pytest

import bench.quality
from bench.quality.judge import faults, fold, outcome
from bench.quality.question import KINDS, Question
from bench.quality.questions import questions, sites
from bench.quality.site import LABELS, Language

SEED = 4711
MADE = questions(SEED)
SITES = sites(SEED)
GOLD_MODULES = ("site", "phrases", "question", "makers", "questions", "judge")


def spoken(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"{value:g}" if isinstance(value, float) else str(value)


def told(question: Question) -> str:
    """A right answer, as plain as can be."""
    if question.whether is not None:
        yes, no = {"en": ("Yes.", "No."), "de": ("Ja.", "Nein."), "zh": ("是的。", "不是。")}[question.language]
        return yes if question.whether else no
    if question.language == "de":
        return "; ".join(spoken(value).replace(".", ",") for value in question.must)
    return "; ".join(spoken(value) for value in question.must)


ANSWERABLE = [question for question in MADE if not question.refused]


@pytest.mark.parametrize("name", GOLD_MODULES)
def test_gold_is_computed_without_the_program(name: str) -> None:
    tree = ast.parse((Path(bench.quality.__path__[0]) / f"{name}.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [module for module in modules if module.startswith("edge_agent")]


def test_there_are_a_hundred_different_questions_of_all_kinds_from_the_seed() -> None:
    assert len({question.prompt for question in MADE}) == 100
    assert {question.kind for question in MADE} == set(KINDS)
    assert {question.language for question in MADE} == {"en", "de", "zh"}
    assert [question.prompt for question in questions(SEED)] == [question.prompt for question in MADE]
    assert [question.prompt for question in questions(SEED + 1)] != [question.prompt for question in MADE]


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.prompt)
def test_the_plain_gold_is_right(question: Question) -> None:
    assert list(faults(question, SITES[question.language], told(question))) == []


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.prompt)
def test_another_records_name_or_another_number_is_wrong(question: Question) -> None:
    site = SITES[question.language]
    named = {fold(str(value)) for value in (*question.must, *question.may)} | {fold(question.prompt)}
    others = [site.label(kind, row) for kind in LABELS for row in site.rows[kind]]
    other = next(name for name in others if not any(fold(name) in text for text in named))
    assert outcome(question, site, f"{told(question)} {other}", model="m")[0] == "wrong"
    assert outcome(question, site, f"{told(question)} 987,3", model="m")[0] == "wrong"


def test_saying_nothing_is_right_only_where_there_is_nothing() -> None:
    for question in MADE:
        judged, _ = outcome(question, SITES[question.language], "", model="none")
        assert judged == ("refused right" if question.refused else "refused wrong")
        if question.refused:
            assert outcome(question, SITES[question.language], "5 kg", model="facts")[0] == "wrong"


def look_up(language: Language = "en", **gold: object) -> Question:
    return Question(**{"kind": "look up", "language": language, "prompt": "?", "calls": (), **gold})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (look_up(must=(71.46,), fields=frozenset({"temperature"})), "It is 71.5 °C.", True),
        (look_up(must=(71.46,), fields=frozenset({"temperature"})), "It is 71.4 °C.", False),
        (look_up(must=(71.46,), fields=frozenset({"temperature"})), "It is 71.5 °F.", False),
        (look_up(must=(71.46,), fields=frozenset({"temperature"})), "It is not 71.5 °C.", False),
        (look_up(must=(71.46,), fields=frozenset({"temperature"})), "The power is 71.5 °C.", False),
        (look_up("de", must=(1234.5,)), "Es sind 1.234,5 kg.", False),
        (look_up("de", must=(1234.5,), fields=frozenset({"weight"})), "Es sind 1.234,5 kg.", True),
        (look_up("de", must=(6.0,)), "There are 6.", False),
        (look_up(must=(3.0,)), "There are three.", True),
        (look_up(must=(datetime(2026, 6, 10, 9, 30),)), "On June 10, 2026, 9:30 AM.", True),  # noqa: DTZ001
        (look_up(must=(datetime(2026, 6, 10, 9, 30),)), "On 10 June 2026 at 09:45.", False),  # noqa: DTZ001
        (look_up(must=(datetime(2026, 6, 10, 9, 30),)), "On June 11, 2026.", False),  # noqa: DTZ001
        (look_up("zh", must=(12.7,), fields=frozenset({"power"})), "功率是12.7 kW。", True),
        (look_up("zh", must=(12.7,), fields=frozenset({"power"})), "功率是12.7 kW吗？", False),
        (look_up(kind="comparison", whether=True, compared=("A 1", "B 2"), may=("A 1", "B 2")), "Yes.", True),
        (look_up(kind="comparison", whether=True, compared=("A 1", "B 2"), may=("A 1", "B 2")), "No.", False),
    ],
)
def test_values_are_judged_in_any_usual_form(question: Question, answer: str, right: bool) -> None:
    assert (outcome(question, SITES[question.language], answer, model="m")[0] == "right") is right
