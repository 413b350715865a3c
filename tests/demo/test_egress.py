"""The search for data in what left finds it wherever it hides, and doesn't cry wolf."""

from __future__ import annotations

import hashlib
import json

import pytest

from edge_agent.demo.egress import Searched, is_intact
from edge_agent.demo.seed import Store
from edge_agent.messages import Egress, PlanBody, ToolSignature, canonical

CONFIG = 'name = "site_load"\nenum = ["delayed", "critical"]'


def left(prompt: str, description: str = "Load of the cells of a site.") -> Egress:
    tool = ToolSignature(name="site_load", description=description, parameters={"enum": ["delayed"]})
    body = canonical(PlanBody(prompt=prompt, tools=[tool], today="2026-03-09 UTC")).decode()
    return Egress(device="", id="1", body=body, sha256=hashlib.sha256(body.encode()).hexdigest())


@pytest.fixture(scope="module")
def searched(store: Store) -> Searched:
    return Searched(store, config=CONFIG)


def test_signatures_and_the_persons_own_words_are_no_data(searched: Searched) -> None:
    assert searched.found_in(left("What is subscriber SUB-20464's ticket about?")) == []


@pytest.mark.parametrize("kind", ["text", "number", "phone", "time", "escaped"])
def test_a_planted_value_is_found(searched: Searched, store: Store, kind: str) -> None:
    sale = store["shop"]["sales"][0]
    planted = {
        "text": "it was the Willow Bench",
        "number": f"revenue {sale['revenue_eur']} EUR",
        "phone": store["field"]["subscribers"][3]["phone"],
        "time": store["field"]["measurements"][9]["at"].isoformat(),
        "escaped": "Willow Bench",
    }[kind]
    egress = left("Which cell?", planted)
    if kind == "escaped":
        body = egress.body.replace("Willow Bench", "".join(f"\\u{ord(letter):04x}" for letter in "Willow Bench"))
        egress = Egress(device="", id="1", body=body, sha256="")
    assert searched.found_in(egress)


def test_a_number_within_a_longer_one_is_another_number() -> None:
    store = {"shop": {"orders": [{"total_eur": 1450}]}}
    assert Searched(store, config="").found_in(left("Q", "14500 or 0.1450 or 21450")) == []
    assert Searched(store, config="").found_in(left("Q", "costs 1450.")) == ["1450"]
    assert Searched(store, config="").found_in(left("Q", "costs 1,450")) == ["1,450"]


def test_there_is_much_to_search_for(searched: Searched, store: Store) -> None:
    assert len(searched.values) > 2000
    assert "delayed" not in searched.values  # the operator wrote it into an enum


def test_a_hash_that_is_not_the_bodys_is_found() -> None:
    egress = left("Q")
    assert is_intact(egress)
    changed = json.loads(egress.body) | {"prompt": "another"}
    assert not is_intact(Egress(device="", id="1", body=json.dumps(changed), sha256=egress.sha256))
