"""What the early part is worth: time to the first token with and without it, and tokens a second.

Run: ``python -m bench.slm.early`` (model: ``FEDLM_TEST_MODEL``, or the small one of the tests).
"""

from __future__ import annotations

import asyncio
import statistics

from edge_agent.config import Slm
from edge_agent.slm import worker
from edge_agent.slm.child import Child
from edge_agent.slm.protocol import Ended, Event, Leave, Loaded, Open, Table, Warmed, Write
from edge_agent.testing.processes import smollm2_path

ROUNDS = 5
QUESTION = "Which of the cells at site 12 had the highest load in the hours since midnight, and how high was it?"
ROWS = tuple((f"12-{n}", f"{20 + n}.5 %", f"{n / 10:.1f} bit/s/Hz") for n in range(8))


async def until(child: Child, kind: type[Event]) -> Event:
    """Wait for an event of this kind."""
    while not isinstance(event := await child.event(), kind):
        if event is None:
            raise RuntimeError("the model's process died")
    return event


async def one(child: Child, number: int, *, early: bool) -> Ended:
    """One answer, its question evaluated early or not."""
    table = Table(title="cells", columns=("cell", "load", "spectral efficiency"), rows=ROWS)
    if early:
        child.tell(Open(seat=number, question=QUESTION))
        await until(child, Warmed)
    child.tell(Write(job=number, seat=number, question=QUESTION, tables=(table,), max_tokens=32))
    ended = await until(child, Ended)
    child.tell(Leave(seat=number))
    assert isinstance(ended, Ended)
    return ended


async def main() -> None:
    """Alternate the two, so that a noisy machine is as noisy to both."""
    settings = Slm(model=str(smollm2_path()))
    async with Child(settings, worker.run, extra_bufts=True) as child:
        await until(child, Loaded)
        ends: dict[bool, list[Ended]] = {False: [], True: []}
        for number in range(1, 2 * ROUNDS + 1):
            ends[number % 2 == 0].append(await one(child, number, early=number % 2 == 0))
    for early, ended in ends.items():
        first = statistics.median(end.prefill_ms for end in ended)
        prefill = statistics.median((end.prompt_tokens - end.kept_tokens) * 1000 / end.prefill_ms for end in ended)
        decode = statistics.median(end.completion_tokens * 1000 / end.decode_ms for end in ended)
        kept, whole = ended[0].kept_tokens, ended[0].prompt_tokens
        print(
            f"question {'early' if early else 'with the facts'}: {first:.0f} ms to the first token "
            f"({kept} of {whole} tokens kept), prefill {prefill:.0f}, decode {decode:.0f} tokens/s"
        )


if __name__ == "__main__":
    asyncio.run(main())
