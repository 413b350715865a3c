"""One run: all devices ask while a fault goes on, and the verdict."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from tests.faults import scale
from tests.faults.crowd import Crowd, crowd
from tests.faults.parts import Parts
from tests.faults.verdict import judge

PATIENCE_S = scale.scaled(whole=90.0, short=40.0)
#: How long the control group's last answers may take once all others have theirs.
CONTROL_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a run is made. ``resend_s`` None: the devices send once."""

    name: str
    number: int
    pause_s: float
    resend_s: float | None = 1.0

    async def under(self, parts: Parts, fault: Coroutine[Any, Any, None]) -> Counter[str]:
        """Ask while the fault goes on, judge, print the counts. How often each process was killed."""
        parts.kills.clear()
        people = crowd(
            parts.root, parts.device_port, resend_s=self.resend_s, patience_s=PATIENCE_S, pause_s=self.pause_s
        )
        control = people.once()
        draw = scale.draw(f"{self.name} questions")
        async with people.connected():
            breaking = asyncio.create_task(fault, name="fault")
            others = asyncio.create_task(control.ask_all(self.number // 5, draw, effects=False), name="control")
            try:
                asked = await people.ask_all(self.number, draw, effects=True)
            finally:
                await _end(breaking)
            await parts.online("agent")
            await asyncio.wait([others], timeout=CONTROL_S)
            await _end(others)
        verdict = judge(asked, await asyncio.to_thread(parts.ran), resending=self.resend_s is not None)
        kills = ", ".join(f"{count} kills of the {name}" for name, count in parts.kills.items()) or "no kills"
        scale.report(self.name, f"{kills}; {verdict}; {_without_resending(control)}")
        assert not verdict.faults, "\n".join(verdict.faults)
        return parts.kills


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel it. A failure of its own fails the run."""
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    elif (error := task.exception()) is not None:
        raise error


def _without_resending(control: Crowd) -> str:
    once = [each for device in control.devices for each in device.asked.values() if each.accepted]
    lost = sum(1 for each in once if not each.copies)
    return f"control group, sent once: {lost} of {len(once)} lost"
