"""Gold against an independent computation: the same rows in SQLite, asked in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from edge_agent.demo import gold
from edge_agent.demo.seed import Store
from tests.demo.conftest import NOW


@pytest.fixture(scope="module")
def sql(store: Store) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    for collections in store.values():
        for table, rows in collections.items():
            names = list(rows[0])
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'[{name}]' for name in names)})")
            values = [[_plain(row[name]) for name in names] for row in rows]
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", values)
    yield connection
    connection.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("of", ["product", "category"])
@pytest.mark.parametrize("quarter", ["Q1", "Q2", "Q3", "Q4"])
def test_revenue_agrees(sql: sqlite3.Connection, store: Store, quarter: str, of: str) -> None:
    query = f"SELECT {of}, SUM(revenue_eur) AS total FROM sales WHERE quarter = ? GROUP BY {of} ORDER BY total DESC"
    expected = sql.execute(query, [quarter]).fetchall()
    found = gold.revenue(store["shop"]["sales"], quarter, of)
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert [total for _, total in found] == pytest.approx([total for _, total in expected])


@pytest.mark.parametrize("site", [7, 12, 21])
def test_loads_agree(sql: sqlite3.Connection, store: Store, site: int) -> None:
    since = (NOW - timedelta(hours=24)).isoformat()
    query = (
        "SELECT cell, AVG(prb_load) AS load FROM measurements WHERE site = ? AND [at] >= ? GROUP BY cell "
        "ORDER BY load DESC"
    )
    expected = sql.execute(query, [site, since]).fetchall()
    found = gold.loads(store["field"]["measurements"], site, NOW)
    assert [cell for cell, _ in found] == [cell for cell, _ in expected]
    assert [load for _, load in found] == pytest.approx([load for _, load in expected])


def test_counts_agree(sql: sqlite3.Connection, store: Store) -> None:
    delayed = sql.execute("SELECT COUNT(*) FROM orders WHERE status = 'delayed'").fetchone()[0]
    assert len(gold.where(store["shop"]["orders"], status="delayed")) == delayed
    active = sql.execute("SELECT COUNT(*) FROM alarms WHERE state = 'active' AND site = 7").fetchone()[0]
    assert len(gold.where(store["field"]["alarms"], state="active", site=7)) == active


def test_offers_agree_for_every_subscriber(sql: sqlite3.Connection, store: Store) -> None:
    query = (
        "SELECT subscriber, (SELECT offer FROM offers WHERE data_gb >= monthly_gb ORDER BY price_eur LIMIT 1) "
        "FROM subscribers"
    )
    for subscriber, offer in sql.execute(query):
        need = gold.only(store["field"]["subscribers"], subscriber=subscriber)["monthly_gb"]
        assert gold.fitting_offer(store["field"]["offers"], need)["offer"] == offer


def test_the_latest_measurement_agrees(sql: sqlite3.Connection, store: Store) -> None:
    query = "SELECT spectral_efficiency, MAX([at]) FROM measurements WHERE cell = '12-C'"
    expected, _ = sql.execute(query).fetchone()
    assert gold.latest(store["field"]["measurements"], "12-C")["spectral_efficiency"] == expected


def test_gold_that_is_ambiguous_is_no_gold(store: Store) -> None:
    with pytest.raises(ValueError, match="unpack"):
        gold.only(store["field"]["subscribers"], tariff="Ocean")
