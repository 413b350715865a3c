"""The stand-in cloud plans from the catalogue alone: the demo's questions, and tools that strangers add."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_agent import config
from edge_agent.bridge.answer import read_answer
from edge_agent.bridge.body import http_body
from edge_agent.bridge.cloud import Cloud as Client
from edge_agent.clock import Clock
from edge_agent.config_file import loads
from edge_agent.demo.questions import Question, questions
from edge_agent.demo.seed import build
from edge_agent.messages import Plan, PlanBody, PlanRequest, ToolSignature
from edge_agent.testing.cloud import StandIn, completions
from edge_agent.testing.cloud.rules import plan
from edge_agent.tools.reading import parameters
from edge_agent.tools.registry import Registry, check_tools
from edge_agent.types import Field
from tests.bridge.samples import planner, request

TODAY = "2026-11-25 (Wednesday), UTC"
ENDPOINTS = [("openai", "tools"), ("plain", "tools"), ("openai", "schema"), ("plain", "schema")]


def demo_registry() -> Registry:
    text = files("edge_agent.demo").joinpath("agent.toml").read_text(encoding="utf-8")
    for name, value in {"STATE": "state", "PORT": "1883", "DB_PORT": "27017", "SLM": ""}.items():
        text = text.replace(f"@{name}@", value)
    return check_tools(loads(text, config.Agent, name="agent.toml"), Clock())


def demo_questions() -> list[Question]:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    return list(questions(build(now), now))


def planned(
    question: str, tools: list[ToolSignature], profile: str = "plain", style: str = "tools"
) -> list[tuple[str, dict[str, Any]]]:
    """What comes back, over the very bytes that the bridge sends and with the bridge's own reading of the answer."""
    body = http_body(PlanBody(prompt=question, tools=tools, today=TODAY), planner(profile=profile, style=style))
    asked = completions.read(json.loads(body))
    reply = completions.completion(asked, plan(asked.question, asked.tools, asked.today), bytes_read=len(body))
    return [(call.tool, call.arguments) for call in read_answer(reply.body, tools).calls]


@pytest.mark.parametrize(("profile", "style"), ENDPOINTS)
def test_the_demos_questions_are_planned_with_the_right_tools_and_valid_arguments(profile: str, style: str) -> None:
    registry = demo_registry()
    for question in demo_questions():
        calls = planned(question.prompt, registry.signatures(), profile, style)
        assert {tool for tool, _ in calls} == question.tools, question.prompt
        for tool, arguments in calls:
            registry.tools[tool].check(arguments)  # raises where the plan is not valid
            assert (arguments.get("reduce") == "count") == question.count, question.prompt


def tool(name: str, description: str, fields: list[Field], required: str = "", **params: Any) -> ToolSignature:
    properties = {**params, **(parameters(fields, "") if fields else {})}
    return ToolSignature(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": properties,
            "required": required.split(),
            "additionalProperties": False,
        },
    )


STRANGERS = [
    tool(
        "fridge_temperatures",
        "Temperatures of the fridges in a kitchen, right now.",
        [Field(name="fridge", label=True), Field(name="celsius", unit="°C"), Field(name="measured_at")],
        required="kitchen",
        kitchen={"type": "string", "description": "Name of the kitchen"},
    ),
    tool(
        "employees",
        "Employees of a department with their salary and the date they were hired.",
        [Field(name="name", label=True), Field(name="salary", unit="EUR"), Field(name="hired", description="date")],
        department={"type": "string", "enum": ["engineering", "sales", "human_resources"]},
    ),
    tool(
        "shipment_tracking",
        "Where a parcel is: its last stop and expected arrival.",
        [
            Field(name="parcel", label=True),
            Field(name="stop", description="location"),
            Field(name="eta", description="when it arrives"),
        ],
        required="parcel",
        parcel={"type": "string", "pattern": "^[A-Z]{2}[0-9]{9}$", "description": "Tracking code"},
    ),
    tool(
        "machine_errors",
        "Errors that a machine has logged.",
        [Field(name="code", label=True), Field(name="message"), Field(name="ts", description="time of the error")],
        required="machine",
        machine={"type": "string", "description": "Machine id"},
        since={"type": "string", "pattern": "^[1-9][0-9]*[smhdw]$", "description": "How far back"},
        fatal={"type": "boolean", "description": "Only fatal errors"},
    ),
    tool(
        "invoices",
        "Invoices of a customer with amount and due date.",
        [
            Field(name="invoice", label=True),
            Field(name="amount", unit="USD"),
            Field(name="due", description="due date"),
        ],
        required="customer",
        customer={"type": "string", "description": "Customer name"},
        min_amount={"type": "number", "description": "Only invoices above this amount"},
        paid={"type": "boolean", "description": "Whether it is paid"},
    ),
    tool(
        "convert_currency",
        "Convert an amount of money from one currency to another.",
        [],
        required="amount from_currency to_currency",
        amount={"type": "number"},
        from_currency={"type": "string", "pattern": "^[A-Z]{3}$"},
        to_currency={"type": "string", "pattern": "^[A-Z]{3}$"},
    ),
    tool(
        "room_bookings",
        "Bookings of meeting rooms on a day.",
        [Field(name="room", label=True), Field(name="begins"), Field(name="booked_by", description="person")],
        required="day",
        day={"type": "string", "format": "date", "description": "The day"},
    ),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Which fridge in kitchen North is the warmest?",
            [("fridge_temperatures", {"kitchen": "North", "reduce": "max", "by": "celsius"})],
        ),
        (
            'What is the coldest fridge in the "Main Hall" kitchen?',
            [("fridge_temperatures", {"kitchen": "Main Hall", "reduce": "min", "by": "celsius"})],
        ),
        (
            "What is the average salary in engineering?",
            [("employees", {"department": "engineering", "reduce": "mean", "by": "salary", "fields": ["salary"]})],
        ),
        (
            "Who earns the highest salary in human resources?",
            [("employees", {"department": "human_resources", "reduce": "max", "by": "salary"})],
        ),
        ("How many employees are there?", [("employees", {"reduce": "count"})]),
        (
            "Where is parcel AB123456789?",
            [("shipment_tracking", {"parcel": "AB123456789", "fields": ["parcel", "stop"]})],
        ),
        (
            "When does parcel <PARCEL_1> arrive?",
            [("shipment_tracking", {"parcel": "<PARCEL_1>", "fields": ["parcel", "eta"]})],
        ),
        (
            "Which errors did machine M-17 log in the last 2 days?",
            [("machine_errors", {"machine": "M-17", "since": "2d"})],
        ),
        (
            "Were there any fatal errors on machine M-17?",
            [("machine_errors", {"machine": "M-17", "fatal": True, "reduce": "exists"})],
        ),
        (
            "What is the total amount of unpaid invoices of customer Acme Corp?",
            [("invoices", {"customer": "Acme Corp", "paid": False, "reduce": "sum", "by": "amount"})],
        ),
        (
            "Which invoices of customer <PERSON_1> are above 500?",
            [("invoices", {"customer": "<PERSON_1>", "min_amount": 500.0})],
        ),
        (
            "When is the latest invoice of customer Globex due?",
            [("invoices", {"customer": "Globex", "reduce": "last", "by": "due"})],
        ),
        (
            "Convert 250 USD to EUR",
            [("convert_currency", {"amount": 250.0, "from_currency": "USD", "to_currency": "EUR"})],
        ),
        ("Who booked rooms today?", [("room_bookings", {"day": "2026-11-25"})]),
        (
            "Where is parcel AB123456789 and how many employees are in sales?",
            [
                ("shipment_tracking", {"parcel": "AB123456789"}),
                ("employees", {"department": "sales", "reduce": "count"}),
            ],
        ),
        ("What is the meaning of life?", []),
        ("Who won the world cup in 2014?", []),
        ("Can you write me a poem about fridges?", []),
        ("Tell me a joke", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("profile", ["openai", "plain"])
def test_a_strangers_tools_are_planned_from_their_own_words(
    question: str, expected: list[tuple[str, dict[str, Any]]], profile: str
) -> None:
    calls = planned(question, STRANGERS, profile)
    assert [tool for tool, _ in calls] == [tool for tool, _ in expected]
    for (_, arguments), (_, wanted) in zip(calls, expected, strict=True):
        assert {**arguments, **wanted} == arguments


@pytest.mark.parametrize(
    ("question", "tool_name", "wanted"),
    [
        ("Welche Zelle an Standort 12 ist der Engpass?", "site_load", {"site": 12, "reduce": "max", "by": "prb_load"}),
        ("Wie viele Alarme sind an Standort 7 aktiv?", "active_alarms", {"site": 7, "reduce": "count"}),
        ("站点12的哪个小区是瓶颈？", "site_load", {"site": 12, "reduce": "max", "by": "prb_load"}),
        ("Is there any critical alarm at site 7?", "active_alarms", {"severity": "critical", "reduce": "exists"}),
        (
            "What is the average PRB load at site 12 over the last 3 days?",
            "site_load",
            {"since": "3d", "reduce": "mean"},
        ),
        (
            "Which product sold the fewest units in the second quarter?",
            "sales_by_product",
            {"quarter": "Q2", "by": "units"},
        ),
        ("Which offer fits subscriber <SUBSCRIBER_1>?", "fitting_offer", {"subscriber": "<SUBSCRIBER_1>"}),
    ],
)
def test_other_wordings_and_languages_are_planned_too(question: str, tool_name: str, wanted: dict[str, Any]) -> None:
    [(name, arguments)] = planned(question, demo_registry().signatures())
    assert name == tool_name
    assert {**arguments, **wanted} == arguments


async def test_it_runs_as_a_program_and_logs_sizes_and_hashes_only(tmp_path: Path) -> None:
    log = tmp_path / "cloud.log"
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edge_agent.testing.cloud",
        "--port",
        "0",
        "--log",
        str(log),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        port = int(await asyncio.wait_for(program.stdout.readline(), 20))
        settings = planner(base_url=f"http://127.0.0.1:{port}/v1", profile="openai")
        async with Client(settings, key="k", clock=Clock()) as client:
            answer = await client.plan(request(), deadline=asyncio.get_running_loop().time() + 10)
    finally:
        program.terminate()
        assert await asyncio.wait_for(program.wait(), 10) == 0
    assert isinstance(answer, Plan)
    assert [call.tool for call in answer.calls] == ["sales_by_product"]
    [line] = [msgspec.json.decode(each, type=dict[str, Any]) for each in log.read_bytes().splitlines()]
    assert (line["sha256"], line["bytes"]) == (answer.sent[0].sha256, answer.sent[0].bytes)
    assert b"What sold" not in log.read_bytes()


async def test_what_is_no_chat_completion_request_is_refused() -> None:
    async with StandIn() as cloud:
        for path in ("/v1/nothing", "/v1"):
            settings = planner(base_url=f"http://127.0.0.1:{cloud.port}{path}", retries=0)
            async with Client(settings, key="k", clock=Clock()) as client:
                answer = await client.plan(
                    PlanRequest(id="x", deadline_s=5, body=PlanBody(prompt="x", tools=[], today="t")),
                    deadline=asyncio.get_running_loop().time() + 5,
                )
                assert getattr(answer, "code", None) == ("refused" if "nothing" in path else None)
