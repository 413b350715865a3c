"""Redact → restore: what a person typed comes back, whatever it is; and nothing else does."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from edge_agent.errors import PlanRejected
from edge_agent.privacy import LEVELS, Level, redact, redactor, restore
from tests.privacy.samples import CATALOGUE, HOSTILE

#: `make privacy` sets it to 20000.
EXAMPLES = int(os.environ.get("PRIVACY_EXAMPLES", "1000"))
REDACTORS = {level: redactor(level=level, signatures=CATALOGUE) for level in LEVELS}


@pytest.mark.parametrize("level", LEVELS)
def test_what_was_typed_comes_back(level: Level) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HOSTILE)
    def comes_back(text: str) -> None:
        redacted = REDACTORS[level].redact(text)
        assert restore({"a": [{"b": redacted.template}]}, redacted.vault) == {"a": [{"b": text}]}

    comes_back()


def test_the_whole_text_is_rarely_hidden_to_keep_the_promise() -> None:
    """The last resort, one literal for all, must stay one: else the test above proves nothing."""
    counted = {"all": 0, "whole": 0}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HOSTILE)
    def count(text: str) -> None:
        counted["all"] += 1
        template = REDACTORS["strict"].redact(text).template
        counted["whole"] += template == "<LITERAL_1>" and len(text) > 30

    count()
    assert counted["whole"] <= counted["all"] * 0.01


@pytest.mark.parametrize(
    "said",
    [
        "<NAME_1>", "<name_1>", "< NAME_1 >", "<NAME 1>", "<Name-1>", "&lt;NAME_1&gt;", "＜NAME_1＞", "[NAME_1]",
        "{NAME_1}", "<NAME_1", "NAME_1>", "NAME_1", "name_1", "<NAME1>", "<NAME_01>", "\\u003cNAME_1\\u003e",
    ],
)  # fmt: skip
def test_mangled_placeholders_are_read(said: str) -> None:
    assert restore({"who": said}, {"<NAME_1>": "Anna"}) == {"who": "Anna"}


@pytest.mark.parametrize(
    "said", ["<NAME_2>", "<ORDER_1>", "<NAME_>", "<NAME>", "NAME_2", "<NAME", "<NAME_1_2>", "&lt;NAME_9&gt;"]
)
def test_unknown_or_broken_placeholders_are_refused(said: str) -> None:
    with pytest.raises(PlanRejected):
        restore({"who": said}, {"<NAME_1>": "Anna"})


def test_a_number_is_read_whole() -> None:
    vault = {f"<NAME_{number}>": f"person{number}" for number in range(1, 12)}
    assert restore({"who": "<NAME_10>"}, vault) == {"who": "person10"}


def test_a_value_that_looks_like_a_placeholder_is_not_read_again() -> None:
    assert restore({"a": "<NAME_1>"}, {"<NAME_1>": "<NAME_2>", "<NAME_2>": "secret"}) == {"a": "<NAME_2>"}


def test_a_value_can_not_add_a_key() -> None:
    value = '", "admin": true, "x": "'
    assert restore({"who": "<NAME_1>"}, {"<NAME_1>": value}) == {"who": value}


def test_a_placeholder_as_a_key_is_refused() -> None:
    with pytest.raises(PlanRejected):
        restore({"a": {"<NAME_1>": 1}}, {"<NAME_1>": "Anna"})


def test_other_values_are_left_alone() -> None:
    arguments = {"n": 5, "f": 1.5, "b": True, "none": None, "text": "line_1 of 5 < 6", "list": ["a", 1]}
    assert restore(arguments, {"<NAME_1>": "Anna"}) == arguments


def test_a_users_own_look_alike_is_a_literal() -> None:
    redacted = redact("what is <ORDER_1>?", signatures=CATALOGUE)
    assert redacted.template == "what is <LITERAL_1>?"
    assert redacted.vault == {"<LITERAL_1>": "<ORDER_1>"}


def test_the_same_value_has_the_same_number() -> None:
    redacted = redact("SO-10135 and SO-10136 and SO-10135", signatures=CATALOGUE)
    assert redacted.template == "<ORDER_1> and <ORDER_2> and <ORDER_1>"
