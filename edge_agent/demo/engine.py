"""The SLM's engine: llama.cpp takes minutes to build, so that goes on behind while the first questions are answered."""

from __future__ import annotations

import importlib
import importlib.util
import time
from pathlib import Path

from edge_agent.testing.processes import Process

#: The repository's folder, where it is one and not an installed package.
ROOT = Path(__file__).resolve().parents[2]


def is_installed() -> bool:
    """Whether llama-cpp-python can be imported; it isn't imported here."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("llama_cpp") is not None


class Build:
    """``make slm-engine``, running behind."""

    def __init__(self, log: Path, *, root: Path = ROOT) -> None:
        self._root = root
        self._process = Process(name="slm-engine", command=["make", "-C", str(root), "slm-engine"], log=log)
        self._begun = 0.0

    @property
    def is_possible(self) -> bool:
        """Whether there is a Makefile to build with."""
        return (self._root / "Makefile").exists()

    @property
    def running(self) -> bool:
        """Whether it is still building."""
        return self._process.running

    def start(self) -> None:
        """Begin to build."""
        self._begun = time.monotonic()
        self._process.start()

    def progress(self) -> str:
        """How long it has been building, and its last line: ``1:23  Building wheel …``."""
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        last = self._process.tail(1).strip()
        return f"{minutes}:{seconds:02d}  {last[:90]}"

    def tail(self) -> str:
        """The end of its log."""
        return self._process.tail()

    def stop(self) -> None:
        """End it and all that it started."""
        self._process.stop()
