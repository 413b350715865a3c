"""Logs, traces, telemetry, status and files outside the journal carry ids and sizes: no prompt, argument or result."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path

from edge_agent import config
from edge_agent.ask import Requester
from edge_agent.demo import house as demo
from edge_agent.messages import Query
from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.processes import free_port
from tests.forgetting import secret_tools
from tests.forgetting.secret_tools import SECRET
from tests.noninterference.compare import logged
from tests.whole.house import open_house
from tests.whole.plans import instant, plan

TOOLS = config.Tools(modules=[secret_tools.__file__], entry_points=False)
#: Where a question and its answer belong: these topics are for its asker, and the egress topic shows what left.
MEANT = re.compile(r"^[^/]+/(query|response|plan/response|tools)\b")


def written(folder: Path) -> dict[Path, bytes]:
    """All files outside the journal, and what is in them."""
    files = (file for file in folder.rglob("*") if file.is_file() and "journal" not in file.parts)
    return {file: file.read_bytes() for file in files}


async def test_no_process_says_or_writes_a_secret_whatever_fails(broker_port: int, tmp_path: Path) -> None:
    steps = [plan((name, {"code": "<CODE_1>"})) for name in ("finding", "refusing", "defective")]
    garbage = [Cloud.garbage(), plan(("finding", {"code": "<CODE_9>"})), plan(("finding", {"kode": "<CODE_1>"}))]
    with logged() as lines:
        async with open_house(broker_port, tmp_path, cloud=Cloud(*steps, *garbage), slm=instant, tools=TOOLS) as house:
            answers = [await house.ask(f"What is the finding of {SECRET}?", facts=True) for _ in range(5)]
            said = [m for m in house.heard if not MEANT.match(m.topic)]
    assert SECRET in (answers[0].answer or "")
    assert {each.status for each in answers} == {"ok", "error"}
    assert len(lines) > 10
    assert not [line for line in lines if SECRET in line]
    topics = {m.topic.split("/")[1] for m in said}
    assert {"egress", "plan", "status", "telemetry", "trace"} <= topics
    assert not [m.topic for m in said if SECRET.encode() in m.payload]
    files = written(tmp_path)
    assert len(files) > 5
    assert not [file.name for file, raw in files.items() if SECRET.encode() in raw]


def test_a_log_line_tells_where_something_failed_and_not_what_it_was_about() -> None:
    with logged() as lines:
        try:
            int(SECRET)
        except ValueError as error:
            again = LookupError(f"again {SECRET}")
            again.__cause__ = error
            logging.getLogger("edge_agent.test").exception("query_failed", exc_info=again)
    [line] = lines
    assert SECRET not in line
    trace = json.loads(line)["trace"]
    assert trace[0] == "LookupError"
    assert "ValueError" in trace


async def test_processes_of_a_real_deployment_write_no_secret(tmp_path: Path) -> None:
    state, port = tmp_path / "demo", free_port()
    with demo.House(state=state, port=port, cloud=demo.Cloud(), instant=True) as house:
        await asyncio.to_thread(house.open, lambda _: None)
        house.start_bridge()
        house.start_agent(None)
        private = {
            str(row[name])
            for row in house.store["field"]["subscribers"]
            for name in ("name", "phone", "email", "address", "subscriber")
        }
        name = house.store["field"]["subscribers"][0]["name"]
        asked = [
            "Which offer fits subscriber SUB-20464?",
            "What is the phone number of subscriber SUB-20401?",
            f"{name} asks: what is the status of order SO-10135?",
        ]
        requester = Requester(config.Mqtt(host="127.0.0.1", port=port), device="kiosk-1")
        async with requester.link:
            answers = [await requester.ask(Query(prompt=prompt), timeout_s=30) for prompt in asked]
    assert all(answer is not None and answer.status == "ok" for answer in answers)
    read = {file: raw for part in ("logs", "agent", "bridge") for file, raw in written(state / part).items()}
    assert {"agent.log", "bridge.log", "requests.jsonl", "heads.jsonl"} <= {file.name for file in read}
    secrets = {each.encode() for each in (*private, "SO-10135")}
    assert not [(file.name, each) for file, raw in read.items() for each in secrets if each in raw]
