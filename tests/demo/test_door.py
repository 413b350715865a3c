"""The demo's door with logins: a kiosk can't pry through it. On the open port everyone can, and that is noticed."""

from __future__ import annotations

import os
from pathlib import Path

from edge_agent.demo.door import try_door, write_door
from edge_agent.demo.house import _filled
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.processes import Process, free_port, mosquitto_program, running
from tests.whole.house import open_house
from tests.whole.plans import ORDER, QUESTION, instant


async def test_a_kiosk_pries_at_the_open_port_and_not_at_the_door(tmp_path: Path) -> None:
    port, door, user = free_port(), free_port(), "user root" if os.geteuid() == 0 else ""
    passwords = write_door(tmp_path / "door")
    (tmp_path / "broker").mkdir()
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(_filled("mosquitto.conf", PORT=port, DOOR=door, STATE=tmp_path, USER=user))
    broker = Process(name="broker", command=[mosquitto_program(), "-c", str(conf)], log=tmp_path / "log")
    with running(broker, port):
        async with open_house(port, tmp_path, cloud=Cloud(ORDER), slm=instant, root="fedlm") as house:
            closed = await try_door(door, passwords, QUESTION)
            assert "shipped" in closed.answer
            assert (closed.overheard, closed.said, closed.faults) == (0, 0, [])
            open_ = await try_door(port, passwords, QUESTION)
            assert open_.overheard >= 2
            assert open_.said == open_.attempts
            assert open_.faults
            house.heard.clear()  # what the kiosk forged there is none of the agent's
