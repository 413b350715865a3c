"""No argument changes the shape of a query: only values at its slots differ."""

from __future__ import annotations

from typing import Any

import pytest
from bson import decode, encode
from bson.regex import Regex
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.errors import PlanRejected
from edge_agent.tools.mongo import MongoTool
from tests.tools.conftest import compiled

FILTER = """
[[tool]]
name = "recent"
kind = "mongodb.find"
description = "Readings."
source = "plant"
collection = "readings"
fields = ["device", "ts", "value"]
[tool.filter]
device = "{{text}}"
name = "{{part}}"
tag = { "$in" = "{{tags}}" }
n = "{{n}}"
on = "{{on}}"
"$expr" = { "$eq" = ["$field_a", "{{text}}"] }
[tool.params.part]
match = "contains"
[tool.params.tags]
type = "list"
[tool.params.n]
type = "number"
[tool.params.on]
type = "boolean"
"""
PIPELINE = """
[[tool]]
name = "recent"
kind = "mongodb.aggregate"
description = "Readings."
source = "plant"
collection = "readings"
fields = ["device"]
pipeline = '''[
  {"$match": {"device": "{{text}}", "name": "{{part}}", "tag": {"$in": "{{tags}}"}, "n": {"$gte": "{{n}}"}}},
  {"$set": {"same": {"$eq": ["$field_a", "{{text}}"]}, "on": "{{on}}",
    "in": {"$in": ["$field_b", "{{tags}}"]}, "n": "{{n}}"}}
]'''
[tool.params.part]
match = "contains"
[tool.params.tags]
type = "list"
[tool.params.n]
type = "number"
[tool.params.on]
type = "boolean"
"""
#: The fields that the templates themselves read; no argument is ever called so.
OWN = ("$field_a", "$field_b")
TOOLS = {"filter": compiled(FILTER), "pipeline": compiled(PIPELINE)}

ANY_TEXT = st.one_of(st.text(), st.sampled_from(["$a", "$$ROOT", "{{text}}", '{"$gt": ""}', "$where", "\0", ".*"]))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(ANY_TEXT, below, max_size=3),
    max_leaves=6,
)
GOOD = st.fixed_dictionaries(
    {
        "text": ANY_TEXT,
        "part": ANY_TEXT.filter(bool).map(lambda text: text[:200]),
        "tags": st.lists(ANY_TEXT, min_size=1, max_size=5),
        "n": st.integers(-(2**63), 2**63 - 1) | st.floats(-1e18, 1e18),
        "on": st.booleans(),
    }
)


def shape(node: Any, *, literal: bool = False) -> Any:
    """Keys and structure; of a value only its kind. Inside ``$literal`` nothing is ever evaluated."""
    match node:
        case dict():
            return {key: shape(below, literal=key == "$literal") for key, below in node.items()}
        case list():
            shapes = [shape(each) for each in node]
            return "texts" if literal or all(each == "text" for each in shapes) else shapes
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return node if node in OWN and not literal else "text"
        case Regex():
            return "pattern"
    return type(node).__name__


def pipeline(tool: Any, arguments: Any) -> Any:
    exact, reading = tool.check(arguments)
    owner = tool.run.__self__
    assert isinstance(owner, MongoTool)
    return owner.pipeline(exact, reading)


USUAL = {"text": "x", "part": "y", "tags": ["z"], "n": 1, "on": True}


@pytest.mark.parametrize("kind", list(TOOLS))
@given(arguments=GOOD)
def test_good_arguments_all_give_the_same_shape(kind: str, arguments: Any) -> None:
    built, usual = pipeline(TOOLS[kind], arguments), pipeline(TOOLS[kind], USUAL)
    assert shape(built) == shape(usual)
    assert decode(encode({"q": built}))  # the database can take it


@pytest.mark.parametrize("kind", list(TOOLS))
@given(name=st.sampled_from([*USUAL, "fields", "reduce", "by", "other"]), value=ANY_JSON)
def test_anything_else_is_refused_or_has_the_same_shape(kind: str, name: str, value: Any) -> None:
    try:
        built = pipeline(TOOLS[kind], {**USUAL, name: value})
    except PlanRejected:
        return
    if name in USUAL:
        assert shape(built) == shape(pipeline(TOOLS[kind], USUAL))


def test_the_shape_would_notice_an_operator() -> None:
    broken = [{"$match": {"device": {"$gt": ""}}}]
    assert shape(broken) != shape([{"$match": {"device": "x"}}])
