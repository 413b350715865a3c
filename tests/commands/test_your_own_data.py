"""docs/your-own-data.md, run as it stands: each block of commands in a shell, in order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest

from tests.commands.conftest import Plant
from tests.commands.test_draft import readings

PAGE = Path(__file__).parents[2] / "docs" / "your-own-data.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEAD = """
state-dir = "{state}"
[mqtt]
root = "{root}"
host = "127.0.0.1"
port = {port}
"""


@pytest.fixture
def folder(plant: Plant, broker_port: int, tmp_path: Path) -> Path:
    """The page's own source table, with this test's broker and database in the places of the reader's."""
    plant.database["readings"].insert_many(readings())
    (table,) = [text for language, text in BLOCK.findall(PAGE.read_text()) if language == "toml"]
    assert 'uri = "mongodb://localhost:27017/"' in table
    table = table.replace("mongodb://localhost:27017/", plant.uri)
    table = table.replace('database = "plant"', f'database = "{plant.database.name}"')
    head = HEAD.format(state=tmp_path / "state", root=f"t-{token_hex(6)}", port=broker_port)
    (tmp_path / "agent.toml").write_text(head + table)
    return tmp_path


def run(script: str, folder: Path) -> str:
    """Run commands as a person would; what they leave running is ended with the shell's group."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    script = f"set -e\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n{script}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


def test_the_page_works_command_by_command(folder: Path) -> None:
    blocks = [text for language, text in BLOCK.findall(PAGE.read_text()) if language == "sh"]
    assert len(blocks) == 6
    said = [run(text, folder) for text in blocks]
    assert "tools: 1, pinned plans: 0" in said[1]
    assert "M-003" in said[2]
    assert "34.75" in said[2]
    assert '"prompt":"Which machine had the highest value?"' in said[3]
    assert "tools: 1, pinned plans: 1" in said[4]
    assert "34.75" in said[5]
    assert "edge" in said[5]
