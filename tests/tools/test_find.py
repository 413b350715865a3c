"""``mongodb.find`` on the real database: filters, types of parameters, records, limits."""

from __future__ import annotations

import asyncio
import gc
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bson import Decimal128, ObjectId
from pymongo.errors import ExecutionTimeout

from edge_agent.errors import ConfigError, ToolFailed
from edge_agent.tools import mongo_source
from edge_agent.tools.registry import open_registry
from tests.tools.conftest import NOON, Site, StandingClock, call, only, settings


def find(rest: str, fields: str = '["device", "value"]') -> str:
    return f"""
        [[tool]]
        name = "readings"
        kind = "mongodb.find"
        description = "Readings of a device."
        source = "plant"
        collection = "readings"
        fields = {fields}
        {rest}
    """


async def fill(site: Site, *rows: dict[str, Any]) -> None:
    await site.database["readings"].insert_many([dict(row) for row in rows])


async def test_a_filter_finds_what_matches_and_nothing_else(site: Site) -> None:
    await fill(site, {"device": "a", "value": 1, "secret": 1}, {"device": "b", "value": 2})
    assert await site.records(find('filter = { device = "{{device}}" }'), device="a") == [{"device": "a", "value": 1}]


async def test_an_absent_optional_argument_drops_its_clause(site: Site) -> None:
    await fill(site, {"device": "a", "value": 1}, {"device": "b", "value": 2})
    tool = find(
        'filter = { device = "{{device?}}", value = { "$gte" = "{{least?}}" } }\n[tool.params.least]\ntype="number"'
    )
    assert len(await site.records(tool)) == 2
    assert await site.records(tool, device="b") == [{"device": "b", "value": 2}]
    assert await site.records(tool, least=1.5, device=None) == [{"device": "b", "value": 2}]


async def test_a_whole_float_is_an_integer(site: Site) -> None:
    await fill(site, {"device": "a", "value": 5})
    tool = find('filter = { value = "{{value}}" }\n[tool.params.value]\ntype = "integer"')
    assert len(await site.records(tool, value=5.0)) == 1


async def test_a_lookback_is_a_time_on_the_devices_clock(site: Site) -> None:
    await fill(site, *({"device": str(hours), "ts": NOON - timedelta(hours=hours)} for hours in (1, 23, 25, 700)))
    tool = find('filter = { ts = { "$gte" = "{{since}}" } }\n[tool.params.since]\ntype = "lookback"\ndefault = "24h"')
    assert [each["device"] for each in await site.records(tool)] == ["1", "23"]
    assert [each["device"] for each in await site.records(tool, since="90m")] == ["1"]
    assert len(await site.records(tool, since="30d")) == 4


async def test_until_a_day_includes_it_in_the_devices_zone(site: Site) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = (datetime(2026, 6, 13, 23, 59, 59, 999000, berlin), datetime(2026, 6, 14, tzinfo=berlin))
    late = datetime(2026, 6, 14, 23, 59, 59, 999000, berlin), datetime(2026, 6, 15, tzinfo=berlin)
    await fill(site, *({"device": str(number), "ts": at} for number, at in enumerate(hours + late)))
    tool = find(
        'filter = { ts = { "$gte" = "{{day}}", "$lte" = "{{day}}" } }\n[tool.params.day]\ntype = "date"',
    )
    found = await site.ask(tool, StandingClock(zone=berlin), day="2026-06-14")
    assert [each["device"] for each in found.records] == ["1", "2"]


async def test_a_datetime_without_offset_is_the_devices(site: Site) -> None:
    await fill(site, {"device": "a", "ts": datetime(2026, 6, 14, 10, tzinfo=UTC)})
    tool = find('filter = { ts = "{{at}}" }\n[tool.params.at]\ntype = "datetime"')
    berlin = StandingClock(zone=ZoneInfo("Europe/Berlin"))
    assert len((await site.ask(tool, berlin, at="2026-06-14T12:00")).records) == 1
    assert len((await site.ask(tool, berlin, at="2026-06-14T10:00:00Z")).records) == 1


@pytest.mark.parametrize(
    ("match", "text", "found"),
    [
        ("prefix", "pump", ["Pump 1", "pump.2"]),
        ("contains", "P.", ["pump.2"]),
        ("contains", ".*", []),
        ("prefix", "^", []),
        ("exact", "pump.2", ["pump.2"]),
    ],
)
async def test_texts_match_by_beginning_or_part_never_as_a_pattern(
    site: Site, match: str, text: str, found: list[str]
) -> None:
    await fill(site, {"device": "Pump 1"}, {"device": "pump.2"}, {"device": "old pump"})
    tool = find(f'filter = {{ device = "{{{{device}}}}" }}\n[tool.params.device]\nmatch = "{match}"')
    assert [each["device"] for each in await site.records(tool, device=text)] == found


async def test_a_list_goes_below_in_also_with_a_match(site: Site) -> None:
    await fill(site, {"device": "a1"}, {"device": "b1"}, {"device": "c1"})
    tool = 'filter = { device = { "$in" = "{{devices}}" } }\n[tool.params.devices]\ntype = "list"\n'
    assert len(await site.records(find(tool), devices=["a1", "c1"])) == 2
    assert len(await site.records(find(tool + 'match = "prefix"'), devices=["a", "B"])) == 2


async def test_a_text_with_a_dollar_is_a_text(site: Site) -> None:
    await fill(site, {"device": "$value", "value": 1}, {"device": "a", "value": "a"})
    tool = find('filter = { device = "{{device}}" }')
    assert await site.records(tool, device="$value") == [{"device": "$value", "value": 1}]
    expression = find('filter = { "$expr" = { "$eq" = ["$device", "{{device}}"] } }')
    assert await site.records(expression, device="$value") == [{"device": "$value", "value": 1}]


async def test_records_are_flat_and_plain(site: Site) -> None:
    row = {
        "device": {"name": "a", "tags": ["x", None, "y"], "ref": ObjectId()},
        "price": Decimal128("1.10"),
        "at": NOON,
        "owner": ObjectId("65a000000000000000000001"),
        "items": [{"sku": 1}, {"sku": 2}],
        "none": None,
        "nan": float("nan"),
        "hidden": 1,
    }
    await fill(site, row)
    fields = '["price", "device", "at", "owner", "items.sku", "none", "nan"]'
    assert await site.records(find("", fields)) == [
        {
            "price": Decimal("1.10"),
            "device.name": "a",
            "device.tags": ["x", "y"],
            "at": NOON,
            "owner": "65a000000000000000000001",
            "items.sku": [1, 2],
        }
    ]


async def test_the_id_is_given_only_where_it_is_declared(site: Site) -> None:
    await site.database["readings"].insert_one({"_id": "r1", "device": "a"})
    assert await site.records(find("", '["_id"]')) == [{"_id": "r1"}]


async def test_more_records_than_the_limit_are_said(site: Site) -> None:
    await fill(site, *({"device": "a", "value": value} for value in range(5)))
    few = await site.ask(find('limit = 4\nsort = ["-value"]'))
    assert [each["value"] for each in few.records] == [4, 3, 2, 1]
    assert few.more
    assert not (await site.ask(find("limit = 5"))).more


async def test_fields_narrow_the_records_but_keep_the_label(site: Site) -> None:
    await fill(site, {"device": "a", "value": 1, "unit": "C"})
    tool = find("", '["device", "value", "unit"]')
    assert await site.records(tool, fields=["unit"]) == [{"device": "a", "unit": "C"}]


async def test_a_call_brings_a_bounded_number_of_bytes(site: Site) -> None:
    text = "x" * (mongo_source.MAX_BYTES // 3)
    await fill(site, *({"device": text, "value": value} for value in range(4)))
    found = await site.ask(find(""))
    assert len(found.records) == 2
    assert found.more


async def test_one_record_over_the_bound_is_a_failure_not_an_empty_answer(site: Site) -> None:
    await fill(site, {"device": "x" * (mongo_source.MAX_BYTES + 1)})
    with pytest.raises(ToolFailed, match="larger"):
        await site.ask(find(""))


# pymongo leaves the socket of a monitor that is stopped while it connects to the garbage collector: it goes with the
# loop, so this test has one of its own.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_database_that_is_down_fails_the_call_not_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_source, "_CONNECT_MS", 200)
    source = 'name = "plant"\nuri = "mongodb://127.0.0.1:9/"\ndatabase = "d"\ncollections = ["readings"]\n'
    down = settings(f"[[source]]\n{source}{find('')}")

    async def ask() -> str:
        async with open_registry(down, clock=StandingClock(), credential=lambda _: None) as registry:
            with pytest.raises(ToolFailed, match="database failed") as failed:
                await call(only(registry), {})
            return failed.value.status

    assert asyncio.run(ask()) == "failed"
    gc.collect()


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ('uri = "mongodb://ann:secret@"', "not a usable MongoDB URI"),
        ('uri-credential = "none"', 'there is no credential "none"'),
        ("", "give either uri or uri-credential"),
        ('uri = "mongodb://a/"\nuri-credential = "plant"', "give either uri or uri-credential"),
    ],
)
async def test_a_source_that_cannot_be_opened_is_named_without_its_uri(uri: str, said: str) -> None:
    source = settings(f'[[source]]\nname = "plant"\n{uri}\ndatabase = "d"\ncollections = ["readings"]')
    with pytest.raises(ConfigError) as refused:
        async with open_registry(source, clock=StandingClock(), credential=lambda _: None):
            pass
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


async def test_a_uri_may_be_a_credential(mongo_uri: str) -> None:
    source = '[[source]]\nname = "plant"\nuri-credential = "plant_uri"\ndatabase = "d"\ncollections = ["readings"]\n'
    secrets = {"plant_uri": mongo_uri}
    async with open_registry(settings(source + find("")), clock=StandingClock(), credential=secrets.get) as registry:
        assert (await call(only(registry), {"reduce": "count"})).records == ({"count": 0},)


async def test_a_query_that_takes_too_long_is_timed_out(site: Site) -> None:
    await fill(site, *({"device": str(number), "value": number} for number in range(400)))
    others = {"from": "readings", "pipeline": [{"$match": {"value": {"$gte": 0}}}], "as": "x"}
    pipeline = json.dumps([{"$lookup": others}, {"$unwind": "$x"}, {"$lookup": {**others, "as": "y"}}])
    tool = find(f"timeout-s = 0.05\npipeline = '{pipeline}'").replace("mongodb.find", "mongodb.aggregate")
    with pytest.raises(ToolFailed) as failed:
        await site.ask(tool, reduce="count")
    assert failed.value.status == "timed_out"
    assert isinstance(failed.value.__cause__, ExecutionTimeout)
