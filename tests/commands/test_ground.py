"""``fedlm ground``: drafts judged without broker, database or configuration."""

from __future__ import annotations

import json
import subprocess
import sys

GOOD = {
    "question": "What is the status of order ORD-1?",
    "records": [{"order": "ORD-1", "status": "shipped"}],
    "draft": "The status of order ORD-1 is shipped.",
}


def fedlm_ground(text: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge_agent", "ground"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)


def test_each_line_is_judged() -> None:
    bad = GOOD | {"draft": "The status of order ORD-1 is delayed."}
    done = fedlm_ground("\n".join(json.dumps(case) for case in (GOOD, bad)) + "\n")
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [verdict["grounded"] for verdict in verdicts] == [True, False]
    assert verdicts[1]["reason"]


def test_a_line_that_is_no_case_is_named() -> None:
    done = fedlm_ground(json.dumps(GOOD) + "\n{}\n")
    assert done.returncode == 2
    assert "line 2" in done.stderr
