"""``fedlm ground < cases.jsonl``: judges drafts against records; needs no broker, database or configuration."""

from __future__ import annotations

import argparse
import sys

import msgspec

from edge_agent.errors import FedlmError
from edge_agent.grounding import Case, judge


class BadCase(FedlmError):
    """A line that is no case; the text says which and why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.description = (
        "Reads one JSON object a line from standard input: question, records, draft, and where known read "
        "(fields, reduce, by) and descriptions (by field). Writes one a line: grounded, reason."
    )


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - a command takes its arguments
    """Judge every line. A line that is no case ends it, and is named."""
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            case = msgspec.json.decode(line, type=Case)
        except msgspec.DecodeError as error:
            raise BadCase(f"line {number}: {error}") from error
        sys.stdout.write(msgspec.json.encode(judge(case)).decode() + "\n")
    return 0
