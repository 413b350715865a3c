"""Whether a plan is still right: the stand-in cloud's plan of a question, with and without redaction."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import msgspec

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.demo import questions, seed
from edge_agent.errors import PlanRejected
from edge_agent.messages import ToolSignature
from edge_agent.privacy import Redactor, advertise, narrow, restore
from edge_agent.testing.cloud.completions import Catalogued, Planned
from edge_agent.testing.cloud.rules import plan
from edge_agent.tools.registry import check_tools

TODAY = "2026-11-25"

#: Questions to the demo's tools, with places for other ids, sites and times.
VARIANTS = (
    "Which cell at site {site} is the bottleneck?",
    "Which cell at site {site} has the highest load over the last {span}?",
    "Which offer fits subscriber {subscriber}?",
    "What is subscriber {subscriber}'s open ticket about?",
    "How many open tickets does subscriber {subscriber} have?",
    "What is the phone number of subscriber {subscriber}?",
    "What was the top selling product in {quarter} by revenue?",
    "Which category had the highest revenue in {quarter}?",
    "How many orders are {status}?",
    "Show me the {status} orders, please.",
    "What is the status of order {order}?",
    "When is order {order} due?",
    "What is the status of order {order}, and which products are out of stock?",
    "What is the spectral efficiency of cell {cell} now?",
    "What is the load of cell {cell} right now?",
    "How many alarms are active at site {site}?",
    "Which {severity} alarms are active at site {site}?",
    "Which cell at site {site} is the bottleneck, and which {severity} alarms are active at site {site}?",
    "Wie ist der Status der Bestellung {order}?",
    "Welche Produkte sind nicht auf Lager?",
    "Wie viele Alarme sind am Standort {site} aktiv?",
    "Welcher Tarif passt zu Teilnehmer {subscriber}?",
    "订单{order}的状态是什么？",
    "站点 {site} 有多少个活动告警？",
)

#: A catalogue whose parameters are free text: the hard side of planning over placeholders.
FREE = (
    ToolSignature(
        name="customer_orders",
        description="Orders of a customer, the newest first.",
        parameters={
            "type": "object",
            "properties": {"customer": {"type": "string", "description": "Name of the customer"}},
            "required": ["customer"],
        },
    ),
    ToolSignature(
        name="deliveries_to",
        description="Deliveries to a city in a month.",
        parameters={
            "type": "object",
            "properties": {"city": {"type": "string", "description": "City of the delivery"}},
            "required": ["city"],
        },
    ),
    ToolSignature(
        name="employee_shifts",
        description="Shifts of an employee this week.",
        parameters={
            "type": "object",
            "properties": {"employee": {"type": "string", "description": "Name of the employee"}},
            "required": ["employee"],
        },
    ),
)
FREE_QUESTIONS = (
    "Which orders does customer {name} have?",
    "Show the orders of customer {name}.",
    "How many orders did customer {name} place?",
    "Which deliveries went to the city {city}?",
    "List deliveries to {city}.",
    "Which shifts does employee {name} have this week?",
    "Shifts of employee {first}?",
)


def demo_catalogue() -> list[ToolSignature]:
    """The demo's tools, as the cloud sees them."""
    text = resources.files("edge_agent.demo").joinpath("agent.toml").read_text(encoding="utf-8")
    text = text.replace("@PORT@", "1883").replace("@DB_PORT@", "27017").replace("@SLM@", "")
    settings = msgspec.toml.decode(text, type=config.Agent)
    return check_tools(settings, Clock()).signatures()


def demo_questions(count: int) -> list[str]:
    """The demo's own questions, and up to ``count`` variants: those that are planned when nothing is hidden."""
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    own = [each.prompt for each in questions.questions(seed.build(now), now)]
    catalogue = demo_catalogue()
    return [*own, *(each for each in _variants(count) if can_be_planned(catalogue, each))]


def _variants(count: int) -> Iterator[str]:
    rng = random.Random(6)
    for number in range(count):
        yield VARIANTS[number % len(VARIANTS)].format(
            site=rng.randrange(1, 40),
            span=rng.choice(("24h", "6 hours", "3 days")),
            subscriber=f"SUB-{rng.randrange(20000, 21000)}",
            quarter=rng.choice(("Q1", "Q2", "Q3", "Q4")),
            status=rng.choice(("delayed", "shipped", "cancelled", "packed")),
            order=f"SO-{rng.randrange(10000, 11000)}",
            cell=f"{rng.randrange(1, 40)}-{rng.choice('ABC')}",
            severity=rng.choice(("minor", "major", "critical")),
        )


def can_be_planned(signatures: Sequence[ToolSignature], question: str) -> bool:
    """Whether the stand-in plans a question as it was typed at all."""
    return bool(plan(question, _catalogued(signatures), TODAY))


def same_plan(redactor: Redactor, signatures: Sequence[ToolSignature], question: str) -> tuple[bool, str]:
    """Whether both plans call the same with the same arguments; and what the cloud made of the template."""
    redacted = redactor.redact(question)
    shown = advertise(signatures, redacted.vault)
    own = {each.name: each.parameters for each in signatures}
    wanted = _told(plan(question, _catalogued(signatures), TODAY))
    proposed = plan(redacted.template, _catalogued(shown), TODAY)
    try:
        got = _told([(name, narrow(restore(arguments, redacted.vault), own[name])) for name, arguments in proposed])
    except PlanRejected as error:
        return False, f"{redacted.template} -> {error}"
    return got == wanted, f"{redacted.template} -> {got} instead of {wanted}"


def _catalogued(signatures: Sequence[ToolSignature]) -> list[Catalogued]:
    return [Catalogued(name=each.name, description=each.description, parameters=each.parameters) for each in signatures]


def _told(calls: Sequence[Planned]) -> list[tuple[str, dict[str, Any]]]:
    return sorted(((name, dict(arguments)) for name, arguments in calls), key=repr)
