"""A parent that dies: loads a model, prints its child's process id, waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC

from edge_agent.config import Slm
from edge_agent.slm.engine import LlamaSlm


async def main() -> None:
    async with LlamaSlm(Slm(model=sys.argv[1], n_ctx=256, threads=1, threads_batch=1), zone=UTC) as slm:
        await slm.ready()
        print(slm.pid, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
