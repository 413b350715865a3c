"""Runs questions through the real stages: a real database behind the tools, a real model behind the drafts.

What stands in is the planner: each question comes with the plan that a good one makes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pymongo import AsyncMongoClient

from bench.quality.catalogue import settings
from bench.quality.judge import Outcome, outcome
from bench.quality.question import Question
from bench.quality.site import Language, Row, Site
from bench.quality.variants import Variant, planned, selecting, unchecked
from edge_agent.clock import Clock
from edge_agent.errors import Unfit
from edge_agent.messages import Query, Response, TimingsMs
from edge_agent.model import Seat, Slm
from edge_agent.pipeline import Stages, answer
from edge_agent.stages.drafts import bare_facts, by_slm, drafts, nothing_found
from edge_agent.stages.ground import ground
from edge_agent.stages.respond import respond
from edge_agent.stages.run_tools import run_tools
from edge_agent.stages.validate import validate
from edge_agent.tools.registry import Registry, open_registry
from edge_agent.types import Accepted, Answer, Call, Checked, Draft, Proposed, Redacted, Results, ReturnAddress

DEADLINE_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Works:
    """The sites with their tools, and the model that phrases."""

    sites: Mapping[Language, Site]
    registries: Mapping[Language, Registry]
    slm: Slm
    clock: Clock


@dataclass(kw_only=True)
class Run:
    """One question, answered and judged. ``refused``: a draft of the model that didn't stand, and why."""

    question: Question
    answer: str
    model: str
    outcome: Outcome
    reason: str = ""
    drafts: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@asynccontextmanager
async def open_works(uri: str, database: str, sites: Mapping[Language, Site], slm: Slm) -> AsyncIterator[Works]:
    """Fill a database for each site and open its tools; the databases are dropped at the end."""
    clock, names = Clock(), {language: f"{database}_{language}" for language in sites}
    # Two clients: one that waits for all answers may find its connection closed.
    async with _client(uri) as client:
        for language, its_site in sites.items():
            for collection, rows in its_site.rows.items():
                await client[names[language]][collection].insert_many([dict(row) for row in rows])
    try:
        async with AsyncExitStack() as stack:
            registries = {}
            for language, its_site in sites.items():
                given = settings(its_site, uri=uri, database=names[language])
                opened = open_registry(given, clock=clock, credential=lambda _: None)
                registries[language] = await stack.enter_async_context(opened)
            yield Works(sites=sites, registries=registries, slm=slm, clock=clock)
    finally:
        async with _client(uri) as client:
            for name in names.values():
                await client.drop_database(name)


@asynccontextmanager
async def _client(uri: str) -> AsyncIterator[AsyncMongoClient[Row]]:
    client: AsyncMongoClient[Row] = AsyncMongoClient(uri, serverSelectionTimeoutMS=5000)
    try:
        yield client
    finally:
        await client.close()


async def run(works: Works, question: Question, variant: Variant) -> Run:
    """Answer one question and judge it."""
    now = works.clock.monotonic()
    asked = Accepted(
        key=("", "q"),
        query=Query(prompt=question.prompt, id="q"),
        address=ReturnAddress(topic="fedlm/response"),
        received=now,
        deadline=now + DEADLINE_S,
    )
    heard = _Heard()
    async with works.slm.seat(asked) as seat:
        response = await answer(asked, _stages(works, question, variant, seat, heard))
    site, said, model = works.sites[question.language], response.answer or "", response.model or ""
    judged, reason = outcome(question, site, said, model=model)
    return Run(
        question=question,
        answer=said,
        model="the model" if model == works.slm.name else model,
        outcome=judged,
        reason=reason,
        drafts=heard.drafts,
        refused=heard.refused,
    )


@dataclass(kw_only=True)
class _Heard:
    """The model's drafts, and why they were refused."""

    drafts: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def _stages(works: Works, question: Question, variant: Variant, seat: Seat, heard: _Heard) -> Stages:
    registry = works.registries[question.language]
    writers = [
        nothing_found(list(registry.tools.values())),
        by_slm(seat, works.slm.name),
        bare_facts(works.clock.zone),
    ]

    async def checked(draft: Draft) -> Answer:
        if not draft.by_code:
            heard.drafts.append("")
            draft = _overheard(draft, heard.drafts)
        try:
            if variant.ground:
                return await ground(draft, emit=_let_go, until=asyncio.get_running_loop().time() + DEADLINE_S)
            return await unchecked(draft)
        except Unfit as error:
            heard.refused.append(str(error))
            raise

    async def ran(plan: Checked) -> Results:
        return await run_tools(plan, parallel=4, clock=works.clock, deadline=works.clock.monotonic() + DEADLINE_S)

    return Stages(
        redact=_as_it_is,
        plans=partial(_plans, calls=_calls(question), variant=variant),
        validate=validate(registry.tools, None, max_calls=4, restore=_real_already),
        run_tools=ran,
        select=selecting(variant, question.language),
        drafts=partial(drafts, writers=writers),
        ground=checked,
        respond=partial(_responded, locale=question.language),
    )


def _responded(asked: Accepted, results: Results, answered: Answer, *, locale: str) -> Response:
    return respond(asked, results, answered, timings=TimingsMs(), locale=locale)


def _calls(question: Question) -> tuple[Call, ...]:
    return tuple(Call(tool=call["tool"], arguments=call["arguments"]) for call in question.calls)


async def _as_it_is(asked: Accepted) -> Redacted:
    """Nothing leaves here: the planner that stands in reads nothing."""
    return Redacted(template=asked.query.prompt)


def _real_already(
    arguments: Mapping[str, Any], _vault: Mapping[str, str], _schema: Mapping[str, Any]
) -> Mapping[str, Any]:
    return arguments


async def _plans(
    redacted: Redacted, *, calls: Sequence[Call], variant: Variant
) -> AsyncGenerator[Proposed, Unfit | None]:
    given = planned(tuple(calls), variant)
    yield Proposed(calls=given, route="federated", route_reason="bench", redacted=redacted)


def _overheard(draft: Draft, drafts_heard: list[str]) -> Draft:
    async def chunks() -> AsyncGenerator[str, None]:
        async for chunk in draft.chunks:
            drafts_heard[-1] += chunk
            yield chunk

    return Draft(model=draft.model, number=draft.number, facts=draft.facts, chunks=chunks(), written=draft.written)


async def _let_go(_draft: int, _text: str) -> None:
    """Nobody listens to deltas here."""
