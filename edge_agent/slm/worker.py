"""Where the model's process begins. Imported by the agent too, so nothing of llama.cpp is imported here."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys

from edge_agent.config import Slm
from edge_agent.slm import protocol

_PR_SET_PDEATHSIG = 1


def run(link: socket.socket, settings: Slm, extra_bufts: bool, parent: int) -> None:
    """Be the model's process until the parent closes the link. ``extra_bufts``: use llama.cpp's fast weight buffers."""
    # The parent decides when we end: Ctrl-C and a service's SIGTERM reach the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        return
    # A crash would otherwise start a debugger, which may hang.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    try:
        from edge_agent.slm.serve import serve  # noqa: PLC0415 - the agent works without llama-cpp-python
    except ImportError as error:
        message = f"llama-cpp-python is not installed (pip install 'fedlm[slm]'): {error}"
        link.sendall(protocol.frame(protocol.Refused(message=message)))
        return
    serve(link, settings, extra_bufts=extra_bufts)
