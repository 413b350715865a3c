"""The true system, in separate processes: broker, database, stand-in cloud, bridge, agent. One state folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from edge_agent.demo import seed
from edge_agent.demo.door import write_door
from edge_agent.demo.seed import Store
from edge_agent.signing import CREDENTIAL, new_key
from edge_agent.testing.processes import Process, await_port, free_port, mongodb_stand_in, mosquitto_program

HERE = Path(__file__).parent
#: The model that is asked where a person's own key is given, unless OPENAI_MODEL names another.
CLOUD_MODEL = "gpt-4.1-mini"
STAND_IN = "stand-in-cloud"
KEY_VARIABLE = "FEDLM_OPENAI_API_KEY"


class Occupied(RuntimeError):
    """Another demo runs in this state folder."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Cloud:
    """Who plans. Without a key it is the stand-in on loopback. No repr: it holds the key."""

    key: str | None = None
    base_url: str | None = None
    model: str = STAND_IN

    @property
    def profile(self) -> str:
        """Other endpoints than OpenAI's own take plain schemas and ``max_tokens``; the stand-in takes both."""
        return "openai" if not self.base_url or "openai." in self.base_url else "plain"

    @classmethod
    def from_environment(cls) -> Cloud:
        """Take ``OPENAI_API_KEY`` *out of* the environment: no other process of the demo inherits it."""
        key, base_url = os.environ.pop("OPENAI_API_KEY", None), os.environ.get("OPENAI_BASE_URL") or None
        return cls(key=key, base_url=base_url, model=os.environ.get("OPENAI_MODEL", CLOUD_MODEL)) if key else cls()


@dataclass(kw_only=True, repr=False)
class House:
    """The processes of one demo. Used as a context: all of them end on every exit."""

    state: Path
    port: int
    cloud: Cloud
    instant: bool = False
    processes: dict[str, Process] = field(default_factory=dict)
    store: Store = field(default_factory=dict)
    config: str = ""
    #: The broker's second door: its port, and the passwords of its logins.
    door: int = 0
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    _db_port: int = 0
    _cloud_port: int = 0

    @property
    def received(self) -> Path:
        """Where the stand-in cloud notes what it was sent, by hash; absent where the cloud is a real one."""
        return self._log("cloud").with_name("cloud-received.jsonl")

    @property
    def database_uri(self) -> str:
        """Where the database listens."""
        return f"mongodb://127.0.0.1:{self._db_port}/"

    def __enter__(self) -> Self:
        _refuse_occupied(self.state)
        self.state.mkdir(parents=True, exist_ok=True)
        for made_anew in ("broker", "database", "logs"):
            shutil.rmtree(self.state / made_anew, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        for name in reversed(self.processes):
            self.processes[name].stop()
        (self.state / "processes.json").unlink(missing_ok=True)

    def open(self, say: Callable[[str], None]) -> None:
        """Start broker, database and cloud, seed the data, write the files. Raises RuntimeError where one won't."""
        broker = self._broker()
        database, self._db_port = mongodb_stand_in(self.state / "database")
        database.log = self._log("database")
        for process in (broker, database):
            self._start(process)
        await_port(broker, self.port)
        say(f"broker: mosquitto on port {self.port}")
        await_port(database, self._db_port)
        self.store = seed.build(datetime.now(UTC))
        rows = seed.write(self.database_uri, self.store)
        say(f"database: SecantusDB on port {self._db_port}, {rows:,} rows of demo data")
        if not self.cloud.key:
            self._cloud_port = free_port()
            stand_in = self._module(
                "cloud", "edge_agent.testing.cloud", "--port", str(self._cloud_port), "--log", str(self.received)
            )
            self._start(stand_in)
            await_port(stand_in, self._cloud_port)
            say(f"cloud: a stand-in on port {self._cloud_port} (set OPENAI_API_KEY to ask a real one)")
        self._write("bridge.toml", self._bridge_toml())
        self._make_plan_key()

    def start_bridge(self) -> None:
        """Start the bridge: the one process that gets the key."""
        env = {KEY_VARIABLE: self.cloud.key or "none"}
        self._start(self._module("bridge", "edge_agent", "bridge", "--config", self._path("bridge.toml"), env=env))

    def start_agent(self, model: Path | None) -> None:
        """Start the agent, with this model or with none."""
        self._write("agent.toml", self._agent_toml(model))
        self.config = (self.state / "agent.toml").read_text(encoding="utf-8")
        instant = ["--instant"] if self.instant else []
        self._start(self._module("agent", "edge_agent", "agent", "--config", self._path("agent.toml"), *instant))

    def kill_agent(self, model: Path | None) -> None:
        """End the agent as a power cut would, and start it again."""
        self.processes["agent"].kill()
        self.start_agent(model)

    def stop(self, name: str) -> None:
        """Stop a process as systemd would: SIGTERM, then what is left."""
        self.processes.pop(name).stop()
        self._note()

    def _make_plan_key(self) -> None:
        """Make what agent and bridge sign with. Both find it beside their files, as nobody else on this broker does."""
        folder = self.state / "credentials"
        folder.mkdir(exist_ok=True, mode=0o700)
        key = folder / CREDENTIAL
        key.touch(mode=0o600)
        key.write_text(new_key() + "\n", encoding="ascii")

    def _broker(self) -> Process:
        # Started by root it would give its rights up, and could not write below a folder of root's.
        user = "user root" if os.geteuid() == 0 else ""
        self.door, self.passwords = free_port(), write_door(self.state / "door")
        values = {"PORT": self.port, "DOOR": self.door, "STATE": self.state, "USER": user}
        self._write("mosquitto.conf", _filled("mosquitto.conf", **values))
        (self.state / "broker").mkdir(exist_ok=True)
        command = [mosquitto_program(), "-c", self._path("mosquitto.conf")]
        return Process(name="broker", command=command, log=self._log("broker"))

    def _agent_toml(self, model: Path | None) -> str:
        slm = _filled("slm.toml", MODEL=_quoted(model)) if model else ""
        state = _quoted(self.state)
        return _filled("agent.toml", STATE=state, PORT=self.port, DB_PORT=self._db_port, SLM=slm)

    def _bridge_toml(self) -> str:
        base_url = self.cloud.base_url if self.cloud.key else f"http://127.0.0.1:{self._cloud_port}/v1"
        return _filled(
            "bridge.toml",
            STATE=_quoted(self.state),
            PORT=self.port,
            CLOUD_MODEL=self.cloud.model,
            BASE_URL=f'base-url = "{base_url}"' if base_url else "# base-url is left out: OpenAI's own",
            PROFILE=self.cloud.profile,
        )

    def _write(self, name: str, text: str) -> None:
        """Write a file; one that a person has edited since is kept beside it."""
        file, as_written = self.state / name, self.state / "written" / name
        as_written.parent.mkdir(exist_ok=True)
        if file.exists() and as_written.exists() and file.read_bytes() != as_written.read_bytes():
            file.replace(file.with_suffix(f"{file.suffix}.edited"))
        for each in (file, as_written):
            each.write_text(text, encoding="utf-8")

    def _module(self, name: str, *command: str, env: dict[str, str] | None = None) -> Process:
        return Process(name=name, command=[sys.executable, "-m", *command], log=self._log(name), env=env or {})

    def _start(self, process: Process) -> None:
        process.start()
        self.processes[process.name] = process
        self._note()

    def _note(self) -> None:
        pids = {name: process.pid for name, process in self.processes.items()}
        (self.state / "processes.json").write_text(json.dumps(pids, indent=2) + "\n", encoding="utf-8")

    def _log(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"

    def _path(self, name: str) -> str:
        return str(self.state / name)


def _filled(template: str, **values: object) -> str:
    text = (HERE / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def _quoted(path: Path) -> str:
    """As it stands between the quotes of a TOML string."""
    return json.dumps(str(path), ensure_ascii=False)[1:-1]


def _refuse_occupied(state: Path) -> None:
    """Raise ``Occupied`` where a process that an earlier demo noted here still runs, on this very folder."""
    try:
        noted = json.loads((state / "processes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name, pid in noted.items():
        with contextlib.suppress(OSError):  # the usual case: that process is long gone
            if str(state) in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace"):
                raise Occupied(f"a demo runs in {state}: its {name} is process {pid}. Stop it, or use --state DIR.")
