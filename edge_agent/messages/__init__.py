"""Every message on the wire: one frozen Struct each. The JSON Schemas are generated from here.

Values that we send are ``Literal``; values received from another version of ourselves are ``str``, an unknown one being
treated as the most careful known one.
"""

from edge_agent.messages.answered import (
    MAX_RESPONSE_BYTES,
    Delta,
    ErrorBody,
    FactsOf,
    Preview,
    Response,
    Route,
    Source,
    TimingsMs,
    Usage,
)
from edge_agent.messages.asked import MAX_PROMPT, MAX_QUERY_BYTES, Cancel, Query
from edge_agent.messages.codec import MAX_DEPTH, Id, Message, canonical, decode, encode
from edge_agent.messages.plan import (
    PLAN_FAILURES,
    Catalogue,
    Plan,
    PlanBody,
    PlanFailure,
    PlanRequest,
    ProposedCall,
    Sent,
    ToolSignature,
    is_plan_body,
)
from edge_agent.messages.state import Latency, Memory, Part, Queries, SlmTelemetry, Status, Telemetry
from edge_agent.messages.trail import DeadLetter, Egress, Trace

__all__ = [
    "MAX_DEPTH",
    "MAX_PROMPT",
    "MAX_QUERY_BYTES",
    "MAX_RESPONSE_BYTES",
    "PLAN_FAILURES",
    "Cancel",
    "Catalogue",
    "DeadLetter",
    "Delta",
    "Egress",
    "ErrorBody",
    "FactsOf",
    "Id",
    "Latency",
    "Memory",
    "Message",
    "Part",
    "Plan",
    "PlanBody",
    "PlanFailure",
    "PlanRequest",
    "Preview",
    "ProposedCall",
    "Queries",
    "Query",
    "Response",
    "Route",
    "Sent",
    "SlmTelemetry",
    "Source",
    "Status",
    "Telemetry",
    "TimingsMs",
    "ToolSignature",
    "Trace",
    "Usage",
    "canonical",
    "decode",
    "encode",
    "is_plan_body",
]
