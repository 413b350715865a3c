"""agent.toml and bridge.toml of the fault runs."""

from __future__ import annotations

from pathlib import Path

#: Queries that the agent holds at most.
INBOX = 64

_AGENT = """
state-dir = "{folder}/agent"
shutdown-s = 5
deadline-s = 60
[mqtt]
root = "{root}"
host = "127.0.0.1"
port = {agent_port}
keepalive-s = 5
[planner]
budget-s = 20
pinned = "{pinned}"
[journal]
keep-s = {keep_s}
ballast-mb = 1
[telemetry]
interval-s = 0.5
[trace]
on = false
[tools]
modules = ["{tools}"]
entry-points = false
effects = true
[[policy]]
devices = ["*"]
shared = true
effects = ["open_ticket", "ring_bell"]
[inbox]
per-device-per-minute = 0
size = {size}
[[plan]]
match = ["Where is item {{item}}"]
calls = [{{ tool = "look_up", arguments = {{ item = "{{item}}" }} }}]
[[source]]
name = "site"
uri = "{mongo}"
database = "faults"
collections = ["tickets"]
[[tool]]
name = "open_ticket"
kind = "mongodb.insert"
description = "Open a ticket for an item."
source = "site"
collection = "tickets"
document = {{ item = "{{{{item}}}}", status = "open" }}
fields = ["item", "status"]
"""
_BRIDGE = """
state-dir = "{folder}/bridge"
[mqtt]
root = "{root}"
host = "127.0.0.1"
port = {agent_port}
[planner]
model = "rules"
base-url = "{cloud}"
profile = "plain"
concurrency = 16
"""


def write_configs(folder: Path, *, root: str, port: int, mongo: str, cloud: str, keep_s: float, pinned: bool) -> None:
    """Write both. ``port``: by which agent and bridge reach the broker; ``pinned``: plans need no cloud."""
    values = {
        "folder": folder,
        "root": root,
        "agent_port": port,
        "mongo": mongo,
        "cloud": cloud,
        "keep_s": keep_s,
        "pinned": "first" if pinned else "fallback",
        "size": INBOX,
        "tools": Path(__file__).with_name("fault_tools.py"),
    }
    (folder / "agent.toml").write_text(_AGENT.format(**values))
    (folder / "bridge.toml").write_text(_BRIDGE.format(**values))
