"""A cloud that wants what it may not have: plans for tools and rows that the asker has no right to."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from edge_agent.messages import PlanBody, ProposedCall
from tests.policy.plant import SITES

TOOLS = ("readings", "stored", "piped", "opening_hours", "salaries", "open_valve", "purge")
STRANGE = ("Readings", "readings ", "salaries;purge", "", "purge\x00", "ѕalaries", "__class__", "a" * 300, "*")
READINGS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"reduce": "count"},
    {"reduce": "sum", "by": "value"},
    {"reduce": "mean", "by": "value"},
    {"reduce": "max", "by": "value"},
    {"reduce": "exists"},
    {"fields": ["value"]},
    {"reduce": "last", "by": "site"},
)
#: Names beside the parameter that might be taken for it.
BESIDE = ("Site", "site.", "site ", "$site", "SITE", "device", "filter", "$where", "rows", "sitе", "tag")


def plan(draw: random.Random, body: PlanBody) -> list[ProposedCall]:
    """One to three calls, often of what was advertised, with arguments that reach for another site."""
    advertised = [each.name for each in body.tools]
    return [_call(draw, advertised) for _ in range(draw.choice((1, 1, 1, 2, 3)))]


def _call(draw: random.Random, advertised: Sequence[str]) -> ProposedCall:
    kind = draw.random()
    wanted = advertised if advertised and kind < 0.75 else TOOLS if kind < 0.95 else STRANGE
    tool = draw.choice(wanted)
    arguments: dict[str, Any] = {}
    if tool not in ("opening_hours", "purge") and draw.random() < 0.9:
        arguments["site"] = _site(draw)
    if tool in ("readings", "stored", "piped"):
        if draw.random() < 0.5 or tool != "readings":
            arguments |= draw.choice(READINGS)
        if tool != "piped" and draw.random() < 0.2:
            arguments["machine"] = draw.choice(("M-1", "M-6", None, {"$ne": ""}))
    if draw.random() < 0.1:
        arguments[draw.choice(BESIDE)] = _site(draw)
    return ProposedCall(tool=tool, arguments=arguments)


def _site(draw: random.Random) -> Any:
    sites = list(SITES)
    return draw.choice(
        (
            draw.choice(sites),
            draw.choice(sites),
            sites,
            [draw.choice(sites)],
            None,
            "",
            ".*",
            "{device.site}",
            "$site",
            {"$ne": "x"},
            {"$in": sites},
            0,
            True,
            [sites],
            "north\x00",
        )
    )
