"""Drafts as people and models word them, written by hand: right ones pass, wrong ones don't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_agent.grounding import ground

SCENES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("natural.json").read_text(encoding="utf-8"))


def _grounded(scene: dict[str, Any], draft: str) -> bool:
    return ground(
        scene["question"], scene["records"], draft, read=scene["read"], descriptions=scene["descriptions"]
    ).grounded


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene["question"]))
def test_no_wrong_draft_passes(scene: dict[str, Any]) -> None:
    assert [draft for draft in scene["wrong"] if _grounded(scene, draft)] == []


def test_nearly_all_right_drafts_pass() -> None:
    drafts = [(scene, draft) for scene in SCENES for draft in scene["right"]]
    refused = [draft for scene, draft in drafts if not _grounded(scene, draft)]
    assert len(refused) <= 0.05 * len(drafts), refused
