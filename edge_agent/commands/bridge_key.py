"""``fedlm bridge-key``: makes the key that agent and bridge sign requests and plans with."""

from __future__ import annotations

import argparse
import sys

from edge_agent.signing import CREDENTIAL, new_key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""


def run(_: argparse.Namespace) -> int:
    """Print a new key, and nothing else, on standard output."""
    print(new_key())
    print(f"give it to agent and bridge as the credential {CREDENTIAL}, and to nobody else", file=sys.stderr)
    return 0
