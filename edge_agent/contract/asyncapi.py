"""The contract as an AsyncAPI 3.0 document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from edge_agent import __version__
from edge_agent.contract.examples import EXAMPLES, TEXTS
from edge_agent.contract.json_schemas import Json, components, plain
from edge_agent.contract.table import MESSAGES, PARAMETERS, ROOT, TABLE, Role, Row
from edge_agent.messages import (
    MAX_PROMPT,
    Cancel,
    Delta,
    Message,
    Plan,
    PlanFailure,
    PlanRequest,
    Query,
    Response,
)

_BINDING: Final = "0.2.0"
_ROLES: Final[dict[Role, str]] = {
    "device": "A kiosk, a robot, a PLC: whoever asks.",
    "agent": "`fedlm agent`: the process on the device that answers.",
    "bridge": "`fedlm bridge`: the process that asks the cloud for plans.",
    "operator": "A person who watches.",
    "anyone": "Every login of the broker.",
}
_DESCRIPTION: Final = """\
A device asks, the agent answers. The cloud plans with tool signatures only; data stays here.

All topics stand below `fedlm`, unless `mqtt.root` says otherwise.
Payloads are UTF-8 JSON; unknown fields are tolerated.
A requester keeps its query and sends it again, with the same id, until it has the response.
MQTT 5 clients may set Response Topic and Correlation Data; MQTT 3.1.1 clients go by the id."""
_CORRELATION: Final = {
    "type": "string",
    "description": "Any bytes. They come back unchanged, on deltas too. Without an id, choose them at random.",
}
_ANSWERED_CORRELATION: Final = {"type": "string", "description": "The Correlation Data of what this answers."}
_MQTT_PROPERTIES: Final[dict[type[Message], Json]] = {
    Query: {
        "correlationData": _CORRELATION,
        "responseTopic": {
            "type": "string",
            "description": "`fedlm/response/{device}` or below it; on the shared topic `fedlm/response` or below "
            "`fedlm/response/any/`. At most 8 levels and 200 bytes.",
        },
    },
    Response: {"correlationData": _ANSWERED_CORRELATION},
    Delta: {"correlationData": _ANSWERED_CORRELATION},
    PlanRequest: {"correlationData": {"type": "string", "description": "The request's id."}},
    Plan: {"correlationData": _ANSWERED_CORRELATION},
    PlanFailure: {"correlationData": _ANSWERED_CORRELATION},
}
_TEXT_SCHEMAS: Final[dict[type[Message], Json]] = {
    Query: {"type": "string", "minLength": 1, "maxLength": MAX_PROMPT, "description": "The question."},
    Cancel: {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "description": "The query's id."},
}


def document() -> Json:
    """Make the whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "fedlm",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": role, "description": meaning} for role, meaning in _ROLES.items()],
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": {channel_name(row.topic): _channel(row) for row in TABLE},
        "operations": {name: operation for row in TABLE for name, operation in _operations(row)},
        "components": {
            "messages": dict(_messages()),
            "schemas": components(MESSAGES, "#/components/schemas/{name}"),
            "parameters": {name: {"description": meaning} for name, meaning in PARAMETERS.items()},
            "correlationIds": {
                "id": {"location": "$message.payload#/id", "description": "The same on all messages of one query."}
            },
            "securitySchemes": {
                "login": {"type": "userPassword", "description": "A login of the broker."},
                "certificate": {"type": "X509", "description": "A client certificate; its CN is the login."},
            },
        },
    }


def channel_name(topic: str) -> str:
    """``response/{device}/delta`` → ``responseDeviceDelta``."""
    words: list[str] = re.findall(r"\w+", topic)
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _server() -> Json:
    return {
        "host": "{host}",
        "protocol": "mqtt",
        "protocolVersion": "5.0",
        "description": "The site's own broker. MQTT 3.1.1 devices may use it too.",
        "variables": {"host": {"default": "localhost", "description": "Where the broker is, with its port."}},
        "security": [_ref("securitySchemes", "login"), _ref("securitySchemes", "certificate")],
    }


def _channel(row: Row) -> Json:
    channel: Json = {
        "address": f"{ROOT}/{row.topic}",
        "description": row.meaning,
        "messages": {name: _ref("messages", name) for name in _message_names(row)},
    }
    if parameters := re.findall(r"{(\w+)}", row.topic):
        channel["parameters"] = {name: _ref("parameters", name) for name in parameters}
    return channel


def _operations(row: Row) -> Iterator[tuple[str, Json]]:
    """One operation a role: what a device sends, the agent receives."""
    for role in row.senders:
        yield _operation(row, role, "send")
    for role in row.readers:
        yield _operation(row, role, "receive")


def _operation(row: Row, role: Role, action: str) -> tuple[str, Json]:
    channel = channel_name(row.topic)
    operation: Json = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": role}],
        "bindings": {"mqtt": {"qos": row.qos, "retain": row.retain, "bindingVersion": _BINDING}},
    }
    if row.answered_at is not None:
        operation["reply"] = {"channel": {"$ref": f"#/channels/{channel_name(row.answered_at)}"}}
    return f"{role}{action.capitalize()}s{channel[0].upper()}{channel[1:]}", operation


def _message_names(row: Row) -> Iterator[str]:
    for type_ in row.payloads:
        yield type_.__name__
        if row.text is not None:
            yield _text_name(type_)


def _text_name(type_: type[Message]) -> str:
    return f"{type_.__name__}AsText"


def _messages() -> Iterator[tuple[str, Json]]:
    for type_ in MESSAGES:
        yield type_.__name__, _message(type_)
        if type_ in TEXTS:
            yield _text_name(type_), _text_message(type_)


def _message(type_: type[Message]) -> Json:
    message: Json = {"name": type_.__name__, "payload": _ref("schemas", type_.__name__)}
    if "id" in type_.__struct_fields__:
        message["correlationId"] = _ref("correlationIds", "id")
    message |= _mqtt(type_)
    message["examples"] = [{"payload": plain(example)} for example in EXAMPLES[type_]]
    return message


def _text_message(type_: type[Message]) -> Json:
    return {
        "name": _text_name(type_),
        "contentType": "text/plain",
        "payload": _TEXT_SCHEMAS[type_],
        **_mqtt(type_),
        "examples": [{"payload": TEXTS[type_]}],
    }


def _mqtt(type_: type[Message]) -> Json:
    properties = _MQTT_PROPERTIES.get(type_)
    return {} if properties is None else {"bindings": {"mqtt": {**properties, "bindingVersion": _BINDING}}}


def _ref(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}
