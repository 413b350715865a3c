"""What a device gets: the pieces of an answer, and the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from edge_agent.messages.codec import Id, Message, Sha256

#: A response's payload, in bytes.
MAX_RESPONSE_BYTES = 256 * 1024

Route = Literal["federated", "cached", "edge", "direct"]


class Delta(Message, frozen=True, kw_only=True):
    """A piece of an answer that passed the grounding check. A higher draft replaces all text of lower ones."""

    id: Annotated[Id, Meta(description="The query's id.")]
    draft: Annotated[int, Meta(ge=1, description="Which draft it belongs to.")]
    seq: Annotated[int, Meta(ge=0, description="Its place in the draft.")]
    text: Annotated[str, Meta(description="Comes after the text of the delta before.")]


class ErrorBody(Message, frozen=True, kw_only=True):
    """Why there is no answer. With ``retry_after_s`` the query was not taken and may be sent again."""

    code: Annotated[str, Meta(description="One of the codes of docs/errors.md.")]
    message: Annotated[str, Meta(description="For people; it never holds data.")]
    stage: Annotated[str | None, Meta(description="The stage in which the query ended.")] = None
    retry_after_s: Annotated[float | None, Meta(description="Send the same id again after so many seconds.")] = None


class Source(Message, frozen=True, kw_only=True):
    """One call that was made for the answer."""

    tool: Annotated[str, Meta(description="The tool's name.")]
    status: Annotated[
        Literal["ok", "empty", "failed", "timed_out", "busy", "unknown"], Meta(description="How the call ended.")
    ]
    records: Annotated[int, Meta(description="How many records it found.")] = 0
    ms: Annotated[float, Meta(description="How long it took, in milliseconds.")] = 0.0


class FactsOf(Message, frozen=True, kw_only=True):
    """The records of one call, when the query asked for ``facts``."""

    tool: Annotated[str, Meta(description="The tool's name.")]
    records: Annotated[list[dict[str, Any]], Meta(description="The records that were asked for, by field.")]


class Preview(Message, frozen=True, kw_only=True):
    """What would leave for the cloud."""

    body: Annotated[str, Meta(description="Canonical JSON of a PlanBody.")]
    sha256: Annotated[Sha256, Meta(description="SHA-256 of the body: a later query's `consent`.")]


class Usage(Message, frozen=True, kw_only=True):
    """Tokens: of the planner in the cloud, and of the SLM on the device."""

    plan_input: Annotated[int, Meta(description="What the planner read.")] = 0
    plan_output: Annotated[int, Meta(description="What the planner wrote.")] = 0
    prompt: Annotated[int, Meta(description="What the SLM read.")] = 0
    completion: Annotated[int, Meta(description="What the SLM wrote.")] = 0


class TimingsMs(Message, frozen=True, kw_only=True, omit_defaults=False):
    """Wall time of each stage in milliseconds, as the device saw it."""

    queued: Annotated[float, Meta(description="Until the agent began with the query.")] = 0.0
    redact: Annotated[float, Meta(description="Taking private values out of the question.")] = 0.0
    plan: Annotated[float, Meta(description="Getting a plan that stands.")] = 0.0
    tools: Annotated[float, Meta(description="Running the tools.")] = 0.0
    generate: Annotated[float, Meta(description="Wording and checking the answer.")] = 0.0
    total: Annotated[float, Meta(description="From receipt to the response.")] = 0.0


class Response(Message, frozen=True, kw_only=True):
    """The one terminal answer to a query."""

    id: Annotated[str, Meta(description="The query's id; empty where the query had none that could be read.")]
    status: Annotated[Literal["ok", "error"], Meta(description="Whether there is an answer.")]
    answer: Annotated[str | None, Meta(description="The answer, in plain language.")] = None
    data: Annotated[Any, Meta(description="The answer as JSON, when the query gave a `schema`.")] = None
    facts: Annotated[list[FactsOf] | None, Meta(description="The records it rests on, when asked for.")] = None
    preview: Annotated[Preview | None, Meta(description="What would leave, when the query said `preview`.")] = None
    error: Annotated[ErrorBody | None, Meta(description="Why there is no answer.")] = None
    route: Annotated[Route | None, Meta(description="Where the plan came from.")] = None
    route_reason: Annotated[str | None, Meta(description="Why this route was taken.")] = None
    model: Annotated[str | None, Meta(description="What worded it: a model, or `template`, `facts`, `none`.")] = None
    grounded: Annotated[bool | None, Meta(description="Whether what is said agrees with the records.")] = None
    sources: Annotated[list[Source], Meta(description="The calls that were made.")] = field(default_factory=list)
    usage: Annotated[Usage | None, Meta(description="Tokens that it took.")] = None
    timings_ms: Annotated[TimingsMs | None, Meta(description="Where the time went.")] = None
    truncated: Annotated[bool, Meta(description="Something was cut: records, facts, or the answer.")] = False
