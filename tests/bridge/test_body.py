"""What the cloud is sent: by profile and style, byte by byte."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from edge_agent.bridge.body import INSTRUCTIONS, http_body
from edge_agent.bridge.profiles import NotStrict, strict
from edge_agent.messages import PlanBody, ToolSignature, canonical
from tests.bridge.samples import SALES, TOOLS, body, planner

STRICT_KEYS = {"type", "description", "properties", "required", "items", "enum", "anyOf", "additionalProperties"}


def sent(**changes: Any) -> dict[str, Any]:
    violation = changes.pop("violation", None)
    return msgspec.json.decode(http_body(body(violation=violation), planner(**changes)), type=dict[str, Any])


def test_plain_tools_go_as_they_are() -> None:
    assert sent() == {
        "model": "some-model",
        "max_tokens": 1024,
        "temperature": 0,
        "tool_choice": "auto",
        "messages": [
            {"role": "system", "content": INSTRUCTIONS},
            {
                "role": "user",
                "content": "Today is 2026-11-25 (Wednesday), Europe/Berlin.\n\nQuestion: What sold best in Q2?",
            },
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": each.name, "description": each.description, "parameters": each.parameters},
            }
            for each in TOOLS
        ],
    }


def test_openai_gets_strict_functions_its_own_token_parameter_and_no_temperature() -> None:
    request = sent(profile="openai")
    assert request["max_completion_tokens"] == 1024
    assert request["parallel_tool_calls"] is True
    assert not {"temperature", "max_tokens"} & set(request)
    function = request["tools"][0]["function"]
    assert function["strict"] is True
    assert function["parameters"] == {
        "type": "object",
        "properties": {
            "quarter": {"type": "string", "enum": ["Q1", "Q2", "Q3", "Q4"], "description": "The quarter"},
            "limit": {"type": ["integer", "null"], "description": "How many (default: 10; maximum: 50; minimum: 1)"},
            "since": {"type": ["string", "null"], "description": '(pattern: "^[1-9][0-9]*[hd]$")'},
        },
        "required": ["limit", "quarter", "since"],
        "additionalProperties": False,
    }


def test_style_schema_asks_for_json_of_a_plan_and_lists_the_functions_in_text() -> None:
    request = sent(style="schema")
    assert "tools" not in request
    assert request["response_format"]["type"] == "json_object"
    calls = request["response_format"]["schema"]["properties"]["calls"]["items"]["anyOf"]
    assert [each["properties"]["tool"]["enum"] for each in calls] == [["sales_by_product"], ["stock"]]
    assert calls[0]["properties"]["arguments"] == SALES.parameters
    assert canonical(TOOLS).decode() in request["messages"][1]["content"]


def test_openai_with_style_schema_uses_its_strict_json_schema() -> None:
    form = sent(profile="openai", style="schema")["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert_strict(form["json_schema"]["schema"])


def test_a_violation_is_one_more_message_and_the_rest_stays_the_same() -> None:
    first, repair = sent(), sent(violation='parameter "quarter" is required')
    assert repair["messages"][:-1] == first["messages"]
    assert 'parameter "quarter" is required' in repair["messages"][-1]["content"]
    assert {**repair, "messages": 0} == {**first, "messages": 0}


def test_extra_body_is_merged_and_wins() -> None:
    request = sent(extra_body={"temperature": 0.2, "seed": 7})
    assert (request["temperature"], request["seed"]) == (0.2, 7)


def test_no_tools_means_no_tools_key_since_endpoints_refuse_an_empty_list() -> None:
    empty = PlanBody(prompt="x", tools=[], today="2026-11-25")
    assert b'"tools"' not in http_body(empty, planner())


def test_the_bytes_can_be_recomputed_from_the_canonical_body_of_the_egress_log() -> None:
    jumbled = ToolSignature(
        name=SALES.name,
        description=SALES.description,
        parameters={
            **dict(reversed(SALES.parameters.items())),
            "properties": dict(reversed(SALES.parameters["properties"].items())),
        },
    )
    original = PlanBody(prompt="What sold best?", tools=[jumbled], today="2026-11-25")
    logged = msgspec.json.decode(canonical(original), type=PlanBody)
    for profile in ("openai", "plain"):
        for style in ("tools", "schema"):
            settings = planner(profile=profile, style=style)
            assert http_body(original, settings) == http_body(logged, settings)


def test_strict_inlines_references_and_makes_optional_enums_nullable() -> None:
    schema = {
        "type": "object",
        "$defs": {"Unit": {"type": "string", "enum": ["C", "F"], "title": "Unit"}},
        "properties": {
            "unit": {"$ref": "#/$defs/Unit", "description": "the unit"},
            "place": {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "where"},
            "box": {"type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": False},
        },
        "required": ["box"],
    }
    made = strict(schema)
    assert_strict(made)
    assert made["properties"]["unit"] == {
        "type": ["string", "null"],
        "enum": ["C", "F", None],
        "description": "the unit",
    }
    assert made["properties"]["place"]["anyOf"][-1] == {"type": "null"}
    assert made["properties"]["box"]["properties"]["a"] == {"anyOf": [{"enum": [1]}, {"type": "null"}]}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"free": {"type": "object", "additionalProperties": {"type": "string"}}}},
        {"type": "object", "$defs": {"T": {"$ref": "#/$defs/T"}}, "properties": {"t": {"$ref": "#/$defs/T"}}},
        {"type": "object", "properties": {"t": {"$ref": "#/$defs/Gone"}}},
        {"type": "object", "properties": 5},
        {"type": "object", "properties": {"a": 5}, "required": 7},
        {"type": "object", "$defs": 3, "anyOf": 4},
    ],
)
def test_a_schema_without_a_strict_form_goes_as_it_is_and_not_strict(schema: dict[str, Any]) -> None:
    with pytest.raises((NotStrict, TypeError, AttributeError)):
        strict(schema)
    tool = ToolSignature(name="odd", description="Odd.", parameters=schema)
    made = json.loads(http_body(PlanBody(prompt="x", tools=[tool], today="t"), planner(profile="openai")))
    assert made["tools"][0]["function"]["strict"] is False
    assert made["tools"][0]["function"]["parameters"] == schema


def assert_strict(schema: Any) -> None:
    """What the strict mode of the OpenAI API takes: every key required, nothing open, no unknown keyword."""
    if isinstance(schema, list):
        for each in schema:
            assert_strict(each)
    if not isinstance(schema, dict):
        return
    assert set(schema) <= STRICT_KEYS
    if schema.get("type") == "object":
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"])
    for key, inner in schema.items():
        if key == "properties":
            for each in inner.values():
                assert_strict(each)
        elif key in {"items", "anyOf"}:
            assert_strict(inner)
