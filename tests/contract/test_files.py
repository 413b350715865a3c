from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.cli import main
from edge_agent.contract.files import contract_files, differing

ROOT = Path(__file__).parents[2]


def test_the_files_are_as_the_code_makes_them() -> None:
    stale = differing(ROOT)
    assert not stale, f"run `fedlm schema` and commit: {', '.join(map(str, stale))}"


def test_no_schema_is_left_of_a_message_that_is_gone() -> None:
    there = {file.relative_to(ROOT) for file in (ROOT / "schemas").iterdir()}
    assert there == {path for path in contract_files() if path.parent.name == "schemas"}


def test_what_is_made_is_the_same_every_time() -> None:
    assert contract_files() == contract_files()


def test_the_command_writes_once_and_check_names_what_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "--out", str(tmp_path), "--check"]) == 1
    assert not list(tmp_path.iterdir())
    assert main(["schema", "--out", str(tmp_path)]) == 0
    assert main(["schema", "--out", str(tmp_path), "--check"]) == 0
    changed = tmp_path / "schemas" / "query.schema.json"
    changed.write_text(changed.read_text().replace("8000", "9000"))
    capsys.readouterr()
    assert main(["schema", "--out", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().out == f"{changed}: out of date\n"
    assert main(["schema", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{changed}: written\n"
    assert main(["schema", "--out", str(tmp_path)]) == 0
    assert "up to date" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main(["schema", "--out", str(file)]) == 2
    assert "fedlm schema: " in capsys.readouterr().err
