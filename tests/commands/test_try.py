"""``fedlm tools list`` and ``try``: what there is, and what one call does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Fedlm, Plant
from tests.commands.test_draft import readings

TABLES = """
[[tool]]
name = "warm"
kind = "mongodb.find"
description = "Readings of a machine."
source = "plant"
collection = "readings"
filter = { machine = "{{machine}}", metric = "{{metric?}}" }
fields = ["machine", { name = "value", unit = "°C" }]
sort = ["-value"]
answer = "{count} readings of {given.machine}; the highest is {first.value}."
[tool.params.machine]
pattern = "^M-[0-9]{3}$"
[[plan]]
match = ["How warm is machine {machine}?"]
calls = [{ tool = "warm", arguments = { machine = "{machine}" } }]
"""


@pytest.fixture
def file(plant: Plant) -> Path:
    plant.database["readings"].insert_many(readings())
    return plant.write(TABLES)


def test_list_shows_the_tools_and_the_pinned_plans(fedlm: Fedlm, file: Path) -> None:
    code, out, _ = fedlm("tools", "list", "--config", file)
    assert code == 0
    assert "warm(machine, [metric])\n  Readings of a machine." in out
    assert "pinned plan 1 → warm\n  How warm is machine {machine}?" in out


def test_try_shows_query_rows_what_the_model_gets_and_the_answer(fedlm: Fedlm, file: Path) -> None:
    code, out, _ = fedlm("tools", "try", "warm", "--config", file, "--arg", "machine=M-003", "--question", "How warm?")
    assert code == 0
    assert 'db.getCollection("readings").aggregate([\n  {"$match": {"machine": "M-003"}}' in out
    assert "9 records in" in out
    given = out[out.index("Question: How warm?") : out.index("answer by the template")]
    assert "M-003" in given
    assert "34.75 °C" in given
    assert "answer by the template\n9 readings of M-003; the highest is 34.75 °C." in out


def test_arguments_take_the_type_of_their_parameter(fedlm: Fedlm, file: Path) -> None:
    words = ("--arg", "machine=M-003", "--arg", "fields=value", "--arg", "reduce=count")
    code, out, _ = fedlm("tools", "try", "warm", "--config", file, *words)
    assert code == 0
    assert "the highest is" not in out  # the template says more than was asked
    assert "count" in out


def test_nothing_found_ends_in_1(fedlm: Fedlm, file: Path) -> None:
    code, out, _ = fedlm("tools", "try", "warm", "--config", file, "--arg", "machine=M-999")
    assert code == 1
    assert "0 records" in out
    assert "M-999" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("wram",), 'there is no tool "wram"; did you mean "warm"?'),
        (("warm",), 'parameter "machine" is required'),
        (("warm", "--arg", "machine"), "write it as name=value"),
        (("warm", "--arg", "machine=7"), 'parameter "machine" must be a string, of the form'),
        (("warm", "--arg", "machine=M-003", "--arg", "mtric=x"), 'did you mean "metric"?'),
    ],
)
def test_what_is_wrong_is_named_and_ends_in_2(fedlm: Fedlm, file: Path, words: tuple[str, ...], said: str) -> None:
    code, _, error = fedlm("tools", "try", *words, "--config", file)
    assert code == 2
    assert said in error


@pytest.mark.parametrize(
    "mistake",
    [
        ("first.value", "first.valeu", 'tool "warm": answer: "{first.valeu}" names nothing that is there; did you'),
        (
            "given.machine",
            "given.machin",
            '"{given.machin}" names nothing that is there; did you mean "machine"?',
        ),
        ("{count} readings", "{count readings", "answer: unexpected '{' in field name"),
        ("{first.value}", "{first.value:.2f}", "numbers and dates take the form of the locale"),
        ('answer = "{count}', 'answer.fr = "{count}', "answer.fr: the languages are en, de, zh"),
        ("description", "descripton", "line 11: unknown key `tool.0.descripton`; did you mean `description`?"),
        ("mongodb.find", "mongodb.fnid", "tool[0]"),
        ("filter = { ", "filter = { '$where' = 'x', ", "$where"),
        ('collection = "readings"', 'collection = "secrets"', '"secrets"'),
        ('tool = "warm"', 'tool = "worm"', 'plan 1: calls 1: there is no tool "worm"; did you mean "warm"?'),
    ],
)
def test_a_file_with_a_mistake_is_refused_by_name(
    fedlm: Fedlm, plant: Plant, file: Path, mistake: tuple[str, str, str]
) -> None:
    old, new, said = mistake
    assert old in TABLES
    plant.write(TABLES.replace(old, new))
    for command in (("check-config", file), ("agent", "--config", file)):
        code, out, error = fedlm(*command)
        assert code in (1, 2)
        assert said in out + error
        assert str(file) in out + error


def test_two_tools_of_one_name(fedlm: Fedlm, plant: Plant, file: Path) -> None:
    plant.write(TABLES.partition("[[plan]]")[0] * 2)
    code, out, _ = fedlm("check-config", file)
    assert code == 1
    assert 'tool "warm": name: two tools have this name' in out
