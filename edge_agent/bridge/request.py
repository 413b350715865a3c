"""A message on ``plan/request/{agent}`` → who asks, and what. Everything else is refused before it costs anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from edge_agent.errors import FedlmError
from edge_agent.messages import MAX_DEPTH, PlanRequest, is_plan_body
from edge_agent.signing import Signing
from edge_agent.topics import ID, PlanRequestAddress, Topics
from edge_agent.wire import Incoming

#: A catalogue of many tools; more bytes than these are no request of ours.
MAX_REQUEST_BYTES = 512 * 1024
#: No request waits longer, whatever it says.
LONGEST_DEADLINE_S = 3600.0
#: An unclosed string reaches to the end, so that the scan stays linear whatever comes.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)


class NotARequest(FedlmError):
    """The message can't be answered. The text names the rule, never the content."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that can be answered. ``deadline_s``: seconds from its receipt.

    ``exact``: its body has the keys that may leave for the cloud, and no other.
    """

    agent: str
    request: PlanRequest
    deadline_s: float
    correlation: bytes | None
    exact: bool = True


def read_request(message: Incoming, topics: Topics, signing: Signing) -> Asked:
    """Read a request. The agent comes from the topic; a Response Topic is ignored. Raises ``NotARequest``."""
    address = topics.read(message.topic)
    if not isinstance(address, PlanRequestAddress):
        raise NotARequest("not a topic for requests")
    if message.retain:
        raise NotARequest("a retained request would be answered again and again")
    if len(message.payload) > MAX_REQUEST_BYTES:
        raise NotARequest("too large")
    if nesting(message.payload) > MAX_DEPTH:
        raise NotARequest("nested too deeply")
    if not signing.stands(message.payload, "request", agent=address.agent):
        raise NotARequest("not signed with our key")
    try:
        fields = msgspec.json.decode(message.payload, type=dict[str, Any])
        request = msgspec.convert(fields, PlanRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotARequest("not the JSON of a request") from error
    if not ID.fullmatch(request.id):
        raise NotARequest("not an id")
    if not 0 < request.deadline_s <= LONGEST_DEADLINE_S:
        raise NotARequest("not a deadline")
    expiry_s = LONGEST_DEADLINE_S if message.expiry_s is None else float(message.expiry_s)
    return Asked(
        agent=address.agent,
        request=request,
        deadline_s=min(request.deadline_s, expiry_s),
        correlation=message.correlation,
        exact=is_plan_body(fields["body"]),
    )


def nesting(payload: bytes) -> int:
    """Deepest nesting of brackets outside of strings, counted before anything is decoded."""
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(payload):
        first = found.group()[:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest
