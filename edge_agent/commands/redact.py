"""``fedlm redact``: what of a prompt would leave the device. Needs no broker, no database and no config."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import msgspec

from edge_agent.errors import ConfigError
from edge_agent.privacy import LEVELS, Pattern, redactor
from edge_agent.types import Redacted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.description = (
        "Read prompts, one a line, and write what would leave the device (here without its tools and known values)."
    )
    parser.add_argument("--level", choices=LEVELS, default="strict", help="how much stays here (default: strict)")
    parser.add_argument("--word", action="append", default=[], help="a word that may leave; repeatable")
    parser.add_argument(
        "--pattern", action="append", default=[], metavar="NAME=REGEX", help="values that stay here; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="JSON lines: the template, and the values that stay")


def run(arguments: argparse.Namespace) -> int:
    """Redact each line of the standard input."""
    made = redactor(level=arguments.level, vocabulary_=arguments.word, patterns_=list(_patterns(arguments.pattern)))
    for line in sys.stdin:
        print(_shown(made.redact(line.rstrip("\r\n")), as_json=arguments.json))
    return 0


def _shown(redacted: Redacted, *, as_json: bool) -> str:
    return msgspec.json.encode(redacted).decode() if as_json else redacted.template


def _patterns(given: list[str]) -> Iterator[Pattern]:
    for each in given:
        name, equals, regex = each.partition("=")
        if not equals or not name or not regex:
            raise ConfigError(f'--pattern {each}: expected NAME=REGEX, such as "order=^SO-[0-9]{{5}}$"')
        yield Pattern(parameter=name, regex=regex)
