"""The bench in short with the real model, and the whole of it with stand-ins that say the facts, or nonsense."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from uuid import uuid4

import pytest

from bench.quality.question import Question
from bench.quality.questions import questions, sites
from bench.quality.run import Run, open_works, run
from bench.quality.table import by_kind, compared, goals
from bench.quality.variants import VARIANTS, Variant
from edge_agent.config import Slm as Settings
from edge_agent.model import Slm
from edge_agent.slm.engine import LlamaSlm
from edge_agent.testing.instant import InstantSlm, ScriptedSlm

SEED = 20261125
AS_IT_IS, WITHOUT_SELECT, _, WITHOUT_GROUND = VARIANTS


async def answered(mongo_uri: str, slm: Slm, asked: Sequence[Question], variant: Variant) -> list[Run]:
    async with open_works(mongo_uri, f"quality{uuid4().hex[:8]}", sites(SEED), slm) as works:
        return [await run(works, question, variant) for question in asked]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
async def test_bare_facts_answer_every_question_as_far_as_select_runs(mongo_uri: str, variant: Variant) -> None:
    runs = await answered(mongo_uri, InstantSlm(zone=UTC), questions(SEED), variant)
    reached = goals(runs)
    if variant.select:
        assert (reached["wrong"], reached["refusals"]) == (0, 1), by_kind(runs)
    else:
        assert reached["refusals"] < 0.95


async def test_nonsense_reaches_the_device_only_without_ground(mongo_uri: str) -> None:
    nonsense = ScriptedSlm(lambda _: ["It is ", "4711 and not ", "delayed."], zone=UTC)
    kept = goals(await answered(mongo_uri, nonsense, questions(SEED), AS_IT_IS))
    assert (kept["wrong"], kept["phrased"]) == (0, 0)
    let_go = goals(await answered(mongo_uri, nonsense, questions(SEED, short=True), WITHOUT_GROUND))
    assert let_go["wrong"] > 0.5


async def test_a_small_model_phrases_most_english_answers_and_none_wrong(mongo_uri: str, model_path: Path) -> None:
    settings = Settings(model=str(model_path), max_tokens=60, threads=1, threads_batch=1)
    async with LlamaSlm(settings, zone=UTC) as slm:
        await slm.ready()
        runs = await answered(mongo_uri, slm, questions(SEED, short=True), AS_IT_IS)
    reached = goals(runs)
    assert reached["wrong"] <= 0.02, by_kind(runs)
    assert reached["refusals"] >= 0.95, by_kind(runs)
    assert reached["phrased"] >= 0.5, by_kind(runs)
    assert "as it is" in compared({"as it is": runs})
