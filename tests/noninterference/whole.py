"""The whole form: ``python -m tests.noninterference.whole [PROMPTS] [WITH_THE_REAL_MODEL]``, else 2,000 and 20."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.slm.engine import LlamaSlm
from edge_agent.testing.leaky import LEAKS
from edge_agent.testing.processes import mongodb_stand_in, mosquitto, running, smollm2_path
from tests.noninterference.compare import Compared, Comparison, logged
from tests.noninterference.prompts import prompts
from tests.noninterference.worlds import open_worlds, other_keys, same_keys
from tests.whole.plans import instant

WITHIN = 50


async def ask(
    port: int, uri: str, folder: Path, *, count: int, slm: Callable[[config.Agent], object], leaks: bool
) -> tuple[Compared, dict[str, int | None]]:
    """Compare the worlds over so many questions, then each leak."""
    contents = [same_keys(1), same_keys(2), other_keys(3)]
    caught: dict[str, int | None] = {}
    async with open_worlds(contents, port, uri, folder, slm=slm) as worlds:
        with logged() as lines:
            comparison = Comparison(worlds)
            seen = await comparison.run(islice(prompts(contents[0].store, seed=2026), count))
            told = sum(comparison.canaries.found_in(line.encode()) for line in lines)
            for number, (name, leak) in enumerate(LEAKS.items() if leaks else ()):
                asked = prompts(contents[0].store, seed=number)
                caught[name] = await comparison.caught_after(leak, asked, most=WITHIN, logs=lines)
    print(f"log lines with a canary: {told}")
    seen.canaries += told
    return seen, caught


def report(title: str, seen: Compared, caught: dict[str, int | None], *, seconds: float) -> bool:
    """Print what was seen; whether it is as it must be."""
    print(f"{title}, {seconds:.0f} s")
    for name, value in asdict(seen).items():
        print(f"  {name}: {len(value) if isinstance(value, list) else value}")
    for name, after in caught.items():
        print(f"  leak {name}: {f'caught after {after}' if after else 'NOT CAUGHT'}")
    bad = [*seen.other_contents, *seen.other_keys, *(each for each, after in caught.items() if after is None)]
    alive = min(seen.with_records, seen.answers_differ, 2 * seen.with_canary) > seen.prompts * 0.5
    return alive and not bad and not (seen.canaries or seen.typed or seen.not_computed)


def main(arguments: list[str]) -> int:
    """Start broker and database server, and compare. 1: something leaked, or the data was never read."""
    count, real = [int(each) for each in arguments] + [2000, 20][len(arguments) :]
    logging.disable(logging.DEBUG)
    good = True
    with tempfile.TemporaryDirectory() as state:
        folder = Path(state)
        (folder / "broker").mkdir()
        broker, port = mosquitto(folder / "broker")
        database, db_port = mongodb_stand_in(folder / "database")
        with running(broker, port), running(database, db_port):
            uri = f"mongodb://127.0.0.1:{db_port}/"
            runs: list[tuple[str, int, Callable[[config.Agent], object], bool]] = [
                ("the instant model", count, instant, True)
            ] * bool(count)
            if (path := smollm2_path()) is not None and real:
                runs.append(
                    (path.name, real, lambda _: LlamaSlm(config.Slm(model=str(path)), zone=Clock().zone), False)
                )
            for number, (title, asked, slm, leaks) in enumerate(runs):
                begun = time.monotonic()
                seen, caught = asyncio.run(ask(port, uri, folder / str(number), count=asked, slm=slm, leaks=leaks))
                good &= report(title, seen, caught, seconds=time.monotonic() - begun)
    print("nothing that leaves depends on what the databases hold" if good else "NOT AS IT MUST BE")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
