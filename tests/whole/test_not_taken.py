from __future__ import annotations

from pathlib import Path

from edge_agent import config
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.wire import Outgoing
from tests.whole.house import open_house
from tests.whole.plans import ORDER, QUESTION


async def test_without_room_for_the_journal_nothing_is_taken_and_it_is_said(broker_port: int, tmp_path: Path) -> None:
    (tmp_path / "agent" / "journal" / "ballast").mkdir(parents=True)  # where it stands, the ballast can't
    async with open_house(broker_port, tmp_path, cloud=Cloud(ORDER)) as house:
        response = await house.ask(QUESTION)
        assert response.error is not None
        assert response.error.code == "storage_full"
        assert response.error.retry_after_s is not None


async def test_what_may_change_something_needs_an_id(broker_port: int, tmp_path: Path) -> None:
    async with open_house(broker_port, tmp_path, tools=with_effects()) as house:
        payload = b'{"prompt": "Open the gate", "effects": true}'
        await house.link.publish(Outgoing(topic=house.topics.query("kiosk-1"), payload=payload))
        response = await house.response("")
        assert response.error is not None
        assert response.error.code == "id_required"


def with_effects() -> config.Tools:
    modules = [str(Path(__file__).with_name("some_tools.py"))]
    return config.Tools(modules=modules, entry_points=False, effects=True)
