"""``fedlm schema``: writes the contract's files, or says which ones are out of date."""

from __future__ import annotations

import argparse
from pathlib import Path

from edge_agent.contract.files import differing, write
from edge_agent.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--out", type=Path, default=Path(), help="write schemas/ and docs/ below this folder (here)")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a file is out of date")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, or check them."""
    try:
        touched = differing(arguments.out) if arguments.check else write(arguments.out)
    except OSError as error:
        raise ConfigError(f"{error.filename}: {error.strerror}") from error
    for path in touched:
        print(f"{arguments.out / path}: {'out of date' if arguments.check else 'written'}")
    if arguments.check:
        return 1 if touched else 0
    if not touched:
        print("all files are up to date")
    return 0
