"""Binds the stages to one query: each is given what it needs, and is timed and traced."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NoReturn

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.delivery import Delivery
from edge_agent.effects import Effects
from edge_agent.errors import Previewed, Unfit
from edge_agent.journal import Journal
from edge_agent.known import KnownValues
from edge_agent.messages import Plan, Response
from edge_agent.model import Seat, Slm
from edge_agent.offer import Offer
from edge_agent.pipeline import Stages
from edge_agent.planning.cloud import CloudPlanner
from edge_agent.privacy import advertise
from edge_agent.privacy.egress import Gate
from edge_agent.privacy.real import real
from edge_agent.stages.drafts import bare_facts, by_slm, by_template, drafts, nothing_found
from edge_agent.stages.ground import ground
from edge_agent.stages.plans import Source, cloud, journaled, pinned, plans
from edge_agent.stages.redact import redact
from edge_agent.stages.respond import respond
from edge_agent.stages.run_tools import run_tools
from edge_agent.stages.select import select
from edge_agent.stages.validate import validate
from edge_agent.steps import REDACTED, Steps
from edge_agent.telemetry import Watch
from edge_agent.tools.registry import Registry
from edge_agent.types import Accepted, Answer, Call, Checked, Draft, Facts, Leaving, Proposed, Redacted, Results, Tool

#: What a draft of the SLM leaves of the query's time, so that the bare facts still arrive.
RESERVE_SHARE, RESERVE_S = 0.1, 2.0
#: What the cloud leaves of the query's time, so that a pinned plan can still be run and worded.
FALLBACK_SHARE = 0.3


@dataclass(frozen=True, kw_only=True)
class House:
    """What the stages of every query share."""

    settings: config.Agent
    clock: Clock
    offer: Offer
    slm: Slm | None
    planner: CloudPlanner | None
    gate: Gate
    known: KnownValues
    delivery: Delivery
    journal: Journal


def bind(house: House, asked: Accepted, *, seat: Seat | None, watch: Watch, steps: Steps, effects: Effects) -> Stages:
    """The stages of this one query."""
    zone, locale = house.clock.zone, house.settings.locale
    granted = house.offer.policies.granted(asked.key[0])
    permitted = _permitted(house, asked, granted)
    writers = [nothing_found(list(permitted.values())), by_template(permitted, zone)]
    if seat is not None and house.slm is not None:
        writers.append(by_slm(steps.watched(seat), house.slm.name))
    writers.append(bare_facts(zone))
    pieces = count()
    stands = validate(
        granted,
        asked.query.tools,
        max_calls=house.settings.planner.max_calls,
        restore=real,
        effects=_may_change(house, asked),
        key=":".join(asked.key),
    )

    async def emit(draft: int, text: str) -> None:
        await house.delivery.delta(asked, draft, next(pieces), text)

    async def run(checked: Checked) -> Results:
        return await run_tools(
            checked,
            parallel=house.settings.tools.parallel,
            clock=house.clock,
            deadline=asked.deadline,
            run=effects.run,
        )

    async def validated(plan: Proposed) -> Checked:
        effects.plan(plan)
        return await stands(plan)

    async def grounded(draft: Draft) -> Answer:
        return await ground(draft, emit=emit, until=_reserve(asked), zone=zone)

    def planned(redacted: Redacted) -> AsyncGenerator[Proposed, Unfit | None]:
        return watch.candidates("plans", plans(redacted, _sources(house, asked, steps, permitted)))

    def drafted(facts: Facts) -> AsyncGenerator[Draft, Unfit | None]:
        return watch.candidates("drafts", drafts(facts, writers))

    def selected(given: Accepted, results: Results) -> Facts:
        with watch.stage("select"):
            return select(given, results, locale=locale)

    def responded(given: Accepted, results: Results, answer: Answer) -> Response:
        with watch.stage("respond"):
            return respond(given, results, answer, timings=watch.timings(), locale=locale)

    return Stages(
        redact=watch.traced(
            "redact", steps.kept(REDACTED, redact(house.offer.redactor.redact, ready=_ready(house)), Redacted)
        ),
        plans=planned,
        validate=watch.traced("validate", steps.planned(validated)),
        run_tools=watch.traced("run_tools", run),
        select=selected,
        drafts=drafted,
        ground=watch.traced("ground", grounded),
        respond=responded,
    )


def _ready(house: House) -> Callable[[], Awaitable[None]]:
    """Wait for the known values, where there are any."""

    async def at_once() -> None:
        return

    return at_once if house.offer.redactor.known is None else house.known.ready


def _sources(house: House, asked: Accepted, steps: Steps, permitted: Mapping[str, Tool]) -> list[Source]:
    """Who is asked for a plan, in this order: what an earlier run planned, then the planners.

    Where the query is to be answered by its preview, nobody is: no plan of anyone may run.
    """
    if asked.query.preview or (house.settings.privacy.confirm and asked.query.consent is None):
        return [_preview(house, permitted)]
    earlier = steps.plan()
    return [*([journaled(earlier)] if earlier is not None else []), *_planners(house, asked, permitted)]


def _planners(house: House, asked: Accepted, permitted: Mapping[str, Tool]) -> list[Source]:
    of_the_cloud = [source] if (source := _cloud(house, asked, permitted)) is not None else []
    if not house.offer.plans.plans:
        return of_the_cloud

    def match() -> tuple[int, Sequence[Call]]:
        found = house.offer.plans.match(asked.query.prompt, permitted)
        return found.number, found.calls

    if house.settings.planner.pinned == "first" or not of_the_cloud:
        why = "pinned plans come first" if of_the_cloud else "no cloud planner is configured"
        return [pinned(match, otherwise=why), *of_the_cloud]
    return [*of_the_cloud, pinned(match, otherwise="the cloud's plan was not valid")]


def _cloud(house: House, asked: Accepted, permitted: Mapping[str, Tool]) -> Source | None:
    planner = house.planner
    if planner is None:
        return None
    now = house.clock.monotonic()
    last_moment = asked.deadline - (FALLBACK_SHARE * (asked.deadline - now) if house.offer.plans.plans else 0.0)
    until = min(last_moment, now + house.settings.planner.budget_s)

    async def ask(template: str, issued: Collection[str], violation: str | None) -> Plan:
        leaving = _leaving(house, permitted, template, issued, violation)
        allowed = house.gate.consented(leaving, asked.query.consent)
        return await planner.plan(allowed, key=asked.key, deadline=until)

    # Nobody has seen the body of a repair: what was consented to is asked once.
    return cloud(ask, repair=house.settings.planner.repair and asked.query.consent is None)


def _preview(house: House, permitted: Mapping[str, Tool]) -> Source:
    """End the query by showing what ``_cloud`` would send: the very same body, and nothing leaves."""

    async def show(template: str, issued: Collection[str], violation: str | None) -> NoReturn:
        if house.planner is None:
            raise Previewed(body=None, sha256="")
        leaving = _leaving(house, permitted, template, issued, violation)
        raise Previewed(body=leaving.raw.decode(), sha256=leaving.sha256)

    return cloud(show, repair=False)


def _leaving(
    house: House, permitted: Mapping[str, Tool], template: str, issued: Collection[str], violation: str | None
) -> Leaving:
    """All that leaves, looked through. Raises ``EgressRefused``, or ``PlannerFailed`` where that isn't possible yet."""
    redactor, gate = house.offer.redactor, house.gate
    if redactor.known is not None:
        house.known.check_whole()
        gate = replace(gate, known=redactor.known.find)
    signatures = advertise(Registry(tools=permitted).signatures(), issued)
    return replace(gate, bits=redactor.bits).look(template, signatures, violation=violation)


def _may_change(house: House, asked: Accepted) -> bool:
    """The authority for side effects is the query's: a plan alone has none."""
    return house.settings.tools.effects and asked.query.effects


def _permitted(house: House, asked: Accepted, granted: Mapping[str, Tool]) -> Mapping[str, Tool]:
    """Of what the policy grants to the device, what this query allows: it only narrows."""
    narrowed, effects = asked.query.tools, _may_change(house, asked)
    return {
        name: tool
        for name, tool in granted.items()
        if (narrowed is None or name in narrowed) and (effects or not tool.effects)
    }


def _reserve(asked: Accepted) -> float:
    return asked.deadline - min(RESERVE_S, RESERVE_SHARE * (asked.deadline - asked.received))
