"""All files of the contract, and how those in a folder differ from them."""

from __future__ import annotations

from pathlib import Path

from edge_agent.contract.asyncapi import document
from edge_agent.contract.json_schemas import schema_files
from edge_agent.contract.pages import errors_page, messages_page, topics_page
from edge_agent.contract.table import MESSAGES
from edge_agent.contract.yaml import to_yaml

_SCHEMAS = Path("schemas")
_DOCS = Path("docs")


def contract_files() -> dict[Path, str]:
    """Make every file: path below the folder → text."""
    return {
        **{_SCHEMAS / name: text for name, text in schema_files(MESSAGES)},
        _SCHEMAS / "asyncapi.yaml": "# Made by `fedlm schema`: change the code instead.\n" + to_yaml(document()),
        _DOCS / "topics.md": topics_page(),
        _DOCS / "messages.md": messages_page(),
        _DOCS / "errors.md": errors_page(),
    }


def write(folder: Path) -> list[Path]:
    """Write the files that differ below ``folder``; returns which ones."""
    files = contract_files()
    touched = differing(folder)
    for path in touched:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(files[path], encoding="utf-8")
    return touched


def differing(folder: Path) -> list[Path]:
    """Files that are missing below ``folder``, or not as the code makes them."""
    return [path for path, text in contract_files().items() if _read(folder / path) != text]


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
