"""Ten devices that ask at once, and two more that send once: they show what sending again is for."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from tests.faults.devices import KINDS, Asked, Device


@dataclass(kw_only=True)
class Crowd:
    """The devices of one run, and their habit: ``resend_s`` None means that they send once and wait."""

    devices: Sequence[Device]
    resend_s: float | None
    #: After so long without an answer a device gives a question up as lost.
    patience_s: float
    pause_s: float
    #: Two more that send once: they show what re-sending is for.
    control: Sequence[Device] = ()

    async def ask_all(self, number: int, draw: random.Random, *, effects: bool) -> list[Asked]:
        """Ask so many questions, each device its share, a few at a time."""
        shares = [number // len(self.devices)] * len(self.devices)
        async with asyncio.TaskGroup() as tasks:
            doing = [
                tasks.create_task(self._ask_some(device, share, random.Random(draw.random()), effects=effects))
                for device, share in zip(self.devices, shares, strict=True)
            ]
        return [asked for task in doing for asked in task.result()]

    def once(self) -> Crowd:
        """The control group, as a crowd of its own."""
        return replace(self, devices=self.control, control=(), resend_s=None)

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connect all of them."""
        async with contextlib.AsyncExitStack() as opened:
            for device in (*self.devices, *self.control):
                await opened.enter_async_context(device.connected())
            yield

    async def _ask_some(self, device: Device, number: int, draw: random.Random, *, effects: bool) -> list[Asked]:
        seats = asyncio.Semaphore(3)
        async with asyncio.TaskGroup() as tasks:
            made = []
            for index in range(number):
                await asyncio.sleep(draw.uniform(0, 2 * self.pause_s))
                await seats.acquire()
                asked = _question(device, index, draw, effects=effects)
                device.asked[asked.item] = asked
                tasks.create_task(self._ask(device, asked, seats))
                made.append(asked)
        return made

    async def _ask(self, device: Device, asked: Asked, seats: asyncio.Semaphore) -> None:
        # A question that can't be told from another is promised nothing where the broker may lose it.
        patience_s = self.patience_s / 4 if asked.kind == "none" and self.resend_s is not None else self.patience_s
        ends = asyncio.get_running_loop().time() + patience_s
        try:
            while not asked.ended.is_set() and asyncio.get_running_loop().time() < ends:
                await device.up()
                if self.resend_s is not None or not asked.accepted or asked.put_off:
                    asked.put_off = 0
                    await device.send(asked)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.resend_s or 1.0):
                        await asked.ended.wait()
        finally:
            seats.release()


def crowd(root: str, port: int, *, resend_s: float | None, patience_s: float, pause_s: float) -> Crowd:
    """Ten devices, half of them on MQTT 5."""
    devices = [
        Device(f"device-{number}", root=root, port=port, v5=v5, kinds=KINDS if v5 else ("id", "id", "none"))
        for number, v5 in enumerate([True, False] * 5)  # 3.1.1 has no properties that an id could be derived from
    ]
    control = [Device(f"once-{number}", root=root, port=port, v5=number == 0, kinds=("id",)) for number in range(2)]
    return Crowd(devices=devices, control=control, resend_s=resend_s, patience_s=patience_s, pause_s=pause_s)


def _question(device: Device, index: int, draw: random.Random, *, effects: bool) -> Asked:
    kind = draw.choice(device.kinds)
    return Asked(
        device=device.name,
        kind=kind,
        item=f"{device.name[-1]}x{index}q{secrets.token_hex(3)}",
        effects=effects and kind != "none" and draw.random() < 0.5,
        id=secrets.token_hex(8) if kind == "id" else "",
        act=draw.choice(("Open a ticket", "Ring the bell")),
    )
