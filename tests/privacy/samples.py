"""A catalogue and a generator of hostile strings for the tests of privacy."""

from __future__ import annotations

from hypothesis import strategies as st

from edge_agent.messages import ToolSignature

ORDERS = ToolSignature(
    name="order_status",
    description="One order by its number: its status and the day it is due.",
    parameters={
        "type": "object",
        "properties": {"order_id": {"type": "string", "pattern": "^SO-[0-9]{5}$"}},
        "required": ["order_id"],
    },
)
PERSONS = ToolSignature(
    name="customer_orders",
    description="Orders of a customer, of one status.",
    parameters={
        "type": "object",
        "properties": {
            "customer": {"type": "string"},
            "status": {"type": "string", "enum": ["delayed", "shipped"]},
            "number": {"type": "integer"},
            "since": {"type": "string", "pattern": "^[0-9]{1,4}[mhdw]$"},
            "tags": {"type": "array", "items": {"type": "string", "pattern": "^T-[0-9]{3}$"}},
        },
    },
)
CATALOGUE = (ORDERS, PERSONS)

_BITS = st.sampled_from(
    [
        *"<>＜＞⟨⟩[]{}()_-/\\&;:.,?!'\"’ \n\t\u200b\u0301\u00a0ßéİıﬀ℡①١२王李的🎉\x00\ue000",
        *(
            "<NAME_1>",
            "<name_1>",
            "NAME_1",
            "< NAME_1 >",
            "&lt;NAME_1&gt;",
            "[ORDER_1]",
            "<ORDERID_1",
            "ORDER_12>",
            "<ORDER",
        ),
        *("<LITERAL_1>", "<NUMBER_01>", "<<NAME_1>>", "<NAME_1", "\\u003cNAME_1\\u003e", "NAME_", "<NAME_1_2>", "_1>"),
        *("Anna Schmidt", "anna", "rose", "SO-10135", "so-10135", "a@b.de", "+49 171 1234567", "4111 1111 1111 1111"),
        *(
            "DE89 3702 0044 0532 0130 00",
            "10.0.0.1",
            "::1",
            "2026-03-12",
            "24h",
            "80.5",
            "王小明",
            "http://x.de/?a=1",
            "12345678",
        ),
        *("order", "the", "of", "status", "Straße", "von", "is", "&lt;", "&gt;", "don't", "O'Brien's"),
    ]
)
HOSTILE = st.lists(_BITS | st.text(max_size=6), max_size=12).map("".join)
