"""One question's way over the wire, as messages: the examples in schemas and docs."""

from __future__ import annotations

import hashlib
from typing import Final

from edge_agent.messages import (
    Cancel,
    Catalogue,
    DeadLetter,
    Delta,
    Egress,
    ErrorBody,
    FactsOf,
    Latency,
    Memory,
    Message,
    Part,
    Plan,
    PlanBody,
    PlanFailure,
    PlanRequest,
    Preview,
    ProposedCall,
    Queries,
    Query,
    Response,
    Sent,
    SlmTelemetry,
    Source,
    Status,
    Telemetry,
    TimingsMs,
    ToolSignature,
    Trace,
    Usage,
    canonical,
)

QUESTION: Final = "Which cell at site 12 is the bottleneck?"
QUERY_ID: Final = "q-7f3a"
#: What a payload of plain text looks like, by the message that it stands for.
TEXTS: Final[dict[type[Message], str]] = {Query: QUESTION, Cancel: QUERY_ID}

_REQUEST = "5d0c1f7a9b3e4c6d8f2a1b0c9d8e7f6a"
_INSTANCE = "01JD3M8Z6Q"
_TOOL = ToolSignature(
    name="site_load",
    description="Load of each cell of a site, in percent; the busiest comes first.",
    parameters={
        "type": "object",
        "properties": {"site": {"type": "integer", "description": "The site's number."}},
        "required": ["site"],
        "additionalProperties": False,
    },
)
_BODY = PlanBody(prompt=QUESTION, tools=[_TOOL], today="2026-06-10 Europe/Berlin")
_LEFT = canonical(_BODY)
_DIGEST = hashlib.sha256(_LEFT).hexdigest()
_LOG = "0b3d5f7a9c1e4a6c8e0f2b4d6f8a1c3e"
_CHAIN = hashlib.sha256(b"line 17").hexdigest()
_HTTP_BODY = b'{"model":"planner","messages":[]}'
_SENT = Sent(sha256=hashlib.sha256(_HTTP_BODY).hexdigest(), bytes=len(_HTTP_BODY), http_status=200)

EXAMPLES: Final[dict[type[Message], tuple[Message, ...]]] = {
    Query: (
        Query(id=QUERY_ID, prompt=QUESTION),
        Query(id="q-7f3d", prompt=QUESTION, preview=True),
        Query(id="q-7f3e", prompt=QUESTION, consent=_DIGEST),
        Query(id="q-7f3b", prompt=QUESTION, stream=True, facts=True, tools=["site_load"], deadline_s=20.0),
    ),
    Cancel: (Cancel(id=QUERY_ID),),
    Delta: (Delta(id="q-7f3b", draft=1, seq=0, text="Cell 12-B is the bottleneck:"),),
    Response: (
        Response(
            id="q-7f3b",
            status="ok",
            answer="Cell 12-B is the bottleneck: its load is 93 %.",
            facts=[FactsOf(tool="site_load", records=[{"cell": "12-B", "load": 93}])],
            route="federated",
            route_reason="planned by the cloud",
            model="SmolLM2-135M-Instruct",
            grounded=True,
            sources=[Source(tool="site_load", status="ok", records=1, ms=2.4)],
            usage=Usage(plan_input=412, plan_output=21, prompt=74, completion=16),
            timings_ms=TimingsMs(queued=0.3, redact=0.1, plan=640.2, tools=2.9, generate=211.0, total=855.4),
        ),
        Response(
            id="q-7f3d",
            status="ok",
            answer="This would leave for the cloud. Nothing has.",
            preview=Preview(body=_LEFT.decode(), sha256=_DIGEST),
            model="none",
        ),
        Response(
            id="q-7f3c",
            status="error",
            error=ErrorBody(code="busy", message="The agent has as many queries as it can hold.", retry_after_s=1.0),
        ),
    ),
    PlanRequest: (
        PlanRequest(
            id=_REQUEST,
            deadline_s=20.0,
            body=_BODY,
            log=_LOG,
            sequence=17,
            chain=_CHAIN,
            signature=hashlib.sha256(b"no true signature").hexdigest(),
        ),
    ),
    Plan: (
        Plan(
            id=_REQUEST,
            calls=[ProposedCall(tool="site_load", arguments={"site": 12})],
            model="planner",
            usage=Usage(plan_input=412, plan_output=21),
            sent=[_SENT],
        ),
    ),
    PlanFailure: (
        PlanFailure(id=_REQUEST, code="rate_limited", message="the cloud limits the rate", retry_after_s=30.0),
    ),
    Status: (
        Status(
            role="agent",
            instance=_INSTANCE,
            state="degraded",
            reason="bridge: offline",
            parts={"slm": Part(state="online"), "bridge": Part(state="offline", reason="stopped")},
            version="0.1.0",
            since="2026-06-10T08:00:00+02:00",
        ),
        Status(role="bridge", instance=_INSTANCE, state="offline", reason="connection_lost"),
    ),
    Catalogue: (Catalogue(tools=[_TOOL]),),
    Telemetry: (
        Telemetry(
            instance=_INSTANCE,
            uptime_s=86400.0,
            queries=Queries(received=512, answered=498, failed=11, refused=2, running=1, queued=2),
            latency=Latency(p50_ms=870.0, p95_ms=2140.0),
            memory=Memory(rss_bytes=94_371_840, available_bytes=5_368_709_120, total_bytes=8_589_934_592),
            cpu_percent=4.5,
            slm=SlmTelemetry(
                model="SmolLM2-135M-Instruct",
                state="ready",
                prefill_tokens_per_s=318.0,
                decode_tokens_per_s=121.5,
                rss_bytes=212_860_928,
            ),
        ),
    ),
    Trace: (
        Trace(device="kiosk-1", id=QUERY_ID, state="begun"),
        Trace(device="kiosk-1", id=QUERY_ID, state="done", ms=640.2),
    ),
    Egress: (
        Egress(
            device="kiosk-1",
            id=QUERY_ID,
            body=_LEFT.decode(),
            sha256=_DIGEST,
            sequence=17,
            chain=_CHAIN,
            words=8,
        ),
    ),
    DeadLetter: (
        DeadLetter(topic="fedlm/query", code="bad_query", message="The payload is not UTF-8 (byte 0).", payload="//4="),
    ),
}
