"""The tools of the fault runs: one reads, one has an effect that can be counted."""

from __future__ import annotations

import asyncio
import os
import random

from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

from edge_agent.tools.functions import tool

_client: MongoClient[dict[str, object]] = MongoClient(
    os.environ["FAULTS_MONGO"], connect=False, serverSelectionTimeoutMS=3000
)
_bells = _client["faults"].get_collection("bells", write_concern=WriteConcern(j=True))
#: Seconds that a call may take, so that a kill meets calls under way.
_TAKES_S = float(os.environ.get("FAULTS_TOOL_TAKES_S", "0.2"))


@tool
async def look_up(item: str) -> dict[str, str]:
    """The state of an item.

    Args:
        item: Its name.
    """
    await asyncio.sleep(random.uniform(0, _TAKES_S))
    return {"item": item, "state": "stored"}


@tool(effects=True, idempotent=False)
def ring_bell(item: str) -> dict[str, str]:
    """Ring the bell for an item.

    Args:
        item: Its name.
    """
    _bells.insert_one({"item": item})
    return {"item": item, "bell": "rung"}
