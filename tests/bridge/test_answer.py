"""Reading what clouds answer: tool calls, JSON in text, foreign shapes, and what is no plan."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_agent.bridge.answer import MAX_PLAN_BYTES, read_answer
from edge_agent.errors import PlannerFailed
from edge_agent.messages import ToolSignature
from edge_agent.testing.cloud import completions
from edge_agent.testing.cloud.scripted import Cloud
from tests.bridge.samples import TOOLS


def read(payload: bytes) -> list[tuple[str, dict[str, Any]]]:
    return [(call.tool, call.arguments) for call in read_answer(payload, TOOLS).calls]


def test_tool_calls_become_calls_in_their_order_with_usage_and_model() -> None:
    calls = [completions.called("stock", {}), completions.called("sales_by_product", {"quarter": "Q2"})]
    answer = read_answer(completions.completed(tool_calls=calls, model="m-1", bytes_read=400).body, TOOLS)
    assert [call.tool for call in answer.calls] == ["stock", "sales_by_product"]
    assert answer.model == "m-1"
    assert answer.usage is not None
    assert answer.usage.plan_input == 100
    assert answer.usage.plan_output > 0


PLAN = '{"calls": [{"tool": "sales_by_product", "arguments": {"quarter": "Q2"}}]}'


@pytest.mark.parametrize(
    "text",
    [
        PLAN,
        f"```json\n{PLAN}\n```",
        f"Here is the plan:\n```\n{PLAN}\n```\nIt will tell you.",
        '{"name": "sales_by_product", "arguments": {"quarter": "Q2"}}',
        '{"name": "sales_by_product", "parameters": {"quarter": "Q2"}}',
        '[{"name": "sales_by_product", "arguments": "{\\"quarter\\": \\"Q2\\"}"}]',
        '{"function": "sales_by_product", "arguments": {"quarter": "Q2"}}',
        '{"type": "function", "function": {"name": "sales_by_product", "arguments": {"quarter": "Q2"}}}',
        '{"tool_calls": [{"function": {"name": "sales_by_product", "arguments": {"quarter": "Q2"}}}]}',
        '<tool_call>\n{"name": "sales_by_product", "arguments": {"quarter": "Q2"}}\n</tool_call>',
    ],
)
def test_calls_as_json_in_plain_text_are_read_in_whatever_shape(text: str) -> None:
    assert read(Cloud.says(text).body) == [("sales_by_product", {"quarter": "Q2"})]


@pytest.mark.parametrize(
    "text", ["NONE", " NONE.\n", "`NONE`", "NONE: no function is about weather.", "", '{"calls": []}', "[]"]
)
def test_nothing_fits_is_a_plan_without_calls(text: str) -> None:
    assert read(Cloud.says(text).body) == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"<html>502</html>",
        b'{"choices": []}',
        b'{"error": {"message": "no"}}',
        b"\xff\xfe",
        b"[" * 5000,
        Cloud.prose().body,
        Cloud.says('{"answer": 42}').body,
        Cloud.says('{"tool": "stock", "arguments": [1]}').body,
        Cloud.says("```json\n{broken\n```").body,
        Cloud.says("[" * 900 + "]" * 900).body,
        Cloud.plan("sales_by_product", '{"quarter": "Q').body,
        Cloud.plan("sales_by_product", '"Q2"').body,
        Cloud.says(PLAN, finish_reason="length").body,
        Cloud.plan("sales_by_product", '{"a":' * 40 + "1" + "}" * 40).body,
        Cloud.plan("sales_by_product", {"quarter": "x" * MAX_PLAN_BYTES}).body,
    ],
)
def test_what_is_no_plan_is_a_bad_answer(payload: bytes) -> None:
    with pytest.raises(PlannerFailed) as caught:
        read(payload)
    assert caught.value.code == "bad_answer"


def test_a_refusal_is_refused() -> None:
    said = {"choices": [{"message": {"content": None, "refusal": "I can't help with that"}}]}
    for payload in (msgspec.json.encode(said), Cloud.says("", finish_reason="content_filter").body):
        with pytest.raises(PlannerFailed) as caught:
            read(payload)
        assert caught.value.code == "refused"


def test_nulls_of_strict_mode_are_dropped_only_where_the_parameter_is_optional() -> None:
    arguments = {"quarter": None, "limit": None, "since": "3d", "unknown": None}
    assert read(Cloud.plan("sales_by_product", arguments).body) == [
        ("sales_by_product", {"quarter": None, "since": "3d"})
    ]


def test_a_tool_whose_schema_is_none_is_read_all_the_same() -> None:
    odd = ToolSignature(name="odd", description="", parameters={"required": 7, "properties": {"a": 5}})
    [call] = read_answer(Cloud.plan("odd", {"a": {"b": None, "c": 1}, "d": None}).body, [odd]).calls
    assert call.arguments == {"a": {"c": 1}}


def test_an_unknown_tool_or_a_wrong_argument_is_left_to_the_agent() -> None:
    assert read(Cloud.plan("drop_tables", {"really": True}).body) == [("drop_tables", {"really": True})]
