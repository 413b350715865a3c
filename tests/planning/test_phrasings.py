"""The demo's pinned questions in other people's words: the right plan, or none; never a wrong one."""

from __future__ import annotations

import re

import pytest
from rapidfuzz import fuzz, process

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.config_file import loads
from edge_agent.demo.house import Cloud, House
from edge_agent.errors import PlannerFailed
from edge_agent.offer import Offer, check_offer
from edge_agent.planning.pinned import NEAR
from tests.planning.phrasings import OTHERS, WANTED, Wanted

RIGHT_AT_LEAST = 0.9


@pytest.fixture(scope="module")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Offer:
    house = House(state=tmp_path_factory.mktemp("state"), port=2883, cloud=Cloud())
    return check_offer(loads(house._agent_toml(None), config.Agent, name="agent.toml"), Clock())


def planned(offer: Offer, question: str) -> list[Wanted]:
    try:
        match = offer.plans.match(question, offer.registry.tools)
    except PlannerFailed:
        return []
    return [(call.tool, dict(call.arguments)) for call in match.calls]


def is_right(calls: list[Wanted], wanted: Wanted) -> bool:
    tool, arguments = wanted
    return len(calls) == 1 and calls[0][0] == tool and arguments.items() <= calls[0][1].items()


def test_ten_phrasings_of_each_question_are_planned_right_or_not_at_all(offer: Offer) -> None:
    assert {len(phrasings) for _, phrasings in WANTED} == {10}
    asked = [(wanted, question, planned(offer, question)) for wanted, all_of in WANTED for question in all_of]
    wrong = [(question, calls) for wanted, question, calls in asked if calls and not is_right(calls, wanted)]
    missed = [question for _, question, calls in asked if not calls]
    right = len(asked) - len(wrong) - len(missed)
    print(f"{right} of {len(asked)} right, {len(missed)} refused, {len(wrong)} wrong; refused: {missed}")
    assert wrong == []
    assert right / len(asked) >= RIGHT_AT_LEAST, missed


def test_a_near_miss_is_not_planned(offer: Offer) -> None:
    wrong = [(question, calls) for question in OTHERS if (calls := planned(offer, question))]
    assert wrong == []


def test_likeness_alone_would_plan_most_near_misses(offer: Offer) -> None:
    """Negative control: these questions are near enough to fool a matcher that only compares texts."""
    patterns = [pattern.text for plan in offer.plans.plans for pattern in plan.patterns]
    fooled = [each for each in OTHERS if process.extractOne(each, patterns, scorer=fuzz.WRatio, score_cutoff=NEAR)]
    assert len(fooled) > len(OTHERS) / 2


def test_the_refusal_says_what_can_be_asked(offer: Offer) -> None:
    with pytest.raises(PlannerFailed, match=r"Which cell at site \{site\} is the bottleneck"):
        offer.plans.match("What will the weather be like tomorrow?", offer.registry.tools)


TURNS = re.findall(
    r"\w+",
    """
    not never no without except unlike nobody yesterday tomorrow previously formerly soon next last second third lowest
    worst least fewest cheapest oldest average total why who when since until before after if or than less more yearly
    weekly forecast cancel delete change increase 13 2 24h
    """,
)


def test_one_word_more_that_could_turn_the_question_leaves_it_without_a_plan(offer: Offer) -> None:
    """Each phrasing with each of these words at its beginning, in its middle and at its end: nothing is planned."""
    turned = [
        " ".join([*words[:place], turn, *words[place:]])
        for _, phrasings in WANTED
        for words in map(str.split, phrasings)
        for turn in TURNS
        for place in (0, len(words) // 2, len(words))
    ]
    wrong = [(question, calls) for question in turned if (calls := planned(offer, question))]
    assert len(turned) > 10_000
    assert wrong == []
