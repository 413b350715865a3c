"""``@tool`` functions: schema from hints and docstring, exact types, records."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest

from edge_agent.errors import ConfigError, PlanRejected, ToolFailed
from edge_agent.tools.functions import IdempotencyKey, function_tool, tool
from edge_agent.types import CheckedCall, Field, Record, Tool
from tests.tools.conftest import call


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(msgspec.Struct):
    width: int


def made(function: Callable[..., Any]) -> Tool:
    return function_tool(function, timeout_s=5.0)


async def records(function: Callable[..., Any], **arguments: Any) -> list[Record]:
    return list((await call(made(function), arguments)).records)


@tool
def route(  # noqa: PLR0917
    start: str,
    colour: Colour = Colour.RED,
    day: date | None = None,
    stops: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3,
    size: Size | None = None,
    title: Literal["fast", "short"] = "fast",
) -> dict[str, Any]:
    """Find a way through the plant.

    Only ways that are open.

    Args:
        start: Where it begins.
        stops: How many stops.
    """
    return {"start": start, "colour": colour, "day": day, "stops": stops, "size": size, "title": title}


def test_the_schema_comes_from_hints_and_docstring() -> None:
    found = made(route)
    assert found.description == "Find a way through the plant. Only ways that are open."
    assert found.parameters == {
        "type": "object",
        "properties": {
            "start": {"type": "string", "description": "Where it begins"},
            "colour": {"type": "string", "enum": ["blue", "red"]},
            "day": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            "stops": {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many stops. Default: 3"},
            "size": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"width": {"type": "integer"}},
                        "required": ["width"],
                        "additionalProperties": False,
                    },
                    {"type": "null"},
                ]
            },
            "title": {"type": "string", "enum": ["fast", "short"], "description": "Default: fast"},
        },
        "required": ["start"],
        "additionalProperties": False,
    }


async def test_arguments_get_the_types_of_the_hints() -> None:
    found = await records(route, start="a", colour="blue", day="2026-06-01", stops=5.0, size={"width": 2})
    assert found == [
        {"start": "a", "colour": "blue", "day": date(2026, 6, 1), "stops": 5, "size.width": 2, "title": "fast"}
    ]
    assert (await records(route, start="a", stops=None))[0]["stops"] == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, 'parameter "start" is required'),
        ({"start": 5}, 'parameter "start" must be a string'),
        ({"start": "a", "colour": "SECRET"}, 'parameter "colour" must be one of "blue", "red"'),
        ({"start": "a", "stops": 5.5}, 'parameter "stops" must be a whole number, at least 1, at most 9'),
        ({"start": "a", "day": "SECRET"}, 'parameter "day" must be a date such as 2026-06-30'),
        ({"start": "a", "stop": 5}, 'there is no parameter "stop" (did you mean "stops"?)'),
        ({"start": "a", "reduce": "count"}, 'there is no parameter "reduce"'),
    ],
)
def test_a_broken_rule_is_one_sentence_without_the_value(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanRejected) as error:
        made(route).check(arguments)
    assert sentence in str(error.value)
    assert "SECRET" not in str(error.value)


@dataclass
class Point:
    x: int
    y: Decimal


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1, "b": None}, [{"a": 1}]),
        ([{"a": 1}, {"a": {"b": 2}}], [{"a": 1}, {"a.b": 2}]),
        (Point(1, Decimal("2.50")), [{"x": 1, "y": Decimal("2.50")}]),
        ([Size(3)], [{"width": 3}]),
        (7, [{"value": 7}]),
        ("text", [{"value": "text"}]),
        (False, [{"value": False}]),
        (["a", "b"], [{"value": "a"}, {"value": "b"}]),
        (None, []),
        ([], []),
        ({}, []),
    ],
    ids=str,
)
async def test_what_a_function_returns_becomes_records(value: Any, expected: list[Record]) -> None:
    @tool
    def give() -> Any:
        """Give something."""
        return value

    @tool
    async def give_async() -> Any:
        """Give something."""
        return value

    assert await records(give) == await records(give_async) == expected


async def test_declared_fields_add_the_reading() -> None:
    @tool(name="loads", fields=["cell", Field(name="load", unit="%")], label="cell")
    def list_loads() -> list[dict[str, Any]]:
        """List the cells' loads."""
        return [{"cell": "a", "load": 5}, {"cell": "b", "load": 9, "hidden": 1}]

    assert list(made(list_loads).parameters["properties"]) == ["fields", "reduce", "by"]
    assert await records(list_loads, reduce="max", by="load", fields=["load"]) == [{"cell": "b", "load": 9}]
    assert await records(list_loads, reduce="mean", by="load") == [{"load": 7}]
    assert await records(list_loads, fields=["cell"]) == [{"cell": "a"}, {"cell": "b"}]
    for wrong in ({"fields": "load"}, {"fields": ["x"]}, {"reduce": 5}, {"by": ["load"]}, {"reduce": "sum"}):
        with pytest.raises(PlanRejected, match='Tool "loads"'):
            made(list_loads).check(wrong)


async def test_what_a_function_raises_is_a_failed_call_without_its_text() -> None:
    @tool
    def fail() -> None:
        """Fail."""
        raise KeyError("SECRET")

    @tool
    def stop() -> None:
        """Stop as an iterator does."""
        raise StopIteration

    @tool
    async def refuse() -> None:
        """Refuse."""
        raise ToolFailed("the device is off")

    with pytest.raises(ToolFailed, match="raised KeyError") as failed:
        await records(fail)
    assert "SECRET" not in str(failed.value)
    with pytest.raises(ToolFailed):
        await records(stop)
    with pytest.raises(ToolFailed, match="gave no records"):
        await records(refuse)


async def test_what_is_no_data_is_a_failed_call() -> None:
    @tool
    def give() -> object:
        """Give something odd."""
        return object()

    with pytest.raises(ToolFailed, match="can't be read as records"):
        await records(give)


def test_what_can_be_no_tool_is_refused() -> None:
    @tool
    def silent() -> None:  # no docstring
        pass

    @tool
    def untyped(x) -> None:  # type: ignore[no-untyped-def]
        """Do."""

    @tool
    def many(*x: int) -> None:
        """Do."""

    @tool
    def own(by: str) -> None:
        """Do."""

    @tool
    def odd(x: complex) -> None:
        """Do."""

    @tool(name="mis.named")
    def named() -> None:
        """Do."""

    @tool(fields=["a"], label="b")
    def labelled() -> None:
        """Do."""

    for function in (silent, untyped, many, own, odd, named, labelled):
        with pytest.raises(ConfigError, match=function.__name__):
            made(function)


async def test_an_idempotency_key_reaches_the_function_and_no_planner() -> None:
    @tool(effects=True, idempotent=False)
    def order(item: str, key: IdempotencyKey) -> dict[str, str]:
        """Order an item."""
        return {"item": item, "key": key}

    ordering = made(order)
    assert set(ordering.parameters["properties"]) == {"item"}
    with pytest.raises(PlanRejected):
        ordering.check({"item": "bolt", "key": "mine"})
    arguments, how = ordering.check({"item": "bolt"})
    found = await ordering.run(
        CheckedCall(id="c1", tool=ordering, arguments=arguments, reading=how, idempotency_key="kiosk-1:a:c1")
    )
    assert found.records == ({"item": "bolt", "key": "kiosk-1:a:c1"},)
