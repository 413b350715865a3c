"""``fedlm audit``: what left for the cloud, when, for which query; with ``--verify`` whether its log is whole."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from edge_agent import audit, config
from edge_agent.audit import Chain, Request
from edge_agent.bridge.body import http_body
from edge_agent.bridge.heads import Outcome
from edge_agent.config_file import load
from edge_agent.messages import PlanBody

WHOLE, BROKEN = 0, 1
_SHOWN, _LISTED = 72, 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--state", type=Path, help=f"the agent's state folder ({config.Agent().state_dir})")
    where.add_argument("--config", type=Path, help="an agent.toml whose state-dir it is")
    parser.add_argument("--bodies", action="store_true", help="show the whole bodies, as they left")
    parser.add_argument("--verify", action="store_true", help="check that nothing was edited or taken out; 1: it was")
    parser.add_argument("--against", type=Path, metavar="BRIDGE-LOG", help="the bridge's heads.jsonl or state folder")
    parser.add_argument(
        "--bridge", type=Path, help="bridge.toml: compute what the cloud was sent, and compare that too"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: shown, and whole; 1: not whole; 2: there is nothing to read."""
    settings = load(arguments.config, config.Agent) if arguments.config else config.Agent()
    state = arguments.state or Path(settings.state_dir)
    chains = [audit.read_chain(file) for file in audit.egress_logs(state)]
    read = [audit.requests(chain) for chain in chains]
    if not (arguments.verify or arguments.against):
        for chain, requests in zip(chains, read, strict=True):
            _show(chain, requests, bodies=arguments.bodies)
        return WHOLE
    wrong = sum([_verified(chain, requests) for chain, requests in zip(chains, read, strict=True)])
    if arguments.against is None:
        print("Without the bridge's log (--against) nobody can tell whether the end of a log was cut off, a whole log")
        print("taken away, or all of it written anew from some line on, hashes included.")
    else:
        wrong += _against(chains, read, arguments.against, arguments.bridge)
        print(
            "What neither log can tell: whether agent and bridge were changed together, and whether a request that the"
        )
        print("bridge never took was cut off the end. What the cloud did with what it was sent is beyond any log.")
    return BROKEN if wrong else WHOLE


def _show(chain: Chain, requests: Sequence[Request], *, bodies: bool) -> None:
    print(f"{chain.file} (agent {chain.of}, log {chain.log[:12]}): {len(requests)} requests left")
    for each in requests:
        left, content = each.left, each.content
        print(f"#{each.line.sequence} {each.line.at}  {left.bytes:,} bytes, {left.words} words  {left.sha256[:16]}…")
        if content is None:
            print("   forgotten; its hashes stay")
            continue
        prompt = msgspec.json.decode(content.body, type=PlanBody).prompt
        print(f"   for {content.device or 'the shared topic'}, query {content.id}: {prompt[:_SHOWN]!r}")
        if bodies:
            print(f"   {content.body}")
    if chain.wrong:
        print(f"This log is not whole ({len(chain.wrong)} findings): see --verify.")


def _verified(chain: Chain, requests: Sequence[Request]) -> int:
    forgotten = sum(each.content is None for each in requests)
    told = f", {forgotten} of them forgotten" if forgotten else ""
    state = f"{len(chain.wrong)} findings" if chain.wrong else "each line follows from the one before"
    print(f"{chain.file}: {len(requests)} requests{told}; {state}")
    return _list(chain.wrong)


def _against(chains: Sequence[Chain], read: Sequence[Sequence[Request]], given: Path, bridge: Path | None) -> int:
    bridges = audit.read_chain(audit.heads_file(given))
    heads, outcomes = audit.heads_of(bridges)
    state = f"{len(bridges.wrong)} findings" if bridges.wrong else "each line follows from the one before"
    print(f"{bridges.file}: {len(heads)} requests taken; {state}")
    wrong = _list(bridges.wrong)
    for chain, requests in zip(chains, read, strict=True):
        compared = audit.compare(chain, requests, heads)
        print(f"{chain.file.name}: {compared.agreed} of {len(requests)} requests agree with the bridge's log")
        if compared.unseen:
            print(f"   never taken by the bridge (expired, or on their way): {_numbers(compared.unseen)}")
        wrong += _list(compared.wrong)
    wrong += _list(audit.missing_logs(chains, heads))
    if bridge is not None:
        wrong += _list(_otherwise_sent(chains, read, outcomes, load(bridge, config.Bridge).planner))
    return wrong


def _otherwise_sent(
    chains: Sequence[Chain],
    read: Sequence[Sequence[Request]],
    outcomes: Sequence[Outcome],
    settings: config.CloudPlanner,
) -> list[str]:
    """Compute the bytes that the cloud was sent from each body, and name what the bridge sent otherwise."""
    known = {
        (chain.log, each.line.sequence): each.content.body
        for chain, requests in zip(chains, read, strict=True)
        for each in requests
        if each.content is not None
    }
    wrong: list[str] = []
    same = 0
    for outcome in outcomes:
        if (body := known.get((outcome.log, outcome.sequence))) is None:
            continue
        computed = hashlib.sha256(http_body(msgspec.json.decode(body, type=PlanBody), settings)).hexdigest()
        others = [sent for sent in outcome.sent if sent.sha256 != computed]
        same += len(outcome.sent) - len(others)
        if others:
            wrong.append(f"request {outcome.sequence}: the bridge sent other bytes than these settings make")
    print(f"what was sent to the cloud, computed anew: {same} attempts with the same bytes")
    return wrong


def _list(wrong: Sequence[str]) -> int:
    for each in wrong:
        print(f"   {each}")
    return len(wrong)


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:_LISTED])
    return shown if len(numbers) <= _LISTED else f"{shown} and {len(numbers) - _LISTED} more"
