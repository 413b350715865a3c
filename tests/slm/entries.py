"""What a child can do wrong while it loads: entry points in place of the real one."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from edge_agent.config import Slm
from edge_agent.slm import worker
from edge_agent.slm.protocol import Trying, frame


def crashes_with_fast_buffers(link: socket.socket, settings: Slm, extra_bufts: bool, parent: int) -> None:
    """As a native build does on a CPU with AMX: a segmentation fault in the first decode."""
    if extra_bufts:
        link.sendall(frame(Trying()))
        os.kill(os.getpid(), signal.SIGSEGV)
    worker.run(link, settings, extra_bufts, parent)


def never_loads(link: socket.socket, settings: Slm, extra_bufts: bool, parent: int) -> None:
    """Hang."""
    threading.Event().wait()


def without_llama_cpp(link: socket.socket, settings: Slm, extra_bufts: bool, parent: int) -> None:
    """As where the extra ``slm`` is not installed."""
    sys.modules["llama_cpp"] = None  # type: ignore[assignment]
    worker.run(link, settings, extra_bufts, parent)
