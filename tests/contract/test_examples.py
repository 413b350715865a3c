from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edge_agent.contract.asyncapi import document
from edge_agent.contract.examples import TEXTS
from edge_agent.contract.json_schemas import components, file_name, plain, schema_of
from edge_agent.contract.table import MESSAGES, TABLE
from edge_agent.intake import decode_cancel, decode_query
from edge_agent.messages import Cancel, Message, Query, Response, decode
from edge_agent.topics import ID, Topics
from tests.contract.seen import fits

SCHEMAS = Path(__file__).parents[2] / "schemas"
each_message = pytest.mark.parametrize("type_", MESSAGES, ids=lambda type_: type_.__name__)


def examples_in_files(type_: type[Message]) -> list[dict[str, Any]]:
    schema = json.loads((SCHEMAS / file_name(type_)).read_text())
    found: list[dict[str, Any]] = schema["examples"]
    return found


@each_message
def test_every_example_decodes_and_validates_and_comes_back_as_it_was(type_: type[Message]) -> None:
    found = examples_in_files(type_)
    assert found
    for example in found:
        assert plain(decode(json.dumps(example).encode(), type_)) == example
        assert fits(type_, example)


@each_message
def test_the_asyncapi_document_has_the_same_examples(type_: type[Message]) -> None:
    message = document()["components"]["messages"][type_.__name__]
    assert [example["payload"] for example in message["examples"]] == examples_in_files(type_)


def test_plain_text_examples_are_read_as_what_they_stand_for() -> None:
    assert decode_query(TEXTS[Query].encode()).prompt == TEXTS[Query]
    assert decode_cancel(TEXTS[Cancel].encode()) == TEXTS[Cancel]


@each_message
def test_a_schema_refuses_an_example_without_a_required_field_or_of_another_type(type_: type[Message]) -> None:
    example = examples_in_files(type_)[0]
    for field in schema_of(type_)["required"]:
        assert not fits(type_, {name: value for name, value in example.items() if name != field}), field
        assert not fits(type_, {**example, field: None}), field


@pytest.mark.parametrize(
    "query",
    [
        {"prompt": ""},
        {"prompt": "x" * 8001},
        {"prompt": "hi", "id": "a/b"},
        {"prompt": "hi", "id": ""},
        {"prompt": "hi", "deadline_s": 0.5},
        {"prompt": "hi", "max_tokens": 0},
        {"prompt": "hi", "stream": "yes"},
        {"prompt": "hi", "consent": "00"},
        {"prompt": "hi", "schema": "{}"},
    ],
)
def test_a_query_that_the_agent_would_refuse_fails_its_schema(query: dict[str, Any]) -> None:
    assert fits(Query, {"prompt": "hi"})
    assert not fits(Query, query)


def test_an_unknown_field_is_tolerated() -> None:
    assert fits(Response, {"id": "a", "status": "ok", "of_a_later_version": 1})


def test_every_message_and_field_is_described() -> None:
    for name, schema in components(MESSAGES, "#{name}").items():
        assert schema["description"], name
        for field, each in schema["properties"].items():
            described = [each, *each.get("anyOf", ())]
            assert field == "type" or any(one.get("description") for one in described), f"{name}.{field}"


def test_the_pattern_of_an_id_is_that_of_the_topics() -> None:
    assert schema_of(Cancel)["properties"]["id"]["pattern"] == f"^{ID.pattern}$"


def test_the_table_has_the_topics_that_the_code_spells() -> None:
    topics = Topics("root")
    spelled = {
        *(of(name) for of in (topics.query, topics.response, topics.cancel) for name in ("", "{device}")),
        *(topics.delta(topics.response(name)) for name in ("", "{device}")),
        *(of("{agent}") for of in (topics.plan_request, topics.plan_response, topics.tools, topics.telemetry)),
        *(of("{agent}") for of in (topics.egress, topics.deadletter)),
        topics.status("{name}"),
        topics.trace("{agent}", "{stage}"),
    }
    assert {f"root/{row.topic}" for row in TABLE} == spelled


def test_links_between_the_pages_lead_somewhere() -> None:
    docs = SCHEMAS.with_name("docs")
    for page in ("topics.md", "messages.md", "errors.md"):
        text = (docs / page).read_text()
        for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
            file = docs / target if target else docs / page
            assert file.exists(), target
            headings = {line.lstrip("# ").lower() for line in file.read_text().splitlines() if line.startswith("#")}
            assert not anchor or anchor in headings, anchor
