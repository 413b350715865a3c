"""Recomputing what left: every way in which the log and the cloud can differ is found."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from edge_agent import config
from edge_agent.bridge.body import http_body
from edge_agent.config_file import load
from edge_agent.demo.checks import Arrivals, Left, left
from edge_agent.demo.egress import Searched
from edge_agent.demo.house import Cloud, House
from edge_agent.demo.seed import Store
from edge_agent.messages import Egress, Plan, PlanBody, Sent, ToolSignature, canonical

BODY = PlanBody(
    prompt="Which cell?", tools=[ToolSignature(name="load", description="Load.", parameters={})], today="2026-03-09"
)
LOGGED = canonical(BODY).decode()
EGRESS = Egress(device="", id="1", body=LOGGED, sha256=hashlib.sha256(LOGGED.encode()).hexdigest())


@pytest.fixture
def bridge_toml(tmp_path: Path) -> Path:
    file = tmp_path / "bridge.toml"
    file.write_text(House(state=tmp_path, port=1883, cloud=Cloud())._bridge_toml())
    return file


@pytest.fixture
def sent(bridge_toml: Path) -> Sent:
    body = http_body(BODY, load(bridge_toml, config.Bridge).planner)
    return Sent(sha256=hashlib.sha256(body).hexdigest(), bytes=len(body), http_status=200)


def check(store: Store, bridge_toml: Path, egress: list[Egress], sent: list[Sent], reached: list[str] | None) -> Left:
    plan = Plan(id="1", calls=[], sent=sent)
    searched = Searched(store, config="")
    return left(egress, [plan], searched=searched, bridge_toml=bridge_toml, reached=reached)


@pytest.mark.parametrize("tells", [True, False])
def test_what_agrees_is_clean(store: Store, bridge_toml: Path, sent: Sent, tells: bool) -> None:
    found = check(store, bridge_toml, [EGRESS], [sent], [sent.sha256] if tells else None)
    assert found.is_clean
    assert (found.bytes, found.tools, found.sha256) == (sent.bytes, 1, sent.sha256)


def test_a_request_that_the_log_does_not_hold_is_found(store: Store, bridge_toml: Path, sent: Sent) -> None:
    other = msgspec.structs.replace(sent, sha256="0" * 64)
    assert not check(store, bridge_toml, [EGRESS], [sent, other], None).is_clean
    assert not check(store, bridge_toml, [], [sent], None).is_clean


def test_a_log_that_does_not_match_its_own_hash_is_found(store: Store, bridge_toml: Path, sent: Sent) -> None:
    forged = msgspec.structs.replace(EGRESS, sha256="0" * 64)
    assert not check(store, bridge_toml, [forged], [sent], None).is_clean


@pytest.mark.parametrize("reached", [[], ["0" * 64]])
def test_a_cloud_that_received_something_else_is_found(
    store: Store, bridge_toml: Path, sent: Sent, reached: list[str]
) -> None:
    assert not check(store, bridge_toml, [EGRESS], [sent], reached).is_clean
    assert not check(store, bridge_toml, [EGRESS], [sent], [sent.sha256, *reached, "1" * 64]).is_clean


def test_arrivals_are_read_on_from_the_last_question(tmp_path: Path) -> None:
    log = tmp_path / "received.jsonl"
    arrivals = Arrivals(log)
    assert arrivals.next() is None
    log.write_text('{"path":"/","sha256":"a"}\n{"path":"/","sha256":"b"}\n')
    assert arrivals.next() == ["a", "b"]
    assert arrivals.next() == []
