"""What an operator may not declare is refused when it is loaded, with tool, key and the nearest valid name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge_agent.errors import ConfigError
from edge_agent.tools.mongo_pipeline import FORBIDDEN
from tests.tools.conftest import compiled, settings


def find(rest: str = "", *, fields: str = '["device", "ts", "value"]', collection: str = "readings") -> str:
    return f"""
[[tool]]
name = "recent"
kind = "mongodb.find"
description = "Readings."
source = "plant"
collection = "{collection}"
fields = {fields}
{rest}
"""


def aggregate(pipeline: Any, params: str = "") -> str:
    text = pipeline if isinstance(pipeline, str) else json.dumps(pipeline)
    return find(f"pipeline = '''{text}'''\n{params}").replace("mongodb.find", "mongodb.aggregate")


def refusal(tables: str) -> str:
    with pytest.raises(ConfigError) as refused:
        compiled(tables)
    assert str(refused.value).startswith('tool "recent": ')
    return str(refused.value)


@pytest.mark.parametrize("operator", sorted(FORBIDDEN))
def test_a_forbidden_operator_is_refused_anywhere(operator: str) -> None:
    assert f"{operator} is forbidden" in refusal(find(f'filter = {{ "{operator}" = "x" }}'))
    assert f"{operator} is forbidden" in refusal(find(f'filter = {{ "$or" = [{{ a = {{ "{operator}" = 1 }} }}] }}'))
    assert f"{operator} is forbidden" in refusal(aggregate([{operator: {}}]))
    assert f"{operator} is forbidden" in refusal(aggregate([{"$facet": {"a": [{operator: {}}]}}]))
    assert f"{operator} is forbidden" in refusal(aggregate([{"$project": {"a": {"$cond": [{operator: {}}, 1, 2]}}}]))
    assert f"{operator} is forbidden" in refusal(aggregate([{"$unset": {operator: 1}}]))


@pytest.mark.parametrize(
    "stage",
    [
        {"$lookup": {"from": "users", "as": "u"}},
        {"$lookup": {"from": {"db": "admin", "coll": "readings"}, "as": "u"}},
        {"$lookup": {"pipeline": [{"$documents": []}], "as": "u"}},
        {"$unionWith": "users"},
        {"$unionWith": {"coll": "users"}},
        {
            "$graphLookup": {
                "from": "users",
                "startWith": "$a",
                "connectFromField": "a",
                "connectToField": "b",
                "as": "c",
            }
        },
        {"$lookup": {"from": "devices", "pipeline": [{"$unionWith": "users"}], "as": "u"}},
        {"$facet": {"x": [{"$lookup": {"from": "users", "as": "u"}}]}},
    ],
)
def test_a_collection_off_the_list_is_refused_wherever_it_hides(stage: dict[str, Any]) -> None:
    assert "not on the list of its source" in refusal(aggregate([stage]))


def test_a_collection_on_the_list_may_be_joined() -> None:
    join = {"$lookup": {"from": "devices", "localField": "device", "foreignField": "_id", "as": "d"}}
    assert compiled(aggregate([join, {"$unionWith": "readings"}])).name == "recent"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            find(collection="reading"),
            'collection: collection "reading" is not on the list of its source; did you mean "readings"?',
        ),
        (find('sort = ["-t"]'), 'sort: "t" is not in fields; did you mean "ts"?'),
        (find('label = "devise"'), 'label: "devise" is not in fields; did you mean "device"?'),
        (find(fields='["a", "a"]'), "stands there twice"),
        (find(fields='["a", "a.b"]'), '"a.b" lies within "a"'),
        (find(fields='["$where"]'), "no name of a field"),
        (
            find('filter = { ts = "{{sicne}}" }\n[tool.params.since]'),
            'params.since: no placeholder uses it; did you mean "sicne"?',
        ),
        (find("[tool.params.since]"), "params.since: no placeholder uses it"),
        (find('filter = { ts = "{{by}}" }'), "reserved"),
        (find('filter = { ts = "{{x}}" }\n[tool.params.reduce]'), "reserved"),
        (find('filter = { ts = "from {{x}}" }'), "a placeholder is a whole string"),
        (find('filter = { ts = "{{x y}}" }'), "a placeholder is a whole string"),
        (find('filter = { "{{x}}" = 1 }'), "stands in the key"),
        (find('filter = { "$and" = ["{{x}}"] }'), "$and takes clauses"),
        (find('filter = { ts = { "$regex" = "{{x}}" } }'), "$regex takes no placeholder"),
        (find('filter = { "$expr" = { "$eq" = ["$a", "{{x?}}"] } }'), "can't be optional in an expression"),
        (find('filter = { ts = { "$date" = "yesterday" } }'), "filter: can't be read: not Extended JSON"),
        (find('filter = { ts = "{{x}}" }\n[tool.params.x]\ntype = "list"'), "a list goes below $in"),
        (find('filter = { ts = { "$gte" = "{{x}}" } }\n[tool.params.x]\nmatch = "prefix"'), "match = prefix goes with"),
        (find('filter = { ts = "{{x}}" }\n[tool.params.x]\nrequired = false'), "give it a default"),
        (aggregate("[{"), "pipeline: can't be read"),
        (aggregate({"$match": {}}), "a pipeline is a list"),
        (aggregate([{"$match": {}, "$limit": 1}]), "exactly one key"),
        (aggregate([{"$mtach": {}}]), 'stage $mtach is not allowed; did you mean "$match"?'),
        (aggregate([{"$match": {"$expr": {"$lt": ["$ts", "$$NOW"]}}}]), "$$NOW is not allowed"),
        (aggregate([{"$project": {"a": "$$NOW"}}]), "$$NOW is not allowed"),
        (aggregate([{"$project": {"a": {"$getField": "{{x}}"}}}]), "$getField takes no placeholder"),
        (
            aggregate([{"$project": {"a": {"$regexMatch": {"input": "$a", "regex": "{{x}}"}}}}]),
            "regex takes no placeholder",
        ),
        (aggregate([{"$unwind": "{{x}}"}]), "$unwind takes no placeholder"),
        (aggregate([{"$sort": {"{{x}}": 1}}]), "stands in the key"),
        (
            aggregate([{"$lookup": {"from": "devices", "localField": "{{x}}", "as": "d"}}]),
            "$lookup.localField takes no",
        ),
        (aggregate([{"$limit": "{{n}}"}]), "$limit takes an integer"),
        (aggregate([{"$limit": "{{n}}"}], '[tool.params.n]\ntype = "integer"\nmin = 0'), "$limit takes an integer"),
        (aggregate([{"$match": {"a": {"$code": "x"}}}]), "$code is forbidden"),
    ],
)
def test_a_mistake_is_named(tables: str, said: str) -> None:
    assert said in refusal(tables)


@pytest.mark.parametrize(
    ("param", "said"),
    [
        ('type = "integer"\nenum = ["a"]', "params.x.enum: not every value"),
        ('type = "boolean"\nenum = ["a"]', "params.x.enum: a boolean has no enum"),
        ('pattern = "(?=a)"', "a pattern can't be used"),
        ('type = "integer"\npattern = "a"', "pattern and match are for strings"),
        ('type = "integer"\nmatch = "prefix"', "pattern and match are for strings"),
        ('type = "lookback"\nmax = "1 month"', "params.x.max: not a lookback"),
        ('type = "date"\nmin = "tomorrow"', "params.x.min: not a date"),
        ('type = "boolean"\nmin = 1', "params.x.min: no bound"),
        ('enum = ["a", "b"]\ndefault = "c"', 'params.x.default: parameter "x" must be one of "a", "b"'),
        ('type = "lookback"\ndefault = "9d"\nmax = "7d"', 'params.x.default: parameter "x" must be at most 7d'),
        ('type = "date"\ndefault = "2026-02-30"', 'params.x.default: parameter "x" must be a date'),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(param: str, said: str) -> None:
    assert said in refusal(find(f'filter = {{ ts = "{{{{x}}}}" }}\n[tool.params.x]\n{param}'))


def test_an_unknown_source_is_named_with_the_nearest() -> None:
    assert 'source: there is no source "plnt"; did you mean "plant"?' in refusal(find().replace('"plant"', '"plnt"'))


def test_two_tools_of_one_name_are_refused() -> None:
    assert "two tools have this name" in refusal(find() + find())


def test_two_sources_of_one_name_are_refused() -> None:
    source = '[[source]]\nname = "plant"\nuri = "mongodb://nowhere"\ndatabase = "d"\ncollections = ["readings"]\n'
    with pytest.raises(ConfigError, match="two sources"):
        compiled(source)
    assert len(settings(source).source) == 1


def test_signatures_that_look_like_data_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    compiled(find('filter = { ts = "{{x}}" }\n[tool.params.x]\nenum = ["ann@example.com", "b"]'))
    compiled(find('filter = { ts = "{{x}}" }\n[tool.params.x]\ndescription = "Such as 4915112345678"'))
    compiled(find('filter = { ts = "{{x}}" }\n[tool.params.x]\ndescription = "Such as cell 12, in 2026"'))
    keys = [record.__dict__["key"] for record in caplog.records if record.msg == "signature_looks_like_data"]
    assert keys == ["parameters.properties.x.enum", "parameters.properties.x.description"]
    assert "ann@" not in caplog.text
