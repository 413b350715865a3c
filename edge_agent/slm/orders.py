"""What the model's process has been told and not yet done: filled by its reading thread, emptied by its main one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from edge_agent.slm.protocol import Leave, Open, Order, Stop, Write


class Orders:
    """Writers first, in the order they came; then the early parts of open seats, which give way to a writer."""

    def __init__(self, interrupt: Callable[[], None], resume: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._resume = resume
        self._changed = threading.Condition()
        self._left: deque[Leave] = deque()
        self._writers: deque[Write] = deque()
        self._early: dict[int, Open] = {}
        self._current: Open | Write | None = None
        self._stopped = False

    def take(self, order: Order) -> list[Write]:
        """Note an order, and interrupt what it ends. Returns the answers that it ends before they were begun."""
        with self._changed:
            self._changed.notify()
            match order:
                case Open():
                    self._early[order.seat] = order
                case Write():
                    self._writers.append(order)
                    self._early.pop(order.seat, None)
                    # Its own seat's early part is the beginning of its own prompt: that goes on.
                    if isinstance(self._current, Open) and self._current.seat != order.seat:
                        self._stop_current()
                case Stop():
                    if isinstance(self._current, Write) and self._current.job == order.job:
                        self._stop_current()
                    return self._drop(lambda write: write.job == order.job)
                case Leave():
                    self._left.append(order)
                    self._early.pop(order.seat, None)
                    if self._current is not None and self._current.seat == order.seat:
                        self._stop_current()
                    return self._drop(lambda write: write.seat == order.seat)
            return []

    def next(self, *, early: bool) -> Open | Write | Leave:
        """Wait for what is to be done next. ``early``: there is room to park another beginning."""
        with self._changed:
            self._current = None
            while (chosen := self._choose(early=early)) is None:
                self._changed.wait()
            if not isinstance(chosen, Leave):
                self._current = chosen
            self._stopped = False
            self._resume()
            return chosen

    def again(self, order: Open) -> None:
        """Put back an early part that gave way to a writer, unless its seat was given up or writes by now."""
        with self._changed:
            gone = any(left.seat == order.seat for left in self._left)
            if not gone and all(write.seat != order.seat for write in self._writers):
                self._early = {order.seat: order, **self._early}

    @property
    def stopped(self) -> bool:
        """Whether what is being done now was ended from outside."""
        with self._changed:
            return self._stopped

    def _choose(self, *, early: bool) -> Open | Write | Leave | None:
        if self._left:
            return self._left.popleft()
        if self._writers:
            return self._writers.popleft()
        if early and self._early:
            return self._early.pop(next(iter(self._early)))
        return None

    def _drop(self, ended: Callable[[Write], bool]) -> list[Write]:
        dropped = [write for write in self._writers if ended(write)]
        self._writers = deque(write for write in self._writers if not ended(write))
        return dropped

    def _stop_current(self) -> None:
        self._stopped = True
        self._interrupt()
