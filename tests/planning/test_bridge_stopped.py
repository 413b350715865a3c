"""The demo's agent on the demo's data, its bridge stopped: every phrasing asked on the whole way."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pymongo
import pytest

from edge_agent import config
from edge_agent.config_file import loads
from edge_agent.demo import seed
from edge_agent.demo.house import Cloud, House
from edge_agent.messages import Response
from tests.planning.phrasings import OTHERS, WANTED
from tests.planning.test_phrasings import RIGHT_AT_LEAST
from tests.whole.house import open_house


@pytest.fixture
def demo(mongo_uri: str, tmp_path: Path) -> config.Agent:
    """The demo's file, with databases of this test's own."""
    made = loads(House(state=tmp_path, port=2883, cloud=Cloud())._agent_toml(None), config.Agent, name="agent.toml")
    store, mark = seed.build(datetime.now(UTC)), secrets.token_hex(4)
    with pymongo.MongoClient[dict[str, object]](mongo_uri) as client:
        for database, collections in store.items():
            for name, rows in collections.items():
                client[f"{database}_{mark}"][name].insert_many(rows)
    sources = [msgspec.structs.replace(each, uri=mongo_uri, database=f"{each.database}_{mark}") for each in made.source]
    return msgspec.structs.replace(made, source=sources)


async def test_pinned_questions_are_answered_others_say_what_can_be_asked(
    broker_port: int, demo: config.Agent, tmp_path: Path
) -> None:
    many = config.Inbox(size=256, running=32)
    async with open_house(
        broker_port,
        tmp_path,
        source=demo.source,
        tool=[each for each in demo.tool if not isinstance(each, config.InsertTool)],
        plan=demo.plan,
        tools=config.Tools(),
        inbox=many,
        trace=config.Trace(on=False),
    ) as house:
        assert (await house.state("agent", "degraded")).parts["bridge"].state == "offline"
        phrasings = [(tool, question) for (tool, _), all_of in WANTED for question in all_of]
        answers = await asyncio.gather(*(house.ask(question) for _, question in phrasings))
        refusals = await asyncio.gather(*(house.ask(question) for question in OTHERS))
        right = sum(_is_answered(response, tool) for (tool, _), response in zip(phrasings, answers, strict=True))
        print(f"{right} of {len(phrasings)} answered by the right tool, with the bridge away")
        assert right / len(phrasings) >= RIGHT_AT_LEAST
        unanswered = [response for response in answers if response.status == "error"]
        assert right + len(unanswered) == len(phrasings)  # none is answered by another tool
        for response in [*unanswered, *refusals]:
            assert response.error is not None, response
            assert response.error.code == "plan_unavailable"
            assert "Which cell at site {site} is the bottleneck" in response.error.message


def _is_answered(response: Response, tool: str) -> bool:
    """By that tool, on the device. Site, order and subscriber of the phrasings are all in the demo's data."""
    came = [(source.tool, source.status) for source in response.sources]
    return response.route == "edge" and came == [(tool, "ok")]
