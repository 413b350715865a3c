"""The model's process as the agent sees it: spawned, spoken to over a socket pair, ended."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self

from edge_agent.config import Slm
from edge_agent.slm import protocol
from edge_agent.slm.protocol import Event, Order

#: What the child runs: (link, settings, whether to use the fast weight buffers, the parent's process id).
Entry = Callable[[socket.socket, Slm, bool, int], None]
_ENDS_WITHIN_S = 5.0


class Child:
    """One process; it lives as long as the ``async with``."""

    def __init__(self, settings: Slm, entry: Entry, *, extra_bufts: bool) -> None:
        self._settings = settings
        self._entry = entry
        self._extra_bufts = extra_bufts

    async def __aenter__(self) -> Self:
        ours, theirs = socket.socketpair()
        # spawn: a fork would copy the broker's connection and the locks of our threads.
        self._process = multiprocessing.get_context("spawn").Process(
            target=self._entry, args=(theirs, self._settings, self._extra_bufts, os.getpid()), name="slm", daemon=True
        )
        # On this thread: the child dies with the thread that started it (PR_SET_PDEATHSIG).
        with _signals_held(), theirs:
            self._process.start()
        # multiprocessing would ask it politely at exit and wait; it doesn't listen to SIGTERM.
        atexit.register(self.kill)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()  # it has nothing to save
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        await asyncio.to_thread(self._process.join, _ENDS_WITHIN_S)
        atexit.unregister(self.kill)

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def tell(self, order: Order) -> None:
        """Send an order; never waits. Where the child is gone, ``event`` says so."""
        if not self._writer.is_closing():
            self._writer.write(protocol.frame(order))

    async def event(self) -> Event | None:
        """Wait for what it says next; None when it has ended."""
        try:
            prefix = await self._reader.readexactly(protocol.PREFIX)
            return protocol.event(await self._reader.readexactly(int.from_bytes(prefix, "big")))
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def ending(self) -> str:
        """How it ended, in words, once ``event`` gave None."""
        await asyncio.to_thread(self._process.join, _ENDS_WITHIN_S)
        code = self._process.exitcode
        if code is None:
            return "it closed its link and hangs"
        return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Start the child deaf to SIGINT and SIGTERM, before its first line can say so."""
    resource_tracker.ensure_running()  # its start would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
