"""The demo's files are those of a real deployment: they decode, and they fit the data and the questions."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest

from edge_agent import config
from edge_agent.config_file import loads
from edge_agent.demo.house import HERE, Cloud, House, Occupied
from edge_agent.demo.questions import questions
from edge_agent.demo.seed import INSERTED, Store
from edge_agent.testing.processes import Process, running
from tests.demo.conftest import NOW


def house(state: Path, cloud: Cloud | None = None) -> House:
    return House(state=state, port=2883, cloud=cloud or Cloud())


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> config.Agent:
    text = house(tmp_path_factory.mktemp("state"))._agent_toml(Path('/models/a "small" one.gguf'))
    return loads(text, config.Agent, name="agent.toml")


def test_agent_toml_decodes_with_its_model(agent: config.Agent) -> None:
    assert agent.slm is not None
    assert agent.slm.model == '/models/a "small" one.gguf'
    assert agent.mqtt.port == 2883


def test_without_a_model_the_bare_facts_answer(tmp_path: Path) -> None:
    assert loads(house(tmp_path)._agent_toml(None), config.Agent, name="agent.toml").slm is None


def test_bridge_toml_decodes_for_the_stand_in_and_for_a_real_cloud(tmp_path: Path) -> None:
    stand_in = loads(house(tmp_path)._bridge_toml(), config.Bridge, name="bridge.toml")
    assert stand_in.planner.base_url is not None
    own = loads(house(tmp_path, Cloud(key="k", model="m"))._bridge_toml(), config.Bridge, name="bridge.toml")
    assert (own.planner.base_url, own.planner.model) == (None, "m")


@pytest.mark.parametrize("name", ["agent.toml", "slm.toml", "bridge.toml", "mosquitto.conf"])
def test_every_blank_of_a_template_is_filled(name: str) -> None:
    blanks = set(re.findall(r"@([A-Z_]+)@", (HERE / name).read_text()))
    assert blanks <= {"STATE", "PORT", "DB_PORT", "SLM", "MODEL", "CLOUD_MODEL", "BASE_URL", "PROFILE", "USER", "DOOR"}


def test_every_expected_tool_is_declared_and_every_tool_is_asked_for(agent: config.Agent, store: Store) -> None:
    expected = {name for question in questions(store, NOW) for name in question.tools}
    asked_for = {tool.name for tool in agent.tool if not isinstance(tool, config.InsertTool)}
    assert expected == asked_for  # the one that changes something is asked for where the demo kills the agent


def test_every_collection_and_stored_field_exists(agent: config.Agent, store: Store) -> None:
    for source in agent.source:
        inserted = {INSERTED[1]} if INSERTED[0] == source.database else set()
        assert set(source.collections) == set(store[source.database]) | inserted
    for tool in agent.tool:
        assert tool.collection in store[tool.source] or (tool.source, tool.collection) == INSERTED
        if isinstance(tool, config.FindTool):
            stored = set(store[tool.source][tool.collection][0])
            assert {each if isinstance(each, str) else each.name for each in tool.fields} | set(tool.filter) <= stored


def test_a_file_that_a_person_edited_is_kept(tmp_path: Path) -> None:
    first = house(tmp_path)
    first._write("agent.toml", "one")
    (tmp_path / "agent.toml").write_text("mine")
    first._write("agent.toml", "two")
    assert (tmp_path / "agent.toml").read_text() == "two"
    assert (tmp_path / "agent.toml.edited").read_text() == "mine"


def test_a_second_demo_in_the_same_folder_is_refused_only_while_the_first_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)", str(tmp_path)]
    with running(Process(name="agent", command=command, log=tmp_path / "log")) as first:
        while str(tmp_path) not in Path(f"/proc/{first.pid}/cmdline").read_text():  # right after exec it is empty
            time.sleep(0.01)
        note = json.dumps({"agent": first.pid})
        (tmp_path / "processes.json").write_text(note)
        with pytest.raises(Occupied, match="Stop it"), house(tmp_path):
            pass
    (tmp_path / "processes.json").write_text(note)
    with house(tmp_path):
        pass
