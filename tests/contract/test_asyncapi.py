"""The AsyncAPI project's own parser on our document, and on broken ones."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edge_agent.contract.asyncapi import document
from edge_agent.contract.yaml import to_yaml

ROOT = Path(__file__).parents[2]
PARSER = "@asyncapi/parser@3.6.3"
#: npm takes ten seconds or more, the first time.
pytestmark = pytest.mark.timeout(300)


def lose_a_message(broken: dict[str, Any]) -> None:
    del broken["components"]["messages"]["Query"]


def miswrite_a_quality_of_service(broken: dict[str, Any]) -> None:
    broken["operations"]["deviceSendsQuery"]["bindings"]["mqtt"]["qos"] = 3


def forget_a_parameter(broken: dict[str, Any]) -> None:
    broken["channels"]["queryDevice"]["parameters"] = {}


BREAKS: list[Callable[[dict[str, Any]], None]] = [lose_a_message, miswrite_a_quality_of_service, forget_a_parameter]

# fmt: off
TEXTS = [
    "", " ", "yes", "No", "null", "~", "true", "on", "1", "1e3", "0x1f", ".inf", "NaN", "2026-06-10", "12:30",
    "a: b", "a:", "a:b", "a #b", "#a", "a#b", "- a", "? a", "*a", "&a", "!a", "%a", "@a", "`a`", "'a'", '"a"',
    "a | b", "a > b", "{a}", "[a]", "a, b", "$ref", "/a", "--- a", "...", "<<", "=", "a\\nb", "a\tb", "a ", " a",
    "ü — 站点", "a\u2028b", "a\x85b", "🙂",
    "a\nb", "a\n\nb", " a\nb", "a\n b", "a \nb", "a\n", "\n", "- a\n# b", "a: b\n\n\nc: d",
]
# fmt: on
MISREAD: dict[str, Any] = {
    "texts": TEXTS,
    "keys": dict.fromkeys(TEXTS, "v"),
    "by number": {f"t{number}": text for number, text in enumerate(TEXTS)},
    "values": [0, -1, 0.5, 1e-7, 1e20, True, False, None, [], {}, [[1], [[2]], {"a": []}], {"a": {"b": [{}]}}],
}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """``errors``: what the parser refuses; ``data``: what a YAML reader finds in the document."""

    errors: list[str]
    data: Any


def broken_by(breaks: Callable[[dict[str, Any]], None]) -> str:
    broken = document()
    breaks(broken)
    return to_yaml(broken)


@pytest.fixture(scope="session")
def parsed() -> dict[str, Parsed]:
    """All documents of these tests, parsed at once. The parser is installed once, into .cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("npm is absent: the AsyncAPI project's parser can't be installed")
    folder = ROOT / ".cache" / "asyncapi"
    done = folder / "installed"
    if not done.exists() or done.read_text() != PARSER:
        folder.mkdir(parents=True, exist_ok=True)
        flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([npm, "install", PARSER, *flags, "--prefix", str(folder)], check=True, timeout=240)
        done.write_text(PARSER)
    documents = {"committed": (ROOT / "schemas" / "asyncapi.yaml").read_text(), "misread": to_yaml(MISREAD)}
    documents |= {breaks.__name__: broken_by(breaks) for breaks in BREAKS}
    command = [node, str(Path(__file__).with_name("parse.js")), str(folder)]
    given = json.dumps(list(documents.values())).encode()
    told = json.loads(subprocess.run(command, input=given, check=True, capture_output=True, timeout=120).stdout)
    return {name: read(each) for name, each in zip(documents, told, strict=True)}


def read(told: dict[str, Any]) -> Parsed:
    errors = [f"{each['at']}: {each['message']}" for each in told["said"] if each["severity"] == 0]
    return Parsed(errors=errors, data=told["data"])


def test_the_document_passes_the_parser_of_the_asyncapi_project(parsed: dict[str, Parsed]) -> None:
    assert parsed["committed"].errors == []


def test_a_reader_of_yaml_finds_in_it_what_was_written(parsed: dict[str, Parsed]) -> None:
    assert parsed["committed"].data == document()


@pytest.mark.parametrize("name", [breaks.__name__ for breaks in BREAKS])
def test_a_broken_document_is_refused(parsed: dict[str, Parsed], name: str) -> None:
    assert parsed[name].errors


def test_texts_that_yaml_would_misread_come_back_as_they_were(parsed: dict[str, Parsed]) -> None:
    assert parsed["misread"].data == MISREAD
