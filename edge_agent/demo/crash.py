"""The demo kills its agent in the middle of an answer: it comes, is the same ever after, and nothing ran twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from rich.markup import escape

from edge_agent.ask import Event, Stage
from edge_agent.demo import seed
from edge_agent.demo.house import House
from edge_agent.demo.watch import AGENT, Watch
from edge_agent.identity import ulid
from edge_agent.messages import Query, encode

CELL = "12-A"
PROMPT = f"Open a work order for cell {CELL}"
#: Once the answer is being worded, the work order is in the database, and the agent's journal knows the plan.
MIDDLE = ("drafts", "ground")


async def kill_mid_answer(house: House, watch: Watch, model: Path | None, say: Callable[[str], None]) -> list[str]:
    """Ask for a side effect, kill the agent while it works on it, and look. Gives what is wrong."""
    query = Query(id=ulid(), prompt=PROMPT, effects=True, deadline_s=120.0)
    killed: list[int] = []

    def meanwhile(event: Event) -> None:
        if not killed and isinstance(event, Stage) and event.name in MIDDLE:
            killed.append(house.processes[AGENT].pid)
            house.kill_agent(model)

    say("The agent is killed (SIGKILL) in the middle of an answer that changes something, and started again:\n")
    first = await watch.ask(query, deadline_s=120.0, meanwhile=meanwhile)
    again = await watch.ask(query)  # the same id: a repeat
    orders = await asyncio.to_thread(seed.inserted, house.database_uri)
    mine = [each for each in orders if each["cell"] == CELL]
    same = encode(first.response) == encode(again.response)
    error = first.response.error
    say(f"  question  {PROMPT}")
    say(f"  killed    process {killed[0] if killed else '?'}, its tool had just run")
    say(f"  answer    {escape(str(error.message if error else first.response.answer))}, after {first.ms / 1000:.1f} s")
    say(f"  again     the same id once more: {'the same answer, byte for byte' if same else 'ANOTHER ANSWER'}")
    say(
        f"  database  {len(mine)} work order for cell {CELL}: the tool ran {'once' if len(mine) == 1 else 'NOT ONCE'}\n"
    )
    return [
        *([] if killed else ["the agent answered before it could be killed"]),
        *([] if error is None else [f"killed in the middle of an answer: {error.code}"]),
        *([] if same else ["the repeat of an answered question got another answer"]),
        *([] if len(mine) == 1 else [f"{len(mine)} work orders after a crash, not 1"]),
    ]
