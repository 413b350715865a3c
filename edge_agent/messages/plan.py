"""What agent and bridge say to one another, and the tools that both know by name."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, field

from edge_agent.messages.answered import Usage
from edge_agent.messages.codec import Id, Message, Sha256

#: ``PlanFailure.code`` → what happened. One that is not here is read as ``refused``.
PLAN_FAILURES = {
    "rate_limited": "The cloud, or the bridge itself, limits the rate.",
    "budget_spent": "The day's tokens or the cloud account's quota are spent.",
    "unauthorized": "The cloud refuses the bridge's API key.",
    "unreachable": "The cloud can't be reached, or fails.",
    "timed_out": "The cloud didn't answer in time.",
    "bad_answer": "What the cloud answered is no plan.",
    "refused": "The cloud refuses the request, or declined to plan the question.",
}


class ToolSignature(Message, frozen=True, kw_only=True):
    """What the cloud is told of a tool: never data."""

    name: Annotated[str, Meta(description="Its name, as plans call it.")]
    description: Annotated[str, Meta(description="What it can answer.")]
    parameters: Annotated[dict[str, Any], Meta(description="JSON Schema of its arguments.")]


class Catalogue(Message, frozen=True, kw_only=True):
    """The tools of an agent, as the cloud sees them."""

    tools: Annotated[list[ToolSignature], Meta(description="All of them.")]


class PlanBody(Message, frozen=True, kw_only=True):
    """What leaves for the cloud, and all of it. Egress and audit carry its canonical JSON."""

    prompt: Annotated[str, Meta(description="The question, private values replaced.")]
    tools: Annotated[list[ToolSignature], Meta(description="The tools that this question may use.")]
    today: Annotated[str, Meta(description="Local date and zone of the agent; no time of day.")]
    violation: Annotated[str | None, Meta(description="How the plan before broke its own schema.")] = None


def is_plan_body(value: Any) -> bool:
    """Whether decoded JSON has exactly the keys of a body and of its tools: nothing else may leave."""
    match value:
        case {"prompt": str(), "tools": list() as tools, "today": str(), **rest}:
            allowed = rest.keys() <= {"violation"} and isinstance(rest.get("violation"), str | None)
            return allowed and all(map(_is_signature, tools))
    return False


def _is_signature(value: Any) -> bool:
    match value:
        case {"name": str(), "description": str(), "parameters": dict(), **rest}:
            return not rest
    return False


class PlanRequest(Message, frozen=True, kw_only=True):
    """Agent to bridge: an envelope around the body."""

    id: Annotated[Id, Meta(description="The same for a repeat of the request. Not the query's id.")]
    deadline_s: Annotated[float, Meta(description="The agent waits so many seconds, from receipt.")]
    body: Annotated[PlanBody, Meta(description="What goes to the cloud; nothing else of this does.")]
    log: Annotated[str, Meta(description="Name of the egress log that the next two are of.")] = ""
    sequence: Annotated[int, Meta(description="Place in the chain of requests.")] = 0
    chain: Annotated[str, Meta(description="Hash that ties it to the request before.")] = ""
    signature: Annotated[str, Meta(description="HMAC by the credential that agent and bridge share.")] = ""


class ProposedCall(Message, frozen=True, kw_only=True):
    """A function and its arguments, as a planner proposes them."""

    tool: Annotated[str, Meta(description="The tool's name.")]
    arguments: Annotated[dict[str, Any], Meta(description="By parameter; not checked.")] = field(default_factory=dict)


class Sent(Message, frozen=True, kw_only=True):
    """One attempt of the bridge at the cloud: what it sent, by hash."""

    sha256: Annotated[Sha256, Meta(description="SHA-256 of the HTTP body.")]
    bytes: Annotated[int, Meta(description="Length of the HTTP body.")]
    http_status: Annotated[int | None, Meta(description="What the cloud answered; absent where it didn't.")] = None


class Plan(Message, frozen=True, kw_only=True, tag_field="type", tag="plan"):
    """Bridge to agent: functions and arguments, nothing else."""

    id: Annotated[Id, Meta(description="The request's id.")]
    calls: Annotated[list[ProposedCall], Meta(description="Run in parallel. Empty: no tool helps.")]
    model: Annotated[str, Meta(description="The planner's name.")] = ""
    usage: Annotated[Usage | None, Meta(description="The planner's tokens.")] = None
    sent: Annotated[list[Sent], Meta(description="What left, one an attempt.")] = field(default_factory=list)
    signature: Annotated[str, Meta(description="HMAC by the credential that agent and bridge share.")] = ""


class PlanFailure(Message, frozen=True, kw_only=True, tag_field="type", tag="failure"):
    """Bridge to agent: there is no plan."""

    id: Annotated[Id, Meta(description="The request's id.")]
    code: Annotated[str, Meta(description=f"One of {', '.join(PLAN_FAILURES)}.")]
    message: Annotated[str, Meta(description="For people.")] = ""
    retry_after_s: Annotated[float | None, Meta(description="The cloud may be asked again after so long.")] = None
    sent: Annotated[list[Sent], Meta(description="What left, one an attempt.")] = field(default_factory=list)
    signature: Annotated[str, Meta(description="HMAC by the credential that agent and bridge share.")] = ""
