"""Every error code that the code raises is asserted by some test; those that nothing raises yet are listed here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.errors import CODES
from edge_agent.messages import PLAN_FAILURES

ROOT = Path(__file__).parents[2]

#: Code → which feature will raise it. Delete the line when it does: the tests below say so.
NOT_YET_RAISED = {
    "shutting_down": "what does not fit into a stop is held by the journal for the next start",
    "bad_schema": "answers by a JSON Schema",
    "generation_failed": "no writer fails where the bare facts are the last one",
    "poisoned": "counting the deaths of a query",
}


def raised() -> set[str]:
    """Codes whose class is raised or made outside of errors.py."""
    names = {error.__name__: code for code, error in CODES.items()}
    files = (file for file in (ROOT / "edge_agent").rglob("*.py") if file.name != "errors.py")
    return {names[name] for file in files for name in made_in(file) if name in names}


def made_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
        if isinstance(made, ast.Name):
            yield made.id
        elif isinstance(made, ast.Attribute):
            yield made.attr


def asserted(code: str, tests: str) -> bool:
    """Whether a test expects the code in quotes (the same word may be a call's status), or its class."""
    lines = (line for line in tests.splitlines() if f'"{code}"' in line and "status" not in line)
    return any(lines) or re.search(rf"raises\((\w+\.)?{CODES[code].__name__}\b", tests) is not None


@pytest.fixture(scope="module")
def other_tests() -> str:
    here = Path(__file__).parent
    return "\n".join(file.read_text() for file in (ROOT / "tests").rglob("*.py") if here not in file.parents)


def test_every_code_that_is_raised_is_asserted_by_a_test(other_tests: str) -> None:
    missing = {code for code in raised() if not asserted(code, other_tests)}
    assert not missing, f"no test expects {', '.join(sorted(missing))}"


def test_the_list_of_codes_that_nothing_raises_is_true() -> None:
    raised_now, unlisted = set(NOT_YET_RAISED) & raised(), set(CODES) - raised() - set(NOT_YET_RAISED)
    assert not raised_now, f"raised now, so take it off the list: {', '.join(sorted(raised_now))}"
    assert not unlisted, f"raised nowhere, so say here why: {', '.join(sorted(unlisted))}"


def test_a_code_that_no_test_expects_is_noticed() -> None:
    assert not asserted("busy", 'assert source.status == "busy"\nassert code == "expired"')
    assert asserted("busy", 'assert error.code == "busy"')
    assert asserted("busy", "with pytest.raises(errors.Busy):")


def test_the_bridge_says_only_codes_of_plan_failures_that_the_docs_have() -> None:
    source = "\n".join(file.read_text() for file in (ROOT / "edge_agent" / "bridge").glob("*.py"))
    said = set(re.findall(r'(?:code=|PlannerFailed\(|_failure\(\w+, )"(\w+)"', source))
    assert said == set(PLAN_FAILURES)
