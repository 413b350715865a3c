"""The judge lets right answers pass in any usual form, and no wrong one."""

from __future__ import annotations

import pytest

from edge_agent.demo.judge import faults
from edge_agent.demo.questions import Question
from edge_agent.messages import ErrorBody, Response, Source

REVENUE = Question(
    prompt="Q?", tools=frozenset({"sales"}), must=("Willow Bench", 53436.0), must_not=frozenset({"Kettle"})
)
COUNT = Question(prompt="How many at site 7?", must=(4.0,), count=True)
LOOK_UP = Question(prompt="Which?", must=(("AL-3312", "door open"),), must_not=frozenset({"12-A"}))
NOTHING = Question(prompt="What?", nothing=True)


def said(answer: str, *, model: str = "facts", tool: str = "sales") -> Response:
    return Response(id="1", status="ok", answer=answer, model=model, sources=[Source(tool=tool, status="ok")])


@pytest.mark.parametrize(
    "number", ["53436", "53,436", "53.436", "53 436".replace(" ", "\u202f"), "53,436.00 EUR", "53436.0"]
)
def test_a_number_may_be_written_in_any_usual_form(number: str) -> None:
    assert faults(REVENUE, said(f"The Willow  bench, with {number}.")) == []


@pytest.mark.parametrize(
    "answer",
    [
        "The Willow Bench, with 53,437.",
        "The Willow Bench, with 5,343.6.",
        "The Willow Bench, with 153436.",
        "The Willow Benches, with 53436.",
        "The Willow Bench (53436), then the Kettle.",
        "53436",
    ],
)
def test_a_wrong_answer_is_found(answer: str) -> None:
    assert faults(REVENUE, said(answer))


@pytest.mark.parametrize("answer", ["4", "There are 4 alarms at site 7.", "There are four."])
def test_a_count_may_be_a_word(answer: str) -> None:
    assert faults(COUNT, said(answer)) == []


@pytest.mark.parametrize("answer", ["There are 4 of 5.", "There are 14.", "No. 4-B", "There are 7 at site 7."])
def test_a_count_says_no_other_number(answer: str) -> None:
    assert faults(COUNT, said(answer))


def test_one_of_several_is_enough() -> None:
    assert faults(LOOK_UP, said("It is AL-3312.")) == []
    assert faults(LOOK_UP, said("The DOOR OPEN one.")) == []
    assert faults(LOOK_UP, said("It is AL-33123."))


def test_another_cell_is_a_fault_and_a_longer_id_is_another_cell() -> None:
    assert faults(LOOK_UP, said("AL-3312 at 12-A"))
    assert faults(LOOK_UP, said("AL-3312 at 112-A")) == []


def test_where_there_is_nothing_no_model_may_speak() -> None:
    assert faults(NOTHING, said("Nothing.", model="none")) == []
    assert faults(NOTHING, said("Nothing.", model="smollm2"))


def test_another_tool_or_an_error_is_a_fault() -> None:
    assert faults(REVENUE, said("Willow Bench 53436", tool="orders"))
    failed = Response(id="1", status="error", error=ErrorBody(code="expired", message=""))
    assert faults(REVENUE, failed) == ["no answer: expired"]
