"""docs/security.md: what it points to is there, and its TOML is taken."""

from __future__ import annotations

import re
from pathlib import Path

from edge_agent import config
from edge_agent.config_file import loads

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_everything_that_it_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text())
    assert len(links) > 15
    assert not [link for link in links if not (PAGE.parent / link).exists()]


def test_its_toml_decodes() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        settings = loads(block, config.Agent, name="docs/security.md")
        assert settings.policy
