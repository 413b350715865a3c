"""A broker as it is shipped: the generated files with their paths filled in, TLS, a password for each login."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_agent.broker_config import Broker, acl, logins, mosquitto_conf
from edge_agent.testing.processes import Process, free_port, mosquitto_program, running
from tests.wire.test_broker_doors import Authority

DEVICES = ("kiosk-1", "robot-2")
#: A login of the test's own that touches everything: it sees what gets through, and says what others may hear.
ALL = "sees-all"


def passwords() -> str:
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed: it comes with mosquitto")
    return program


@contextmanager
def shipped_broker(folder: Path, *, named_only: bool = False, root: str = "fedlm") -> Iterator[tuple[Broker, Path]]:
    """Run the shipped broker; gives what it was made for, and its authority's certificate."""
    program = passwords()
    authority = Authority(folder)
    certificate, key = authority.issue("server")
    broker = Broker(
        devices=DEVICES,
        named_only=named_only,
        root=root,
        etc=str(folder),
        state=str(folder),
        sockets=str(folder),
        port=free_port(),
        bind="127.0.0.1",
    )
    certificate.rename(folder / "server.crt")
    key.rename(folder / "server.key")
    conf = mosquitto_conf(broker)
    if os.geteuid() == 0:
        conf += "user root\n"
    (folder / "mosquitto.conf").write_text(conf)
    (folder / "acl").write_text(acl(broker) + f"\nuser {ALL}\ntopic readwrite #\n")
    file = folder / "passwd"
    file.write_text("".join(f"{login}:{login}-secret\n" for login in [*logins(broker), ALL]))
    subprocess.run([program, "-U", str(file)], check=True)
    file.chmod(0o600)
    process = Process(
        name="broker", command=[mosquitto_program(), "-c", str(folder / "mosquitto.conf")], log=folder / "broker.log"
    )
    with running(process, broker.port):
        yield broker, authority.ca
