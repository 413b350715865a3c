"""The story's types keep their promise: a stage can't be skipped, and a stage can't reach for another."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def mypy_on(source: str, folder: Path) -> list[tuple[int, str]]:
    file = folder / "skips.py"
    file.write_text(source)
    out, _, _ = api.run(["--strict", "--config-file", str(ROOT / "pyproject.toml"), str(file)])
    found = re.findall(rf"{re.escape(str(file))}:(\d+): error: (.*)", out)
    if not found and "skips.py" in out:
        found = re.findall(r"skips\.py:(\d+): error: (.*)", out)
    return [(int(line), text) for line, text in found]


def test_mypy_refuses_each_way_to_skip_a_stage_and_nothing_else(tmp_path: Path) -> None:
    source = (HERE / "refused_by_mypy.py.txt").read_text()
    refused = {number: line for number, line in enumerate(source.splitlines(), 1) if "# refused" in line}
    found = mypy_on(source, tmp_path)
    assert sorted(number for number, _ in found) == sorted(refused)
    for number, text in found:
        wanted = refused[number].split("# refused: ")[1]
        assert wanted in text


def test_the_same_code_without_the_skips_is_accepted(tmp_path: Path) -> None:
    """Negative control: mypy refuses the skips, not the file."""
    source = "\n".join(
        re.sub(r"(\s*).*# refused.*", r"\1pass", line)
        for line in (HERE / "refused_by_mypy.py.txt").read_text().splitlines()
    )
    assert mypy_on(source, tmp_path) == []


LINTER = """
[importlinter]
root_package = house

[importlinter:contract:stages]
name = Stages never import one another
type = independence
modules = house.stages.*
"""


@pytest.mark.parametrize(("importing", "kept"), [("from house.stages import plans", False), ("import json", True)])
def test_the_linter_refuses_a_stage_that_imports_another(tmp_path: Path, importing: str, *, kept: bool) -> None:
    contract = re.search(
        r'name = "Stages never import one another"\ntype = "independence"\nmodules = \["(.*)"\]',
        (ROOT / "pyproject.toml").read_text(),
    )
    assert contract is not None
    assert contract.group(1) == "edge_agent.stages.*"
    stages = tmp_path / "house" / "stages"
    stages.mkdir(parents=True)
    (tmp_path / "house" / "__init__.py").touch()
    (stages / "__init__.py").touch()
    (stages / "plans.py").write_text("")
    (stages / "validate.py").write_text(importing + "\n")
    (tmp_path / ".importlinter").write_text(LINTER)
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode == 0) is kept, ran.stdout


def test_the_story_reads_as_the_design_tells_it() -> None:
    source = (ROOT / "edge_agent" / "pipeline.py").read_text()
    body = re.search(r"async def answer\(.*?\n\n\n", source, re.DOTALL)
    assert body is not None
    steps = re.findall(r"do\.(\w+)", body.group())
    assert steps == ["redact", "validate", "plans", "run_tools", "select", "ground", "drafts", "respond"]
