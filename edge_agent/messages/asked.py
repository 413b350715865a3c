"""What a device sends: a query, and the end of one."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from edge_agent.messages.codec import Id, Message, Sha256

#: A query's payload, in bytes.
MAX_QUERY_BYTES = 256 * 1024
#: A prompt, in characters.
MAX_PROMPT = 8_000


class Query(Message, frozen=True, kw_only=True):
    """A device asks: ``query`` or ``query/{device}``. A feature that the agent lacks is refused, never ignored."""

    prompt: Annotated[str, Meta(min_length=1, max_length=MAX_PROMPT, description="The question, in plain language.")]
    id: Annotated[Id | None, Meta(description="Re-send with the same id until answered.")] = None
    stream: Annotated[bool, Meta(description="Send deltas while the answer is being worded.")] = False
    facts: Annotated[bool, Meta(description="The response carries the records that it rests on.")] = False
    effects: Annotated[bool, Meta(description="Tools with side effects may run.")] = False
    tools: Annotated[list[str] | None, Meta(description="Narrows the tools that may run; never widens.")] = None
    max_tokens: Annotated[int, Meta(ge=1, le=4096, description="Longest answer, in tokens of the SLM.")] | None = None
    deadline_s: Annotated[float, Meta(ge=1, le=3600, description="Seconds from first receipt.")] | None = None
    context: Annotated[str | None, Meta(description="Text of the device's own; it stays local.")] = None
    preview: Annotated[bool, Meta(description="Nothing leaves; the response shows what would.")] = False
    consent: Annotated[Sha256 | None, Meta(description="SHA-256 of the only body that may leave.")] = None
    session: Annotated[str | None, Meta(description="Continues a conversation.")] = None
    schema: Annotated[dict[str, Any] | None, Meta(description="JSON Schema that the answer satisfies.")] = None


class Cancel(Message, frozen=True, kw_only=True):
    """Ends a running query. A finished or unknown one is left as it is."""

    id: Annotated[Id, Meta(description="The query's id.")]
