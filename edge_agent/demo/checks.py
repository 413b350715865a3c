"""What left for one question, checked: searched for data, and recomputed from the egress log to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge_agent import config
from edge_agent.bridge.body import http_body
from edge_agent.config_file import load
from edge_agent.demo.egress import Searched, is_intact
from edge_agent.messages import Egress, Plan, PlanBody, PlanFailure


@dataclass(frozen=True, kw_only=True)
class Left:
    """``found``: values of the database that stand in it; ``faults``: hashes that don't agree; both must be empty."""

    requests: int
    bytes: int = 0
    tools: int = 0
    searched: int = 0
    #: The question as it left, placeholders and all.
    template: str = ""
    sha256: str = ""
    found: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing of the data left, and every hash agrees."""
        return not self.found and not self.faults


def left(
    egress: Sequence[Egress],
    plans: Sequence[Plan | PlanFailure],
    *,
    searched: Searched,
    bridge_toml: Path,
    reached: Sequence[str] | None,
) -> Left:
    """Check all that left for one question. ``reached``: hashes of what the cloud received; None: it doesn't tell."""
    if not egress:
        missing = sum(len(plan.sent) for plan in plans)
        return Left(requests=0, faults=("something was sent that the egress log doesn't hold",) if missing else ())
    bodies = [msgspec.json.decode(each.body, type=PlanBody) for each in egress]
    faults = ["the egress log's own hash is wrong" for each in egress if not is_intact(each)]
    settings = load(bridge_toml, config.Bridge).planner
    expected = {hashlib.sha256(http_body(body, settings)).hexdigest() for body in bodies}
    sent = [attempt for plan in plans for attempt in plan.sent]
    faults += ["the cloud was sent what the log doesn't hold" for each in sent if each.sha256 not in expected]
    if reached is not None and set(reached) != {each.sha256 for each in sent}:
        faults.append("the cloud received something else than the bridge says it sent")
    return Left(
        requests=len(egress),
        bytes=sum(attempt.bytes for attempt in sent),
        tools=len(bodies[-1].tools),
        searched=len(searched.values),
        template=bodies[-1].prompt,
        sha256=sent[-1].sha256 if sent else "",
        found=tuple(value for each in egress for value in searched.found_in(each)),
        faults=tuple(faults),
    )


class Arrivals:
    """What a stand-in cloud notes of each request, read on from where the last question ended."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0

    def next(self) -> list[str] | None:
        """Hashes of the requests since the last call; None where there is no such log."""
        if not self._log.exists():
            return None
        lines = self._log.read_bytes().splitlines()
        new, self._read = lines[self._read :], len(lines)
        return [msgspec.json.decode(line, type=_Arrival).sha256 for line in new]


class _Arrival(msgspec.Struct):
    sha256: str
