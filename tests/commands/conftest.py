"""A database of the test's own, and an agent.toml over it; commands run as a person types them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from edge_agent.cli import main

#: Runs ``fedlm …`` and gives exit code, standard output, standard error.
Fedlm = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A source called plant, and the file that names it."""

    database: Database[dict[str, Any]]
    file: Path
    uri: str

    def write(self, tables: str = "", *, collections: str = '["readings", "odd", "empty"]', head: str = "") -> Path:
        self.file.write_text(
            f'{head}\n[[source]]\nname = "plant"\nuri = "{self.uri}"\ndatabase = "{self.database.name}"\n'
            f"collections = {collections}\n{tables}",
            encoding="utf-8",
        )
        return self.file


@pytest.fixture
def plant(mongo_uri: str, tmp_path: Path) -> Iterator[Plant]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        database = client[f"test_{uuid4().hex}"]
        yield Plant(database=database, file=tmp_path / "agent.toml", uri=mongo_uri)
        client.drop_database(database.name)


@pytest.fixture
def fedlm(capfdbinary: pytest.CaptureFixture[bytes]) -> Fedlm:
    def command(*words: object) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        code = main([str(word) for word in words])
        out, error = capfdbinary.readouterr()
        return code, out.decode(), error.decode()

    return command
