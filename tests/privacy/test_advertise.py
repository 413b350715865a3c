"""What parameters look like while values stay here, and the way back to their types."""

from __future__ import annotations

import re
from typing import Any

import pytest

from edge_agent.errors import PlanRejected
from edge_agent.privacy import advertise, narrow
from tests.privacy.samples import CATALOGUE, ORDERS, PERSONS


def advertised(issued: list[str], **sensitive: Any) -> dict[str, Any]:
    return {each.name: each.parameters["properties"] for each in advertise(CATALOGUE, issued, sensitive=sensitive)}


def test_a_pattern_of_identities_becomes_the_pattern_of_the_issued_placeholders() -> None:
    schema = advertised(["<ORDER_1>", "<ORDER_2>", "<NAME_1>"])["order_status"]["order_id"]
    assert re.search(schema["pattern"], "<ORDER_2>")
    assert not re.search(schema["pattern"], "<NAME_1>")
    assert not re.search(schema["pattern"], "SO-10135")


def test_where_none_of_its_type_was_issued_it_takes_the_others() -> None:
    schema = advertised(["<CODE_1>"])["order_status"]["order_id"]
    assert re.search(schema["pattern"], "<CODE_1>")


def test_a_sensitive_number_is_advertised_as_a_text_and_narrowed_back() -> None:
    schema = advertised(["<NUMBER_1>"], customer_orders=["number"])["customer_orders"]["number"]
    assert schema["type"] == "string"
    assert not re.search(schema["pattern"], "5")
    assert narrow({"number": "1234567"}, PERSONS.parameters) == {"number": 1234567}


def test_a_sensitive_parameter_takes_nothing_where_nothing_was_issued() -> None:
    schema = advertised([], customer_orders=["customer"])["customer_orders"]["customer"]
    assert not re.search(schema["pattern"], "Anna")


def test_a_number_takes_a_placeholder_or_a_number_where_a_number_was_hidden() -> None:
    schema = advertised(["<NUMBER_1>"])["customer_orders"]["number"]
    assert re.search(schema["pattern"], "5")
    assert re.search(schema["pattern"], "<NUMBER_1>")


def test_enums_spans_and_free_texts_stay_as_they_are() -> None:
    shown = advertised(["<ORDER_1>"])["customer_orders"]
    own = PERSONS.parameters["properties"]
    assert {name: shown[name] for name in ("status", "since", "customer")} == {
        name: own[name] for name in ("status", "since", "customer")
    }


def test_without_placeholders_nothing_changes() -> None:
    assert advertise(CATALOGUE, []) == list(CATALOGUE)


def test_lists_are_advertised_and_narrowed_by_their_items() -> None:
    items = advertised(["<TAGS_1>"])["customer_orders"]["tags"]["items"]
    assert re.search(items["pattern"], "<TAGS_1>")
    assert narrow({"n": ["1", 2]}, {"properties": {"n": {"items": {"type": "integer"}}}}) == {"n": [1, 2]}


def test_a_text_that_is_no_number_is_refused() -> None:
    with pytest.raises(PlanRejected, match="number"):
        narrow({"number": "12a"}, PERSONS.parameters)
    assert ORDERS.parameters["properties"]["order_id"]["type"] == "string"
