"""``fedlm tools draft``: whatever a collection holds, the draft decodes and its tool answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, ObjectId

from edge_agent import config
from edge_agent.config_file import loads
from tests.commands.conftest import Fedlm, Plant

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def readings(number: int = 60) -> list[dict[str, Any]]:
    return [
        {
            "machine": f"M-{index % 7:03}",
            "metric": ("temperature", "pressure")[index % 2],
            "value": 20 + index / 4,
            "at": {"hall": f"H{index % 3}", "position": {"x": index, "y": -index}},
            "ts": NOON - timedelta(minutes=index),
            "ok": index % 5 > 0,
            "price_eur": Decimal128("12.50"),
            "batch": ObjectId(),
        }
        for index in range(number)
    ]


def draft(fedlm: Fedlm, plant: Plant, collection: str, *, tables: str = "") -> str:
    code, out, error = fedlm(
        "tools", "draft", "--config", plant.write(tables), "--source", "plant", "--collection", collection
    )
    assert code == 0, error
    return out


def tried(fedlm: Fedlm, plant: Plant, drafted: str, name: str, *arguments: str) -> tuple[int, str]:
    plant.write(drafted)
    words = [word for each in arguments for word in ("--arg", each)]
    code, out, error = fedlm("tools", "try", name, *words, "--config", plant.file)
    assert code in (0, 1), error
    return code, out


def test_a_draft_of_nested_dated_documents_decodes_and_answers(fedlm: Fedlm, plant: Plant) -> None:
    plant.database["readings"].insert_many(readings())
    plant.database["readings"].create_index([("ts", -1)])
    drafted = draft(fedlm, plant, "readings")
    (tool,) = loads(plant.write(drafted).read_text(), config.Agent, name="agent.toml").tool
    assert isinstance(tool, config.FindTool)
    names = [each if isinstance(each, str) else each.name for each in tool.fields]
    assert {"machine", "metric", "value", "at.hall", "at.position.x", "ts", "ok", "price_eur"} <= set(names)
    assert "batch" not in names
    assert tool.label == "machine"
    assert tool.sort == ["-ts"]
    assert tool.params["machine"].pattern == "^[A-Z]-[0-9]{3}$"
    assert tool.params["since"].type == "lookback"
    code, out = tried(fedlm, plant, drafted, "readings")
    assert code == 0
    assert "20 records and more" in out
    code, out = tried(fedlm, plant, drafted, "readings", "machine=M-003", "reduce=max", "by=value")
    assert (code, "34.75" in out, "M-003" in out) == (0, True, True), out


def test_comments_tell_ranges_and_no_value_stands_outside_of_them(fedlm: Fedlm, plant: Plant) -> None:
    """What the cloud would read of a draft holds nothing of the data: enum values are only proposed, in a comment."""
    plant.database["readings"].insert_many(readings())
    drafted = draft(fedlm, plant, "readings")
    assert '"value", # number, 20.0 to 34.75' in drafted
    assert '# enum = ["temperature", "pressure"]' in drafted
    active = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in drafted.splitlines())
    for value in ("temperature", "pressure", "M-00", "H1", "34.75", "12.50", "2026"):
        assert value not in active


def test_mixed_types_and_odd_names(fedlm: Fedlm, plant: Plant) -> None:
    plant.database["odd"].insert_many(
        [
            {"_id": "one", "v": 1, "Ünit name": "a", "fields": "x", "reduce": 1, "n": None, "raw": Binary(b"\x00")},
            {"_id": "two", "v": "text", "Ünit name": "b\n]]", "tags": ["a", "b"], "lines": [{"sku": 1}, {"sku": 2}]},
            {"_id": "three", "v": {"deep": True}, "u": Binary.from_uuid(UUID(int=7)), "when": NOON, "2nd": 3.5},
            {"_id": "five", "{{x}}": 1, "q": '"#', "\x7f\u2028": "control"},
            {"_id": "four", "v": NOON, "": "nameless", "nan": float("nan"), "a": {"b": {"c": {"d": [[1, 2], 3]}}}},
        ]
    )
    drafted = draft(fedlm, plant, "odd")
    code, out = tried(fedlm, plant, drafted, "odd")
    assert code == 0, out
    assert "5 records" in out
    assert "mixed: " in drafted
    assert '# Not declared: "raw" (binary)' in drafted
    code, out = tried(fedlm, plant, drafted, "odd", "_id=three")
    assert "1 record in" in out


def test_an_empty_collection(fedlm: Fedlm, plant: Plant) -> None:
    plant.database.create_collection("empty")
    drafted = draft(fedlm, plant, "empty")
    assert "is empty now" in drafted
    code, out = tried(fedlm, plant, drafted, "empty")
    assert code == 1
    assert "Nothing was found" in out


def test_only_ids(fedlm: Fedlm, plant: Plant) -> None:
    plant.database["odd"].insert_many([{} for _ in range(3)])
    code, out = tried(fedlm, plant, draft(fedlm, plant, "odd"), "odd")
    assert (code, "3 records" in out) == (0, True), out


def test_a_name_that_another_tool_has_is_not_taken(fedlm: Fedlm, plant: Plant) -> None:
    plant.database["readings"].insert_many(readings(3))
    first = draft(fedlm, plant, "readings")
    second = draft(fedlm, plant, "readings", tables=first)
    assert 'name = "readings_2"' in second
    code, _ = tried(fedlm, plant, first + second, "readings_2")
    assert code == 0


@pytest.mark.parametrize(
    ("source", "collection", "hint"),
    [
        ("plnat", "readings", 'there is no source "plnat"; did you mean "plant"?'),
        ("plant", "reading", '"reading" is not in it; did you mean "readings"?'),
        ("plant", "empty", 'there is no collection "empty"'),
    ],
)
def test_what_is_not_there_is_named(fedlm: Fedlm, plant: Plant, source: str, collection: str, hint: str) -> None:
    plant.database["readings"].insert_one({"a": 1})
    code, out, error = fedlm(
        "tools", "draft", "--config", plant.write(), "--source", source, "--collection", collection
    )
    assert (code, out) == (2, "")
    assert hint in error
