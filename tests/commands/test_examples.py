"""examples/: the files decode, and their tools and plans hold together."""

from __future__ import annotations

from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.commands.agent_toml import read_agent
from edge_agent.config_file import load
from edge_agent.tools.registry import check_tools
from tests.commands.conftest import Fedlm

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_examples_are_good(fedlm: Fedlm) -> None:
    code, out, _ = fedlm("check-config", EXAMPLES / "agent.toml", EXAMPLES / "bridge.toml")
    assert code == 0, out
    assert "tools: 2, pinned plans: 2" in out
    settings = load(EXAMPLES / "agent.toml", config.Agent)
    assert set(check_tools(settings, Clock()).tools) == {"recent_readings", "late_orders"}


def test_every_table_of_agent_toml_is_shown() -> None:
    """A table that is added to the configuration is shown in the example, or named here with a reason."""
    text = (EXAMPLES / "agent.toml").read_text()
    unshown = {"journal", "tools"}  # the defaults are right for nearly everybody
    tables = {name for name in config.Agent.__struct_fields__ if f"[{name}]" in text or f"[[{name}]]" in text}
    scalars = {"name", "state_dir", "deadline_s", "max_deadline_s", "shutdown_s", "locale", "time_zone", "effects"}
    missing = set(config.Agent.__struct_fields__) - tables - scalars - unshown
    assert missing <= {"privacy", "policy", "effects"}, missing


def test_the_pinned_plans_of_the_example_answer_their_questions() -> None:
    _, offer = read_agent(EXAMPLES / "agent.toml")
    (call,) = offer.plans.match("the pressure of machine m-017, please", offer.registry.tools).calls
    assert call.arguments == {"machine": "M-017", "metric": "pressure", "reduce": "first"}
    (call,) = offer.plans.match("Welche Aufträge sind verspätet?", offer.registry.tools).calls
    assert call.tool == "late_orders"
