"""The gate: what may leave, and what is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, get_type_hints

import msgspec
import pytest

from edge_agent.errors import EgressRefused
from edge_agent.messages import PlanBody, ToolSignature, canonical, is_plan_body
from edge_agent.privacy.egress import Gate, count_words
from tests.bridge.samples import SALES, TOOLS, StillClock

GATE = Gate(clock=StillClock())


def finds(*values: str) -> Any:
    return lambda text: [(text.index(each), text.index(each) + len(each)) for each in values if each in text]


def test_what_leaves_is_the_template_the_signatures_the_date_and_the_violation_and_no_more() -> None:
    leaving = GATE.look("What sold best?", TOOLS, violation="`quarter` is required")
    assert msgspec.json.decode(leaving.raw) == {
        "prompt": "What sold best?",
        "tools": msgspec.to_builtins(TOOLS),
        "today": "2026-11-25 (Wednesday), UTC",
        "violation": "`quarter` is required",
    }
    assert leaving.raw == canonical(leaving.body)
    assert leaving.sha256 == hashlib.sha256(leaving.raw).hexdigest()
    assert "violation" not in msgspec.json.decode(GATE.look("What?", TOOLS).raw)


def test_the_exact_keys_are_written_down_and_a_new_field_does_not_slip_out() -> None:
    assert set(get_type_hints(PlanBody)) == {"prompt", "tools", "today", "violation"}
    assert set(get_type_hints(ToolSignature)) == {"name", "description", "parameters"}
    body = msgspec.to_builtins(GATE.look("What?", TOOLS).body)
    assert is_plan_body(body)
    others: list[object] = [
        {**body, "device": "kiosk"},
        {**body, "violation": 1},
        {**body, "tools": [{**body["tools"][0], "rows": 7}]},
        {**body, "tools": {}},
        {key: value for key, value in body.items() if key != "today"},
        [],
    ]
    for changed in others:
        assert not is_plan_body(changed)


def test_a_known_value_in_the_template_or_the_violation_is_refused_and_not_repeated() -> None:
    gate = replace(GATE, known=finds("Anna Schmidt"))
    for template, violation in (("Where is Anna Schmidt?", None), ("Where?", "Anna Schmidt is no number")):
        with pytest.raises(EgressRefused) as refused:
            gate.look(template, TOOLS, violation=violation)
        assert "Anna" not in str(refused.value)
    assert gate.look("Where is <NAME_1>?", TOOLS)


def test_a_placeholder_is_no_known_value_though_somebody_is_called_so() -> None:
    gate = replace(GATE, known=finds("NAME"))
    assert gate.look("Where is <NAME_1>?", TOOLS)
    with pytest.raises(EgressRefused):
        gate.look("Where is NAME?", TOOLS)


@pytest.mark.parametrize("canary", ['sesame "17"', "SESAME", "Straße", "火"])
def test_a_canary_is_found_anywhere_in_the_bytes(canary: str) -> None:
    gate = replace(GATE, canaries=[canary])
    assert gate.look("What sold best?", TOOLS)
    said = {"Straße": "strasse"}.get(canary, canary.lower())
    hidden = msgspec.structs.replace(
        SALES, parameters={"properties": {"x": {"enum": [f"a {said} b"], "type": "string"}}}
    )
    for template, tools in ((f"Open {said}!", TOOLS), ("Open!", [*TOOLS, hidden])):
        with pytest.raises(EgressRefused) as refused:
            gate.look(template, tools)
        assert canary not in str(refused.value)


def test_consent_is_to_one_body() -> None:
    leaving = GATE.look("What sold best?", TOOLS)
    assert GATE.consented(leaving, None) is leaving
    assert GATE.consented(leaving, leaving.sha256) is leaving
    for other in ("", "00", GATE.look("What sold least?", TOOLS).sha256):
        with pytest.raises(EgressRefused, match="consented"):
            GATE.consented(leaving, other)


@pytest.mark.parametrize(
    ("template", "words"),
    [("", 0), ("What sold best in Q2?", 5), ("Where is <NAME_1> <ORDER_12>?", 2), ("哪个产品卖得最好 in Q2", 10)],
)
def test_words_are_counted_without_placeholders(template: str, words: int) -> None:
    assert count_words(template) == words
