"""What reaches the SLM: the records and fields that were asked for, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from edge_agent.errors import ToolsFailed
from edge_agent.messages import Query
from edge_agent.stages.select import select
from edge_agent.types import (
    Accepted,
    CallStatus,
    CheckedCall,
    Fact,
    Facts,
    Field,
    Found,
    Reading,
    Record,
    Result,
    Results,
    ReturnAddress,
    Tool,
)

MACHINES: tuple[Record, ...] = (
    {"name": "Press 4", "temperature": 71.5, "power": 9.0},
    {"name": "Press 40", "temperature": 50.0, "power": 8.0},
    {"name": "Oven 1", "temperature": 93.0, "power": 7.0},
)
FIELDS = (Field(name="name", label=True), Field(name="temperature", unit="°C"), Field(name="power", unit="kW"))


def tool(fields: tuple[Field, ...]) -> Tool:
    def check(_: Any) -> tuple[dict[str, Any], Reading]:
        return {}, Reading()

    async def run(_: CheckedCall) -> Found:
        return Found(records=())

    return Tool(name="machines", description="Machines.", parameters={}, fields=fields, check=check, run=run)


def result(
    *records: Record,
    reading: Reading,
    fields: tuple[Field, ...] = FIELDS,
    status: CallStatus = "ok",
    **arguments: Any,
) -> Result:
    call = CheckedCall(id="c1", tool=tool(fields), arguments=arguments, reading=reading)
    return Result(call=call, status=status, records=records)


def selected(prompt: str, *results: Result) -> Facts:
    asked = Accepted(
        key=("", "q"),
        query=Query(prompt=prompt),
        address=ReturnAddress(topic="fedlm/response"),
        received=0.0,
        deadline=60.0,
    )
    return select(asked, Results(results=results, route="federated", route_reason="cloud"), locale="en")


def names(facts: Facts) -> list[Any]:
    return [record["name"] for fact in facts.found for record in fact.records]


def heat(prompt: str, *records: Record, **read: Any) -> Facts:
    reading = Reading(**{"fields": ("name", "temperature"), **read})
    return selected(prompt, result(*(records or MACHINES), reading=reading, hall="North"))


def only(facts: Facts) -> Fact:
    (fact,) = facts.found
    return fact


def test_label_and_asked_fields_are_kept_and_no_others() -> None:
    fact = only(selected("How hot are they?", result(*MACHINES, reading=Reading(fields=("temperature",)))))
    assert [field.name for field in fact.fields] == ["name", "temperature"]
    assert fact.records[0] == {"name": "Press 4", "temperature": 71.5}


def test_all_fields_are_kept_where_none_was_asked_for() -> None:
    assert only(selected("Tell me all.", result(*MACHINES, reading=Reading()))).records == MACHINES


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("What is the temperature of Press 4?", ["Press 4"]),
        ("How hot is press 40 now?", ["Press 40"]),
        ("Is Press 4 hotter than it should be?", ["Press 4"]),
        ("Compare Oven 1 and Press 4.", ["Oven 1", "Press 4"]),
        ("How hot are the machines?", ["Press 4", "Press 40", "Oven 1"]),
        ("Which machines are hotter than Press 4?", ["Press 4", "Press 40", "Oven 1"]),
        ("How hot are all except Oven 1?", ["Press 4", "Press 40", "Oven 1"]),
        ("Welche sind heißer als Presse oder als Press 4?", ["Press 4", "Press 40", "Oven 1"]),
        ("How hot is XPress 4?", ["Press 4", "Press 40", "Oven 1"]),
    ],
)
def test_of_several_records_those_that_the_question_names_are_kept(prompt: str, kept: list[str]) -> None:
    assert names(heat(prompt)) == kept


def test_names_in_chinese_need_no_spaces_around_them() -> None:
    records: tuple[Record, ...] = ({"name": "4号冲床", "temperature": 71.5}, {"name": "14号冲床", "temperature": 50.0})
    assert names(heat("14号冲床的温度是多少？", *records)) == ["14号冲床"]
    assert names(heat("请问4号冲床有多热？", *records)) == ["4号冲床"]


def test_a_name_of_one_letter_counts_only_as_it_is_written() -> None:
    records: tuple[Record, ...] = ({"name": "A", "temperature": 1.0}, {"name": "B", "temperature": 2.0})
    assert names(heat("Is a machine hot?", *records)) == ["A", "B"]
    assert names(heat("How hot is B?", *records)) == ["B"]


def test_a_list_of_names_is_never_cut() -> None:
    asked = "Which machines stand with Press 4?"
    assert names(selected(asked, result(*MACHINES, reading=Reading(fields=("name",))))) == [
        "Press 4",
        "Press 40",
        "Oven 1",
    ]


def test_computed_values_are_never_cut() -> None:
    reading = Reading(reduce="count")
    fact = only(selected("How many besides Press 4?", result({"count": 0}, reading=reading)))
    assert fact.records == ({"count": 0},)


def test_a_name_that_no_record_has_is_said_to_be_looked_for() -> None:
    facts = heat("What is the temperature of Press 41?")
    assert facts.found == ()
    (looked_for,) = facts.empty
    assert looked_for.arguments == {"hall": "North", "name": "Press 41"}


def test_an_argument_that_looks_like_a_name_is_none() -> None:
    reading = Reading(fields=("name", "temperature"))
    facts = selected("How hot is line Press 41?", result(*MACHINES, reading=reading, line="Press 41"))
    assert len(names(facts)) == 3


def test_a_record_without_the_asked_value_answers_nothing() -> None:
    facts = heat("How hot is Press 4?", {"name": "Press 4"})
    assert (len(facts.found), len(facts.empty)) == (0, 1)
    assert names(heat("How hot are they?", {"name": "Press 4"}, {"name": "Oven 1", "temperature": 2.0})) == [
        "Press 4",
        "Oven 1",
    ]


def test_a_named_record_without_the_asked_value_answers_nothing() -> None:
    assert heat("How hot is Oven 1?", {"name": "Press 4", "temperature": 1.0}, {"name": "Oven 1"}).found == ()


def test_a_subdocument_that_was_asked_for_gives_its_leaves() -> None:
    fields = (Field(name="name", label=True), Field(name="address", description="where it is"), Field(name="phone"))
    record: Record = {"name": "Press 4", "address.city": "Ulm", "address.street": "Hauptstrasse", "phone": "1"}
    fact = only(selected("Where?", result(record, reading=Reading(fields=("address",)), fields=fields)))
    assert [field.name for field in fact.fields] == ["name", "address.city", "address.street"]
    assert fact.reading.fields == ("address.city", "address.street")
    assert "phone" not in fact.records[0]
    single: Record = {"name": "Press 4", "address.city": "Ulm"}
    fact = only(selected("Where?", result(single, reading=Reading(fields=("address",)), fields=fields)))
    assert fact.fields[1] == Field(name="address.city", description="where it is")


def test_records_of_a_function_that_declares_nothing_stand_as_they_are() -> None:
    fact = only(selected("What?", result({"value": 3}, reading=Reading(), fields=())))
    assert (fact.fields, fact.records) == ((Field(name="value"),), ({"value": 3},))


def test_what_failed_is_no_fact_and_all_failed_is_an_error() -> None:
    failed = result(reading=Reading(), status="failed")
    facts = selected("How hot?", failed, result(*MACHINES, reading=Reading()))
    assert (len(facts.found), facts.empty) == (1, ())
    with pytest.raises(ToolsFailed, match="None of the sources could be read: machines"):
        selected("How hot?", failed)


def test_no_call_is_direct() -> None:
    assert selected("Hello").direct
