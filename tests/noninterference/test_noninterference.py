"""What leaves doesn't depend on what the tools found: same questions, other databases, the same bytes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from edge_agent.testing.leaky import LEAKS
from tests.noninterference.compare import Comparison, logged
from tests.noninterference.prompts import prompts
from tests.noninterference.worlds import open_worlds, other_keys, same_keys

ASKED = 40
#: A leak must be caught within so many questions.
WITHIN = 50


async def test_the_same_bytes_leave_whatever_the_databases_hold(
    broker_port: int, mongo_uri: str, tmp_path: Path
) -> None:
    contents = [same_keys(1), same_keys(2), other_keys(3)]
    async with open_worlds(contents, broker_port, mongo_uri, tmp_path) as worlds:
        with logged() as lines:
            comparison = Comparison(worlds)
            seen = await comparison.run(islice(prompts(contents[0].store, seed=11), ASKED))
    assert seen.other_contents == []
    assert seen.other_keys == []
    assert (seen.canaries, seen.typed, seen.not_computed) == (0, 0, 0)
    assert not [line for line in lines if comparison.canaries.found_in(line.encode())]
    assert seen.requests >= 3 * ASKED
    assert seen.with_records > ASKED * 0.5, "the tools must have read data"
    assert seen.answers_differ > ASKED * 0.5, "the data must differ"
    assert seen.with_canary > ASKED * 0.25, "the tools must have returned what is private"


async def test_every_leak_is_caught(broker_port: int, mongo_uri: str, tmp_path: Path) -> None:
    contents = [same_keys(1), same_keys(2), other_keys(3)]
    caught: dict[str, int | None] = {}
    async with open_worlds(contents, broker_port, mongo_uri, tmp_path) as worlds:
        with logged() as lines:
            comparison = Comparison(worlds)
            for number, (name, leak) in enumerate(LEAKS.items()):
                asked = prompts(contents[0].store, seed=100 + number)
                caught[name] = await comparison.caught_after(leak, asked, most=WITHIN, logs=lines)
    assert len(caught) >= 12
    assert not [name for name, after in caught.items() if after is None], caught
    print(caught)
