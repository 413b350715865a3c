"""The README shows what the demo prints. ``FEDLM_PASTE=1`` pastes it anew, from a run with the real model."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent.parent / "README.md"
MARKED = re.compile(r"(<!-- demo: .* -->\n```\n)(.*?)(```\n<!-- /demo -->)", re.DOTALL)
#: The question that the README shows: a private value in the question, and one in the answer.
SHOWN = "What is the phone number of subscriber SUB-20437?"


def printed(state: Path, *options: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", "demo", "--state", str(state), *options],
        capture_output=True,
        text=True,
        timeout=110,
        env=environment | {"COLUMNS": "100"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def block(output: str) -> str:
    """The part of the demo's output that is about the shown question."""
    parts = re.split(r"\n(?=\d+ of \d+ · )", output)
    found = next(part for part in parts if SHOWN in " ".join(part.split()))
    lines = [line.rstrip() for line in found.split("\n\n")[0].splitlines()]
    return "\n".join(lines) + "\n"


def without_chance(text: str) -> str:
    """What differs from run to run: times, bars, bytes, hashes; and what the model makes of it."""
    text = re.sub(r"\n *answer .*?(?=\n *by gold)", "\n answer", text, flags=re.DOTALL)
    for pattern in (
        r"[0-9a-f]{12}…",
        r"[\d,.]+ ms",
        r"[\d,]+ (?=bytes|values)",
        r"█+",
        r"─+",
        r"model: [\w.-]+",
        r"· .*",
    ):
        text = re.sub(pattern, "~", text)
    return re.sub(r"\s+", " ", text)


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    readme = README.read_text()
    shown = MARKED.search(readme)
    assert shown is not None
    if os.environ.get("FEDLM_PASTE"):
        fresh = block(printed(tmp_path))
        README.write_text(MARKED.sub(lambda found: found[1] + fresh + found[3], readme))
        return
    assert SHOWN in shown[2]
    assert without_chance(shown[2]) == without_chance(block(printed(tmp_path, "--instant"))), (
        "FEDLM_PASTE=1 pastes anew"
    )
