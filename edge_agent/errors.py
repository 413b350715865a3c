"""Every error of the agent, by what the reader can do about it.

FedlmError
├── QueryError                 ends a query with a typed response
│   ├── NotTaken               nothing was stored: send the same id again after ``retry_after_s``
│   │   ├── Busy · RateLimited · StorageFull · ShuttingDown
│   ├── NeverTaken             sending it again is no use: change the query
│   │   ├── BadQuery · BadId · TooLarge · ResponseTopicForbidden · IdConflict
│   │   └── IdRequired · Forbidden · NotSupported · BadSchema
│   ├── Previewed              no error: it is answered by what would leave for the cloud
│   └── Failed                 taken, and ended without an answer: terminal, and stored
│       ├── Unfit              a candidate was refused; its source may mend it or move on
│       │   ├── PlanRejected · Ungrounded
│       ├── PlanUnavailable · Expired · Cancelled · EgressRefused · ToolsFailed
│       └── GenerationFailed · Poisoned · Internal
├── PlannerFailed              a planner gave no plan: the next one is asked
├── ToolFailed                 a tool gave no records: a value for the answer, never a crash
├── SlmFailed                  the model gave no draft: the next writer is asked
│   └── SlmDied                its process died while it wrote
└── ConfigError                the operator mends the file that it names
"""

from __future__ import annotations

from typing import ClassVar


class FedlmError(Exception):
    """The root of all errors raised on purpose."""


class QueryError(FedlmError):
    """Ends a query. ``code`` is for machines, the text for people; it never holds data of a tool."""

    code: ClassVar[str] = "internal"
    meaning: ClassVar[str] = ""

    def __init__(self, message: str = "", *, retry_after_s: float | None = None, stage: str | None = None) -> None:
        super().__init__(message or self.meaning)
        self.retry_after_s = retry_after_s
        self.stage = stage


class Previewed(QueryError):
    """Ends a query by showing what would leave for the cloud. Its response is ``ok``, and nothing has left.

    ``body``: canonical JSON, None where nothing would leave; ``sha256``: its hash.
    """

    def __init__(self, *, body: str | None, sha256: str) -> None:
        super().__init__("This would leave for the cloud. Nothing has." if body else "Nothing would leave.")
        self.body = body
        self.sha256 = sha256


class NotTaken(QueryError):
    """Nothing was stored. The same id may be sent again after ``retry_after_s`` seconds."""

    def __init__(self, message: str = "", *, retry_after_s: float = 1.0, stage: str | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s, stage=stage)


class Busy(NotTaken):
    """The inbox is full."""

    code = "busy"
    meaning = "The agent has as many queries as it can hold. Send this one again later."


class RateLimited(NotTaken):
    """This device asks faster than it may."""

    code = "rate_limited"
    meaning = "This device asks faster than it may. Send this query again later."


class StorageFull(NotTaken):
    """The journal can't be written."""

    code = "storage_full"
    meaning = "The agent's storage is full; nothing new is taken until there is room."


class ShuttingDown(NotTaken):
    """The agent stops and could neither finish nor hold this query."""

    code = "shutting_down"
    meaning = "The agent is stopping. Send this query again when it is back."


class NeverTaken(QueryError):
    """Sending the same again is no use."""


class BadQuery(NeverTaken):
    """Not a query: not UTF-8, not JSON, wrong types, an empty or over-long prompt."""

    code = "bad_query"
    meaning = "This is not a query: send JSON with a prompt, or the question as plain text."


class BadId(NeverTaken):
    """The id isn't ``[A-Za-z0-9_-]{1,64}``."""

    code = "bad_id"
    meaning = "An id is 1 to 64 of the characters A-Z a-z 0-9 _ and -."


class TooLarge(NeverTaken):
    """Payload, context or schema over its size."""

    code = "too_large"
    meaning = "The query is larger than 256 KiB."


class ResponseTopicForbidden(NeverTaken):
    """The Response Topic lies outside of what this device may have answered."""

    code = "response_topic_forbidden"
    meaning = "The Response Topic must be the device's own response topic or lie under it."


class IdConflict(NeverTaken):
    """Same id, other body."""

    code = "id_conflict"
    meaning = "This id was used for another query. Choose a new one."


class IdRequired(NeverTaken):
    """Side effects need an id, or they might happen twice."""

    code = "id_required"
    meaning = "A query that may change something needs an id."


class Forbidden(NeverTaken):
    """The policy doesn't grant this."""

    code = "forbidden"
    meaning = "This device may not ask for that."


class NotSupported(NeverTaken):
    """A known field whose feature is not built or not switched on."""

    code = "not_supported"
    meaning = "The query uses a field that this agent doesn't support."


class BadSchema(NeverTaken):
    """``schema`` is no usable JSON Schema."""

    code = "bad_schema"
    meaning = "The schema in the query is not a usable JSON Schema."


class Failed(QueryError):
    """Taken, and ended without an answer. Terminal and stored."""


class Unfit(Failed):
    """A candidate was refused. ``first()`` sends this back to its source."""


class PlanRejected(Unfit):
    """The plan breaks a tool's schema, names an unknown tool, or asks for too much."""

    code = "plan_rejected"
    meaning = "The plan for this question was not valid; no tool was run."


class Ungrounded(Unfit):
    """A draft says what isn't in the facts."""

    code = "ungrounded"
    meaning = "No answer could be built that agrees with the facts."


class PlanUnavailable(Failed):
    """No planner had a plan."""

    code = "plan_unavailable"
    meaning = "No plan could be made for this question."


class Expired(Failed):
    """The deadline passed."""

    code = "expired"
    meaning = "The deadline passed before the answer was ready."


class Cancelled(Failed):
    """The device cancelled the query."""

    code = "cancelled"
    meaning = "The query was cancelled."


class EgressRefused(Failed):
    """The gate refused to let the request leave for the cloud."""

    code = "egress_refused"
    meaning = "The request may not leave for the cloud."


class ToolsFailed(Failed):
    """Every tool failed."""

    code = "tools_failed"
    meaning = "None of the sources could be read."


class GenerationFailed(Failed):
    """No writer could word an answer."""

    code = "generation_failed"
    meaning = "The answer could not be worded."


class Poisoned(Failed):
    """The query made the model's process die again and again."""

    code = "poisoned"
    meaning = "This query made the model fail repeatedly and was given up."


class Internal(Failed):
    """A defect of the agent."""

    code = "internal"
    meaning = "The agent failed on this query; its log says why."


class PlannerFailed(FedlmError):
    """A planner gave no plan. ``code`` is one of ``PlanFailure.code``; the text is safe to show to the asker."""

    def __init__(self, code: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


class ToolFailed(FedlmError):
    """A tool gave no records. ``status``: ``failed``, ``timed_out`` or ``busy``. The text goes to the log only."""

    def __init__(self, message: str, *, status: str = "failed") -> None:
        super().__init__(message)
        self.status = status


class SlmFailed(FedlmError):
    """The model gave no draft: not loaded, died, or no room for the facts."""


class SlmDied(SlmFailed):
    """The model's process died while it wrote this draft."""


class ConfigError(FedlmError):
    """What the operator wrote can't be used. The text names file, key and, for a typo, the nearest valid key."""


def _leaves(cls: type[QueryError]) -> list[type[QueryError]]:
    below = cls.__subclasses__()
    return [cls] if not below else [leaf for sub in below for leaf in _leaves(sub)]


#: Every code that a response can carry, with the class that raises it. A closed set; docs/errors.md is made from it.
CODES: dict[str, type[QueryError]] = {
    cls.code: cls for family in (NotTaken, NeverTaken, Failed) for cls in _leaves(family)
}
