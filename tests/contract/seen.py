"""Whether what is heard on the broker is what the contract says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec

from edge_agent.contract.json_schemas import schema_of
from edge_agent.contract.table import TABLE, Row
from edge_agent.errors import NeverTaken
from edge_agent.intake import decode_cancel, decode_query
from edge_agent.messages import Cancel, Message, Query
from edge_agent.wire import Incoming

#: How the agent itself reads what devices send. What it refuses is bound to no schema.
READ: dict[type[Message], Callable[[bytes], object]] = {Query: decode_query, Cancel: decode_cancel}
ROWS = {row.topic: row for row in TABLE}


@cache
def validator_of(type_: type[Message]) -> jsonschema_rs.Draft202012Validator:
    """Compiled once."""
    return jsonschema_rs.Draft202012Validator(schema_of(type_))


def violations(heard: Iterable[Incoming], root: str) -> list[str]:
    """Messages below ``root`` that the contract doesn't know: topic and rule. An empty payload clears a topic."""
    found = ((message.topic, violation(message, root)) for message in heard if message.payload)
    return [f"{topic}: {why}" for topic, why in found if why is not None]


def violation(message: Incoming, root: str) -> str | None:
    row = row_of(message.topic.removeprefix(f"{root}/"))
    if row is None:
        return "not in the table of topics"
    if row.text is not None and not is_json_that_is_taken(row, message.payload):
        return None
    try:
        data = msgspec.json.decode(message.payload)
    except msgspec.DecodeError as error:
        return f"not JSON: {error}"
    refusals = [next(validator_of(type_).iter_errors(data), None) for type_ in row.payloads]
    return None if None in refusals else " | ".join(str(error) for error in refusals)


def row_of(topic: str) -> Row | None:
    """The row of a topic below the root. A Response Topic may lie deeper than the table's."""
    kind, *below = topic.split("/")
    if kind == "response":
        return ROWS["response/{device}/delta" if below[-1:] == ["delta"] else "response/{device}"]
    return next((row for row in TABLE if re.fullmatch(re.sub(r"{\w+}", "[^/]+", row.topic), topic)), None)


def is_json_that_is_taken(row: Row, payload: bytes) -> bool:
    if not payload.lstrip().startswith(b"{"):
        return False
    try:
        return READ[row.payloads[0]](payload) is not None
    except NeverTaken:
        return False


def fits(type_: type[Message], data: Any) -> bool:
    """Whether data satisfies a type's schema."""
    return validator_of(type_).is_valid(data)
