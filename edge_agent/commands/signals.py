"""Signals as events: SIGTERM and SIGINT, SIGHUP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGTERM or SIGINT sets; to be used inside a running event loop."""
    with _event(signal.SIGTERM, signal.SIGINT) as stop:
        yield stop


@contextmanager
def reread_on_signal() -> Iterator[asyncio.Event]:
    """Give an event that SIGHUP sets; to be used inside a running event loop."""
    with _event(signal.SIGHUP) as reread:
        yield reread


@contextmanager
def _event(*numbers: signal.Signals) -> Iterator[asyncio.Event]:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
