"""What a plan may send: strict, one sentence for each broken rule, and never a value in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from edge_agent.errors import PlanRejected
from tests.tools.conftest import compiled

TOOL = """
[[tool]]
name = "recent"
kind = "mongodb.find"
description = "Readings."
source = "plant"
collection = "readings"
fields = ["device", "ts", "value"]
[tool.filter]
device = "{{device}}"
state = "{{state?}}"
n = "{{n?}}"
ts = { "$gte" = "{{since}}", "$lt" = "{{day?}}" }
tag = { "$in" = "{{tags?}}" }
code = "{{code?}}"
on = "{{on?}}"
share = "{{share?}}"
[tool.params.device]
description = "Id of the device"
[tool.params.state]
enum = ["on", "off"]
[tool.params.n]
type = "integer"
min = 1
max = 9
[tool.params.since]
type = "lookback"
default = "24h"
max = "30d"
[tool.params.day]
type = "date"
min = "2026-01-01"
[tool.params.tags]
type = "list"
[tool.params.code]
pattern = "^[A-Z]{2}$"
[tool.params.on]
type = "boolean"
[tool.params.share]
type = "number"
"""


def refused(**arguments: Any) -> str:
    with pytest.raises(PlanRejected) as error:
        compiled(TOOL).check({"device": "a", **arguments})
    return str(error.value)


def exact(**arguments: Any) -> dict[str, Any]:
    return dict(compiled(TOOL).check({"device": "a", **arguments})[0])


def test_defaults_are_filled_in_and_types_are_exact() -> None:
    assert exact(n=5.0, day="2026-06-01", since=None, state=None, on=False) == {
        "device": "a",
        "n": 5,
        "day": date(2026, 6, 1),
        "since": datetime(2026, 6, 14, 12, tzinfo=UTC),
        "on": False,
    }
    assert type(exact(n=5.0)["n"]) is int


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"state": "SECRET"}, 'Tool "recent": parameter "state" must be one of "on", "off".'),
        ({"n": 0}, 'Tool "recent": parameter "n" must be a whole number, at least 1, at most 9.'),
        ({"n": 5.5}, 'Tool "recent": parameter "n" must be a whole number, at least 1, at most 9.'),
        ({"n": True}, 'Tool "recent": parameter "n" must be a whole number, at least 1, at most 9.'),
        ({"n": "5"}, 'Tool "recent": parameter "n" must be a whole number, at least 1, at most 9.'),
        ({"since": "31d"}, 'Tool "recent": parameter "since" must be at most 30d.'),
        (
            {"since": "yesterday"},
            'Tool "recent": parameter "since" must be a string, of the form ^([1-9][0-9]{0,4})([smhdw])$.',
        ),
        ({"day": "2026-02-30"}, 'Tool "recent": parameter "day" must be a date such as 2026-06-30.'),
        ({"day": "2025-12-31"}, 'Tool "recent": parameter "day" must be at least 2026-01-01.'),
        (
            {"tags": []},
            'Tool "recent": parameter "tags" must be a list, at least 1 items, at most 50 items, each a string.',
        ),
        ({"code": "ab"}, 'Tool "recent": parameter "code" must be a string, of the form ^[A-Z]{2}$.'),
        ({"code": "AB\n"}, 'Tool "recent": parameter "code" must be a string, of the form ^[A-Z]{2}$.'),
        ({"devise": "a"}, 'Tool "recent": there is no parameter "devise" (did you mean "device"?).'),
        ({"device": None}, 'Tool "recent": parameter "device" is required.'),
        ({"reduce": "sum"}, 'Tool "recent": parameter "by" is required with reduce "sum".'),
        ({"reduce": "median"}, 'Tool "recent": parameter "reduce" must be one of "none", "count"'),
        ({"reduce": "max", "by": "vlaue"}, 'Tool "recent": parameter "by" must be one of "device", "ts", "value".'),
        ({"fields": ["x"]}, 'Tool "recent": parameter "fields" must be a list, each one of "device", "ts", "value".'),
        ({"reduce": "count", "by": "device"}, "it never groups"),
        ({"n": 0, "state": "x"}, 'parameter "n" must be a whole number, at least 1, at most 9; parameter "state" must'),
    ],
)
def test_a_broken_rule_is_one_sentence_without_the_value(arguments: dict[str, Any], sentence: str) -> None:
    said = refused(**arguments)
    assert sentence in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    "value",
    [
        {"$gt": ""},
        {"$ne": None},
        {"$regex": ".*"},
        {},
        [{"$gt": ""}],
        [["a"]],
        ["a"],
        "\ud800",
        float("nan"),
        float("inf"),
        2**64,
        1,
        True,
    ],
)
def test_only_a_plain_text_passes_for_a_text(value: Any) -> None:
    assert 'parameter "device" must be a string' in refused(device=value)


@pytest.mark.parametrize("value", [{"$gt": 1}, float("nan"), float("-inf"), 1e300, 2**64, "1", [1]])
def test_only_a_number_that_the_database_can_hold_passes_for_a_number(value: Any) -> None:
    assert 'parameter "share" must be a number' in refused(share=value)


def test_an_injected_key_is_refused_by_its_name() -> None:
    assert 'there is no parameter "$where"' in refused(**{"$where": "1"})
    assert "x" * 65 not in refused(**{"x" * 1000: 1})


def test_a_hostile_pattern_ends_in_linear_time() -> None:
    tool = compiled(TOOL.replace("^[A-Z]{2}$", "^(a+)+$"))
    with pytest.raises(PlanRejected):
        tool.check({"device": "a", "code": "a" * 5000 + "b"})
