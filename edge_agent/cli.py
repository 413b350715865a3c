"""``fedlm``: one command a process or a task."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from edge_agent import __version__
from edge_agent.errors import FedlmError

#: Name → module and what it does. A module is imported only where its command runs: a daemon starts light.
COMMANDS: dict[str, tuple[str, str]] = {
    "agent": ("edge_agent.commands.agent", "run the agent on the device"),
    "bridge": ("edge_agent.commands.bridge", "run the bridge to the cloud"),
    "ask": ("edge_agent.commands.ask", "ask a question over MQTT and show the answer"),
    "tools": ("edge_agent.commands.tools", "list the tools, try one, or draft one from a collection"),
    "plan": ("edge_agent.commands.plan", "show the exact bytes that a question would send to the cloud"),
    "redact": ("edge_agent.commands.redact", "show what of a prompt would leave the device"),
    "ground": ("edge_agent.commands.ground", "judge drafts against records, a JSON object a line"),
    "audit": ("edge_agent.commands.audit", "show what left for the cloud, and whether its log is whole"),
    "forget": ("edge_agent.commands.forget", "forget questions and answers, by device, id or age"),
    "bridge-key": ("edge_agent.commands.bridge_key", "make a key that agent and bridge sign plans with"),
    "broker-config": ("edge_agent.commands.broker_config", "write mosquitto.conf and its ACL for your devices"),
    "check-config": ("edge_agent.commands.check_config", "say what is wrong with agent.toml or bridge.toml"),
    "schema": ("edge_agent.commands.schema", "write the wire contract: JSON Schemas, AsyncAPI, docs"),
    "demo": ("edge_agent.demo.run", "run the whole system here, ask it, and break it"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns its exit code; what an operator has to mend ends in 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="fedlm", description="Federated language models at the edge, over MQTT.")
    parser.add_argument("--version", action="version", version=f"fedlm {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in given if word in COMMANDS), None)
    for name, (module, help_) in COMMANDS.items():
        subparser = commands.add_parser(name, help=help_, description=help_)
        if name == chosen:
            importlib.import_module(module).add_arguments(subparser)
    parsed = parser.parse_args(given)
    try:
        return int(importlib.import_module(COMMANDS[parsed.command][0]).run(parsed))
    except FedlmError as error:
        print(f"fedlm {parsed.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
