"""``fedlm broker-config``: what it writes, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from edge_agent.broker_config import Broker, acl
from edge_agent.cli import main
from edge_agent.errors import ConfigError

EXAMPLES = Path(__file__).parents[2] / "examples" / "mosquitto"


def test_the_examples_are_what_the_command_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broker-config", "--device", "kiosk-1", "--device", "robot-2", "--out", str(tmp_path)]) == 0
    assert "kiosk-1, robot-2, fedlm-agent, fedlm-bridge, fedlm-sensors, fedlm-observer" in capsys.readouterr().out
    for name in ("mosquitto.conf", "acl"):
        assert (EXAMPLES / name).read_text() == (tmp_path / name).read_text(), f"{name}: make it again"


def test_without_a_folder_it_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broker-config", "--device", "kiosk-1", "--root", "site/fedlm", "--named-only"]) == 0
    out = capsys.readouterr().out
    assert "topic write site/fedlm/query/kiosk-1\n" in out
    assert "topic write site/fedlm/query\n" not in out


def test_what_the_comments_tell_an_operator_to_run_works(tmp_path: Path) -> None:
    openssl, bash = shutil.which("openssl"), shutil.which("bash")
    if openssl is None or bash is None:
        pytest.skip("openssl is not installed")
    conf = (EXAMPLES / "mosquitto.conf").read_text()
    lines = [line.removeprefix("#") for line in conf.splitlines() if line.startswith(("#   openssl", "#     -"))]
    subprocess.run([bash, "-ec", "\n".join(lines)], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(
        [openssl, "verify", "-CAfile", "ca.crt", "server.crt"], cwd=tmp_path, check=True, capture_output=True
    )


@pytest.mark.parametrize("name", ["any", "delta", "", "a b", "+", "kiosk\ntopic readwrite #", "fedlm-agent", "a/b"])
def test_a_name_that_no_device_can_have_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="device"):
        acl(Broker(devices=[name]))


def test_agent_and_bridge_are_two_logins() -> None:
    with pytest.raises(ConfigError, match="names of their own"):
        acl(Broker(devices=[], bridge="agent"))
    with pytest.raises(ConfigError, match="1 to 64"):
        acl(Broker(devices=[], root="fedlm\nuser evil"))
