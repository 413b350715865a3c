"""``fedlm plan "…"``: the exact bytes that would leave for the cloud; they leave only with ``--send``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from edge_agent import config
from edge_agent.bridge.body import http_body
from edge_agent.chain import ChainLog
from edge_agent.clock import Clock
from edge_agent.commands.agent_toml import read_agent, zone_of
from edge_agent.config_file import load
from edge_agent.credentials import Credential, beside
from edge_agent.errors import ConfigError, PlannerFailed, PlanRejected
from edge_agent.identity import ulid
from edge_agent.known import index_file
from edge_agent.messages import Plan, Status, canonical, decode
from edge_agent.mqtt import Link, Subscription
from edge_agent.offer import Offer
from edge_agent.planning.cloud import CloudPlanner
from edge_agent.privacy import advertise
from edge_agent.privacy.egress import Gate, Record, none_known
from edge_agent.privacy.index import Index
from edge_agent.privacy.real import real
from edge_agent.signing import signing
from edge_agent.stages.validate import validate
from edge_agent.stores import egress_log
from edge_agent.topics import PlanResponseAddress, StatusAddress, Topics
from edge_agent.types import Call, Leaving, Proposed, Redacted

CONNECT_WITHIN_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("prompt", help="the question")
    parser.add_argument("--config", type=Path, default=Path("/etc/fedlm/agent.toml"), help="agent.toml")
    parser.add_argument("--bridge", type=Path, help="bridge.toml: show what the bridge would make of it, too")
    parser.add_argument("--tools", help="only these tools, separated by commas")
    parser.add_argument("--send", action="store_true", help="send it, through the running bridge, and show the plan")


def run(arguments: argparse.Namespace) -> int:
    """Bytes on standard output, one request a line; what they are on standard error. 1: there is no plan."""
    settings, offer = read_agent(arguments.config)
    return asyncio.run(_plan(settings, offer, arguments))


async def _plan(settings: config.Agent, offer: Offer, arguments: argparse.Namespace) -> int:
    clock = Clock(zone=zone_of(settings))
    narrow = arguments.tools.split(",") if arguments.tools else None
    redacted, leaving = _leaving(settings, offer, arguments.prompt, narrow, clock)
    _say(_pinned(offer, arguments.prompt))
    _say(f"what would leave for the bridge, {len(leaving.raw):,} bytes:")
    _write(leaving.raw)
    if arguments.bridge is not None:
        sent = http_body(leaving.body, load(arguments.bridge, config.Bridge).planner)
        _say(f"what the bridge would send to the cloud, {len(sent):,} bytes:")
        _write(sent)
    if not arguments.send:
        _say("nothing was sent (--send sends it)")
        return 0
    try:
        plan = await _send(settings, leaving, clock, beside(arguments.config))
    except PlannerFailed as error:
        _say(f"no plan: {error}")
        return 1
    _say(f"the plan, of {plan.model or 'the cloud'}:")
    _write(canonical(plan.calls))
    return await _judged(plan, redacted, offer, narrow, settings.planner.max_calls)


def _leaving(
    settings: config.Agent, offer: Offer, prompt: str, narrow: list[str] | None, clock: Clock
) -> tuple[Redacted, Leaving]:
    """What the agent would let leave. Known values are those that it has read: they are in its state folder."""
    file = index_file(Path(settings.state_dir))
    redactor = offer.redactor
    with Index(file if file.exists() else None) as index:
        if offer.registry.sensitive and redactor.level != "off":
            redactor = replace(redactor, known=index)
            if not len(index):
                _say("the values of the sensitive fields are not known here: the agent reads them while it runs")
        redacted = redactor.redact(prompt)
        known = redactor.known.find if redactor.known is not None else none_known
        gate = Gate(clock=clock, canaries=settings.privacy.canaries, known=known, bits=redactor.bits)
        signatures = advertise(offer.registry.signatures(narrow), redacted.vault)
        return redacted, gate.look(redacted.template, signatures)


def _pinned(offer: Offer, prompt: str) -> str:
    try:
        match = offer.plans.match(prompt, offer.registry.tools)
    except PlannerFailed:
        return "no pinned plan matches this question"
    return f"pinned plan {match.number} answers this question without the cloud"


async def _send(settings: config.Agent, leaving: Leaving, clock: Clock, credential: Credential) -> Plan:
    # A log of its own: the agent's has one writer.
    async with (
        egress_log(settings, clock=clock, name="by-hand") as left,
        _planner(settings, clock, left, credential) as planner,
    ):
        deadline = clock.monotonic() + settings.planner.budget_s
        return await planner.plan(leaving, key=("", ulid()), deadline=deadline)


@asynccontextmanager
async def _planner(
    settings: config.Agent, clock: Clock, left: ChainLog, credential: Credential
) -> AsyncIterator[CloudPlanner]:
    """Connect as the agent's login, beside the agent. Raises ``ConfigError`` where there is no broker."""
    topics = Topics(settings.mqtt.root)
    link = Link(
        settings.mqtt,
        identifier=f"fedlm-plan-{token_hex(8)}",
        password=credential(settings.mqtt.password_credential) if settings.mqtt.username else None,
        session=False,
        subscriptions=[
            Subscription(topic=topics.plan_response(settings.name)),
            Subscription(topic=topics.status(settings.planner.bridge), retained=True),
        ],
    )
    planner = CloudPlanner(
        publish=link.publish,
        topics=topics,
        agent=settings.name,
        clock=clock,
        budget_s=settings.planner.budget_s,
        note=Record(log=left, publish=link.publish, topics=topics, agent=settings.name).note,
        signing=signing(credential, require=settings.planner.require_signature),
    )
    planner.bridge_is("offline")  # until its retained status says otherwise
    async with link:
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await link.connected.wait()
        except TimeoutError as error:
            raise ConfigError("mqtt: the broker can't be reached") from error
        listening = asyncio.create_task(_listen(link, topics, planner), name="listen")
        try:
            yield planner
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _listen(link: Link, topics: Topics, planner: CloudPlanner) -> None:
    async for message in link:
        message.acknowledge()
        match topics.read(message.topic):
            case PlanResponseAddress():
                planner.receive(message.payload)
            case StatusAddress() if message.payload:
                status = decode(message.payload, Status)
                planner.bridge_is(status.state, status.since)


async def _judged(plan: Plan, redacted: Redacted, offer: Offer, narrow: list[str] | None, max_calls: int) -> int:
    """Say whether the agent would run it."""
    calls = tuple(Call(tool=call.tool, arguments=call.arguments) for call in plan.calls)
    proposed = Proposed(calls=calls, route="federated", route_reason="", redacted=redacted)
    try:
        await validate(offer.registry.tools, narrow, max_calls=max_calls, restore=real)(proposed)
    except PlanRejected as error:
        _say(f"the agent would refuse it: {error}")
        return 1
    _say("the agent would run it" if calls else "no function fits: the agent would say what can be asked")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _write(raw: bytes) -> None:
    sys.stdout.buffer.write(raw + b"\n")
    sys.stdout.buffer.flush()
