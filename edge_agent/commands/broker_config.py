"""``fedlm broker-config``: writes mosquitto.conf and its ACL for given devices."""

from __future__ import annotations

import argparse
from pathlib import Path

from edge_agent.broker_config import Broker, acl, logins, mosquitto_conf
from edge_agent.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--device", action="append", default=[], metavar="NAME", help="a device's login; repeatable")
    parser.add_argument("--named-only", action="store_true", help="close the topics that all devices share")
    parser.add_argument("--out", type=Path, help="write mosquitto.conf and acl into this folder; else they are shown")
    parser.add_argument("--root", default="fedlm", help="mqtt.root of agent.toml (default: fedlm)")
    parser.add_argument("--agent", default="agent", help="name of agent.toml (default: agent)")
    parser.add_argument("--bridge", default="bridge", help="name of bridge.toml (default: bridge)")
    parser.add_argument("--etc", default="/etc/mosquitto", help="where the files will lie (default: /etc/mosquitto)")
    parser.add_argument("--port", type=int, default=8883, help="the devices' port (default: 8883)")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and say what is left to do."""
    broker = Broker(
        devices=arguments.device,
        named_only=arguments.named_only,
        root=arguments.root,
        agent=arguments.agent,
        bridge=arguments.bridge,
        etc=arguments.etc,
        port=arguments.port,
    )
    made = {"mosquitto.conf": mosquitto_conf(broker), "acl": acl(broker)}
    if arguments.out is None:
        print("\n".join(made.values()), end="")
        return 0
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (arguments.out / name).write_text(text, encoding="utf-8")
            print(f"{arguments.out / name}: written")
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}") from error
    print(f"Each login needs a password (mosquitto_passwd): {', '.join(logins(broker))}")
    if broker.named_only:
        print("agent.toml: [mqtt] shared = false goes with it")
    return 0
