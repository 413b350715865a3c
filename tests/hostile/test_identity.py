"""Whoever knows a client id can take its session: the agent's can't be guessed, and stays the same."""

from __future__ import annotations

from pathlib import Path

from edge_agent.identity import identity


def test_the_client_id_is_kept_and_cannot_be_guessed(tmp_path: Path) -> None:
    mine, another = identity(tmp_path / "a"), identity(tmp_path / "b")
    assert identity(tmp_path / "a") == mine
    assert mine.client != another.client
    assert mine.instance not in mine.client  # the instance is told to everybody
    assert len(mine.client) >= 32  # hex: 128 bits
