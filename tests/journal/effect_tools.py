"""Tools of the resume tests: each leaves a line in the file that ``FEDLM_TEST_LEDGER`` names when it begins."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from edge_agent.tools.functions import tool


def _write(line: str) -> None:
    with Path(os.environ["FEDLM_TEST_LEDGER"]).open("a") as ledger:
        ledger.write(line + "\n")


@tool
async def look(seconds: float) -> dict[str, str]:
    """Look, and take a while.

    Args:
        seconds: How long.
    """
    _write("look")
    await asyncio.sleep(seconds)
    return {"seen": "a crane"}


@tool(effects=True, idempotent=False)
async def pour(seconds: float) -> dict[str, str]:
    """Pour, and take a while.

    Args:
        seconds: How long.
    """
    _write("pour")
    await asyncio.sleep(seconds)
    return {"poured": "1 litre"}
