"""What the operator can follow: stages, what left, what could not be understood."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from edge_agent.messages.codec import Id, Message, Sha256

Asker = Annotated[str, Meta(description="Who asked; empty on the shared topic.")]


class Trace(Message, frozen=True, kw_only=True):
    """A stage of a query begins or ends."""

    device: Asker
    id: Annotated[Id, Meta(description="The query's id.")]
    state: Annotated[str, Meta(description="`begun`, `done` or `failed`.")]
    ms: Annotated[float, Meta(description="How long the stage took, in milliseconds.")] = 0.0


class Egress(Message, frozen=True, kw_only=True):
    """What left for the cloud, published when it leaves."""

    device: Asker
    id: Annotated[Id, Meta(description="The query's id.")]
    body: Annotated[str, Meta(description="Canonical JSON of the PlanBody.")]
    sha256: Annotated[Sha256, Meta(description="SHA-256 of the body.")]
    sequence: Annotated[int, Meta(description="Place in the chain of requests.")] = 0
    chain: Annotated[str, Meta(description="Hash that ties it to the one before.")] = ""
    words: Annotated[int, Meta(description="How many words of the question left.")] = 0
    bits: Annotated[float | None, Meta(description="An estimate of what they tell.")] = None


class DeadLetter(Message, frozen=True, kw_only=True):
    """What could not be understood, or could not be answered to anyone."""

    topic: Annotated[str, Meta(description="Where it came.")]
    code: Annotated[str, Meta(description="One of the codes of docs/errors.md.")]
    message: Annotated[str, Meta(description="For people.")]
    payload: Annotated[
        str, Meta(description="The first 4 KiB of it, as base64.", extra_json_schema={"contentEncoding": "base64"})
    ] = ""
