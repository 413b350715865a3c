"""The rows are the same every time, and no question about them has two right answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.demo import gold, seed
from edge_agent.demo.questions import questions
from edge_agent.demo.seed import Store
from tests.demo.conftest import NOW

MONTHS_LATER = datetime(2027, 12, 31, 23, 59, tzinfo=UTC)


def test_the_same_moment_gives_the_same_rows(store: Store) -> None:
    assert seed.build(NOW) == store


def test_another_day_changes_dates_only(store: Store) -> None:
    later = seed.build(MONTHS_LATER)
    for database, collections in store.items():
        for name, rows in collections.items():
            for row, other in zip(rows, later[database][name], strict=True):
                differing = {key for key in row if row[key] != other[key]}
                assert differing <= {"at", "since", "opened", "ordered", "due", "year"}


def test_nothing_happened_in_the_future(store: Store) -> None:
    field, shop = store["field"], store["shop"]
    assert all(row["at"] < NOW for row in field["measurements"])
    assert all(row["since"] < NOW for row in field["alarms"])
    assert all(row["opened"] < NOW for row in field["tickets"])
    assert all(row["ordered"] < NOW for row in shop["orders"])
    assert {row["year"] for row in shop["sales"]} == {NOW.year - 1}


@pytest.mark.parametrize("site", [7, 12, 21])
@pytest.mark.parametrize("minutes_later", [0, 25])
def test_each_site_has_one_bottleneck_by_a_wide_margin(store: Store, site: int, minutes_later: int) -> None:
    later = NOW + timedelta(minutes=minutes_later)
    (_, first), (_, second), _ = gold.loads(store["field"]["measurements"], site, later)
    assert first > second + 5


@pytest.mark.parametrize("of", ["product", "category"])
@pytest.mark.parametrize("quarter", ["Q1", "Q2", "Q3", "Q4"])
def test_each_quarter_has_one_best_seller(store: Store, quarter: str, of: str) -> None:
    (_, first), (_, second), *_ = gold.revenue(store["shop"]["sales"], quarter, of)
    assert first > second * 1.01


@pytest.mark.parametrize(
    ("database", "collection", "key"),
    [
        ("shop", "products", "product"),
        ("shop", "orders", "order"),
        ("field", "alarms", "alarm"),
        ("field", "tickets", "ticket"),
        ("field", "subscribers", "subscriber"),
        ("field", "subscribers", "phone"),
        ("field", "offers", "offer"),
    ],
)
def test_no_two_rows_have_the_same_key(store: Store, database: str, collection: str, key: str) -> None:
    values = [row[key] for row in store[database][collection]]
    assert len(values) == len(set(values))


def test_no_subscriber_has_two_open_tickets(store: Store) -> None:
    tickets = gold.where(store["field"]["tickets"], state="open")
    assert len(tickets) == len({row["subscriber"] for row in tickets})


def test_the_order_that_nobody_made_is_nowhere(store: Store) -> None:
    asked = [question.prompt for question in questions(store, NOW) if question.nothing]
    assert any("SO-99999" in prompt for prompt in asked)
    assert "SO-99999" not in repr(store)


def test_the_offer_that_fits_is_not_the_one_the_caller_has(store: Store) -> None:
    caller = gold.only(store["field"]["subscribers"], subscriber="SUB-20464")
    assert gold.fitting_offer(store["field"]["offers"], caller["monthly_gb"])["offer"] != caller["tariff"]


def test_phone_numbers_and_addresses_are_set_aside_for_fiction(store: Store) -> None:
    for row in store["field"]["subscribers"]:
        assert row["phone"].startswith("+49 30 23125 ")
        assert len(row["phone"]) == len("+49 30 23125 000")
        assert row["email"].endswith("@example.org")
