"""What can be wrong with a model file, and a CPU on which the first decode crashes."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from edge_agent.config import Slm
from edge_agent.errors import SlmFailed
from edge_agent.slm import worker
from edge_agent.slm.child import Entry
from edge_agent.slm.engine import LlamaSlm
from tests.slm.asking import answer, asked, cells, facts
from tests.slm.conftest import READY_WITHIN_S
from tests.slm.entries import crashes_with_fast_buffers, never_loads, without_llama_cpp

pytestmark = pytest.mark.slm
QUESTION = "Which cell has the highest load?"


async def refusal(settings: Slm, entry: Entry = worker.run) -> str:
    async with LlamaSlm(settings, zone=UTC, entry=entry) as slm:
        with pytest.raises(SlmFailed) as refused:
            async with asyncio.timeout(READY_WITHIN_S):
                await slm.ready()
        assert slm.state == "failed"
        assert slm.reason == str(refused.value)
        async with slm.seat(asked(QUESTION)) as seat:
            with pytest.raises(SlmFailed):
                await answer(seat, facts(QUESTION, *cells(1)))
        return slm.reason


def first_bytes(settings: Slm, size: int = -1) -> bytes:
    with Path(settings.model).open("rb") as file:
        return file.read(size)


@pytest.fixture(scope="module")
def without_template(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same model, its chat template under a key that nobody reads."""
    path = tmp_path_factory.mktemp("model") / "no-template.gguf"
    path.write_bytes(model_path.read_bytes().replace(b"tokenizer.chat_template", b"tokenizer.chat_nothing!", 1))
    yield path
    path.unlink()


async def test_without_llama_cpp_the_agent_goes_on_and_says_what_to_install() -> None:
    assert "pip install 'fedlm[slm]'" in await refusal(Slm(model="any.gguf"), without_llama_cpp)


def test_the_agents_side_needs_nothing_that_comes_with_llama_cpp() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['llama_cpp', 'jinja2', 'numpy'])); import edge_agent.slm.engine"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_a_missing_file_is_named(settings: Slm, tmp_path: Path) -> None:
    assert "none.gguf: No such file" in await refusal(replace(settings, model=str(tmp_path / "none.gguf")))


async def test_a_foreign_file_is_not_a_gguf(settings: Slm, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.gguf"
    foreign.write_bytes(b"PK\x03\x04 something else")
    assert "not a GGUF file" in await refusal(replace(settings, model=str(foreign)))


async def test_a_truncated_file_is_said_to_be_so(settings: Slm, tmp_path: Path) -> None:
    truncated = tmp_path / "truncated.gguf"
    truncated.write_bytes(first_bytes(settings, 5_000_000))
    assert "truncated or damaged" in await refusal(replace(settings, model=str(truncated)))


async def test_another_sha256_is_refused_and_the_right_one_is_not(settings: Slm) -> None:
    assert "not the configured one" in await refusal(replace(settings, sha256="0" * 64))
    digest = hashlib.sha256(first_bytes(settings)).hexdigest()
    async with LlamaSlm(replace(settings, sha256=digest.upper()), zone=UTC) as slm, asyncio.timeout(READY_WITHIN_S):
        await slm.ready()


async def test_an_unknown_profile_names_the_known_ones(settings: Slm) -> None:
    assert "known are smollm" in await refusal(replace(settings, profile="smolm"))


async def test_a_file_without_chat_template_is_refused(settings: Slm, without_template: Path) -> None:
    assert "no chat template" in await refusal(replace(settings, model=str(without_template), profile=None))


async def test_a_file_without_chat_template_takes_it_from_a_profile_that_has_one(
    settings: Slm, without_template: Path
) -> None:
    async with LlamaSlm(replace(settings, model=str(without_template), profile="phi-2"), zone=UTC) as slm:
        async with asyncio.timeout(READY_WITHIN_S):
            await slm.ready()
        async with slm.seat(asked(QUESTION)) as seat:
            text, _ = await answer(seat, facts(QUESTION, *cells(1)))
        assert "Instruct:" not in text


async def test_a_crash_in_the_first_decode_turns_the_fast_buffers_off(
    settings: Slm, caplog: pytest.LogCaptureFixture
) -> None:
    async with LlamaSlm(settings, zone=UTC, entry=crashes_with_fast_buffers) as slm:
        async with asyncio.timeout(READY_WITHIN_S):
            while slm.state != "ready":
                slm.changed.clear()
                await slm.changed.wait()
        assert slm.figures.restarts == 1
        async with slm.seat(asked(QUESTION)) as seat:
            assert (await answer(seat, facts(QUESTION, *cells(1))))[0]
    assert "slm goes on without llama.cpp's fast weight buffers" in caplog.messages


async def test_a_model_that_does_not_load_in_time_is_started_again(settings: Slm) -> None:
    async with LlamaSlm(replace(settings, load_timeout_s=0.3), zone=UTC, entry=never_loads) as slm:
        async with asyncio.timeout(READY_WITHIN_S):
            await slm.changed.wait()
        assert slm.state == "restarting"
        assert "did not load within 0.3 s" in slm.reason


async def test_while_it_loads_a_draft_fails_at_once(settings: Slm) -> None:
    async with LlamaSlm(settings, zone=UTC, entry=never_loads) as slm, slm.seat(asked(QUESTION)) as seat:
        with pytest.raises(SlmFailed, match="loading"):
            await answer(seat, facts(QUESTION, *cells(1)))
