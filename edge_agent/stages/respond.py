"""Answer → Response: the answer, what it rests on, and how it came about. A failure becomes a Response here too."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge_agent import wording
from edge_agent.errors import EgressRefused, NotTaken, Previewed, QueryError
from edge_agent.messages import (
    MAX_RESPONSE_BYTES,
    ErrorBody,
    FactsOf,
    Preview,
    Response,
    Source,
    TimingsMs,
    Usage,
    encode,
)
from edge_agent.types import Accepted, Answer, Result, Results

_FAILED = ("failed", "timed_out", "busy")


def respond(asked: Accepted, results: Results, answer: Answer, *, timings: TimingsMs, locale: str) -> Response:
    """Build the terminal response. Names in a sentence of its own what could not be read, or held nothing."""
    unread = [result.call.tool.name for result in results.results if result.status in _FAILED]
    unknown = [result.call.tool.name for result in results.results if result.status == "unknown"]
    notices = [
        *([wording.failed(unread, locale)] if unread else []),
        *([wording.unknown(unknown, locale)] if unknown else []),
    ]
    text = " ".join([answer.text, *notices])
    response = Response(
        id=asked.key[1],
        status="ok",
        answer=text,
        facts=_facts(results.results) if asked.query.facts else None,
        route=results.route,
        route_reason=results.route_reason,
        model=answer.model,
        grounded=answer.grounded,
        sources=[_source(result) for result in results.results],
        usage=_usage(results.usage, answer.usage),
        timings_ms=timings,
        truncated=answer.truncated,
    )
    return _fitting(response)


def refused(id_: str, error: QueryError, *, timings: TimingsMs | None = None, stage: str | None = None) -> Response:
    """Build the response of a query that was never taken, ended without an answer, or by its preview."""
    if isinstance(error, Previewed):
        return _preview(id_, error, timings)
    body = ErrorBody(
        code=error.code,
        message=str(error),
        stage=error.stage or stage,
        retry_after_s=error.retry_after_s if isinstance(error, NotTaken) else None,
    )
    return Response(id=id_, status="error", error=body, timings_ms=timings)


def _preview(id_: str, shown: Previewed, timings: TimingsMs | None) -> Response:
    preview = None if shown.body is None else Preview(body=shown.body, sha256=shown.sha256)
    response = Response(id=id_, status="ok", answer=str(shown), preview=preview, model="none", timings_ms=timings)
    if len(encode(response)) <= MAX_RESPONSE_BYTES:
        return response
    too_large = EgressRefused("What would leave is larger than a response may be: narrow it with `tools`.")
    return refused(id_, too_large, timings=timings)


def _source(result: Result) -> Source:
    return Source(tool=result.call.tool.name, status=result.status, records=len(result.records), ms=round(result.ms, 1))


def _facts(results: Sequence[Result]) -> list[FactsOf]:
    return [
        FactsOf(tool=result.call.tool.name, records=[dict(record) for record in result.records]) for result in results
    ]


def _usage(plan: Usage | None, answer: Usage | None) -> Usage:
    return Usage(
        plan_input=plan.plan_input if plan else 0,
        plan_output=plan.plan_output if plan else 0,
        prompt=answer.prompt if answer else 0,
        completion=answer.completion if answer else 0,
    )


def _fitting(response: Response) -> Response:
    """Cut a response to its size: the last records of its facts go first, then the end of its answer."""
    while response.facts and len(encode(response)) > MAX_RESPONSE_BYTES:
        longest = max(response.facts, key=lambda each: len(each.records))
        kept = longest.records[: len(longest.records) // 2]
        facts = [
            msgspec.structs.replace(each, records=kept) if each is longest else each
            for each in response.facts
            if each is not longest or kept
        ]
        response = msgspec.structs.replace(response, facts=facts or None, truncated=True)
    if response.answer and (over := len(encode(response)) - MAX_RESPONSE_BYTES) > 0:
        # One character may take six bytes as JSON; cutting as many characters as bytes are over is enough.
        response = msgspec.structs.replace(response, answer=response.answer[: -over or None], truncated=True)
    return response
