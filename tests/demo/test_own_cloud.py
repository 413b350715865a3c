"""With a person's own key the bridge plans with their endpoint, and the key is nowhere but in the bridge."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.demo.house import Cloud, House
from edge_agent.demo.watch import AGENT, BRIDGE, Watch
from edge_agent.testing.cloud import StandIn
from edge_agent.testing.processes import free_port

KEY = "sk-of-a-person-0123456789"


async def test_the_key_reaches_the_endpoint_and_no_file_and_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StandIn() as endpoint:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.base_url)
        monkeypatch.setenv("OPENAI_MODEL", "their-model")
        with House(state=tmp_path, port=free_port(), cloud=Cloud.from_environment(), instant=True) as house:
            said: list[str] = []
            house.open(said.append)
            house.start_bridge()
            house.start_agent(None)
            async with Watch(house.port) as watch:
                for name in (BRIDGE, AGENT):
                    await watch.status(name, "online", within_s=20)
                seen = await watch.ask("Which cell at site 12 is the bottleneck?", deadline_s=20)
            assert seen.response.status == "ok"
            holders = {name for name, process in house.processes.items() if KEY.encode() in _environment(process.pid)}
        (request,) = endpoint.received
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json["model"] == "their-model"
    assert holders == {"bridge"}
    assert set(house.processes) == {"broker", "database", "bridge", "agent"}
    assert not _files_that_hold_the_key(tmp_path)
    assert not any(KEY in line for line in said)
    assert KEY not in repr(house)


def _files_that_hold_the_key(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()]


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.parametrize(
    ("base_url", "profile"),
    [
        (None, "openai"),
        ("https://eu.api.openai.com/v1", "openai"),
        ("http://127.0.0.1:8080/v1", "plain"),
    ],
)
def test_an_endpoint_that_is_not_openais_own_is_asked_plainly(base_url: str | None, profile: str) -> None:
    assert Cloud(key=KEY, base_url=base_url).profile == profile


def test_without_a_key_the_stand_in_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert Cloud.from_environment().key is None
