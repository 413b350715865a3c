"""The contract as pages for people: topics, messages, error codes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from edge_agent.contract.examples import EXAMPLES, TEXTS
from edge_agent.contract.json_schemas import Json, components, file_name, plain
from edge_agent.contract.table import MESSAGES, PARAMETERS, ROOT, TABLE, Row
from edge_agent.errors import CODES, Failed, NeverTaken, NotTaken, QueryError
from edge_agent.messages import PLAN_FAILURES

MADE: Final = "<!-- Made by `fedlm schema`: change the code instead. -->"
_FAMILIES: Final[tuple[tuple[type[QueryError], str, str], ...]] = (
    (NotTaken, "Not taken: send it again", "yes, after `retry_after_s`"),
    (NeverTaken, "Never taken: change the query", "no"),
    (Failed, "Taken and failed: the same id gets the same error again", "with a new id"),
)


def topics_page() -> str:
    """``docs/topics.md``."""
    rows = [
        (
            f"`{ROOT}/{row.topic}`",
            f"{', '.join(row.senders)} → {', '.join(row.readers)}",
            f"{row.qos}, retained" if row.retain else f"{row.qos}",
            _payload(row),
            row.meaning,
        )
        for row in TABLE
    ]
    return _page(
        "Topics",
        f"All stand below `{ROOT}`, unless `mqtt.root` says otherwise. Payloads are UTF-8 JSON.",
        "The same for tools: [schemas/asyncapi.yaml](../schemas/asyncapi.yaml).",
        _table(("topic", "from → to", "QoS", "payload", "what it is"), rows),
        _table(("in braces", "what it is"), [(f"`{name}`", meaning) for name, meaning in PARAMETERS.items()]),
        "An MQTT 5 query may name a Response Topic: a named device's is `response/{device}` or lies under it, a shared "
        "query's is `response` or lies under `response/any/`; at most 8 levels and 200 bytes, no level `delta`. Deltas "
        "go to the Response Topic, plus `/delta`. Correlation Data comes back unchanged, on deltas too.",
    )


def messages_page() -> str:
    """``docs/messages.md``."""
    schemas = components(MESSAGES, "#{name}")
    top = [type_.__name__ for type_ in MESSAGES]
    parts = [name for name in sorted(schemas) if name not in top]
    examples = {type_.__name__: [plain(example) for example in EXAMPLES[type_]] for type_ in MESSAGES}
    links = {type_.__name__: f"[{file_name(type_)}](../schemas/{file_name(type_)})" for type_ in MESSAGES}
    return _page(
        "Messages",
        "Unknown fields are tolerated. A field at its default is mostly left out.",
        *(part for name in top for part in _message(name, schemas[name], links[name], examples[name])),
        "## What they are made of",
        *(part for name in parts for part in _message(name, schemas[name], "", [], heading="###")),
    )


def errors_page() -> str:
    """``docs/errors.md``."""
    return _page(
        "Error codes",
        "In `error.code` of a [Response](messages.md#response), and in `code` of a [DeadLetter]"
        "(messages.md#deadletter). A closed set.",
        *(part for family in _FAMILIES for part in _family(*family)),
        "## From the bridge",
        "In `code` of a [PlanFailure](messages.md#planfailure). The agent goes on to its next planner; where none is "
        "left, the query ends with `plan_unavailable`.",
        _table(("code", "what happened"), [(f"`{code}`", meaning) for code, meaning in PLAN_FAILURES.items()]),
    )


def _family(family: type[QueryError], title: str, again: str) -> Iterator[str]:
    codes = [(code, error) for code, error in CODES.items() if issubclass(error, family)]
    yield f"## {title}"
    yield _markdown(inspect.getdoc(family) or "")
    yield _table(
        ("code", "what people are told", "when", "send again"),
        [(f"`{code}`", error.meaning, _markdown(inspect.getdoc(error) or ""), again) for code, error in codes],
    )


def _message(name: str, schema: Json, link: str, examples: Sequence[Json], *, heading: str = "##") -> Iterator[str]:
    required = schema.get("required", ())
    yield f"{heading} {name}"
    yield " ".join(text for text in (schema.get("description", ""), link) if text)
    yield _table(
        ("field", "type", "what it is"),
        [
            (f"`{field}`" + ("" if field in required else "?"), _type(each), _meaning(each))
            for field, each in schema["properties"].items()
        ],
    )
    for example in examples:
        yield f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```"


def _type(schema: Json) -> str:
    """Say a schema's type in a few words; null isn't named: a field that may be null may be left out."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#")
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema['items'])}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"by name: {_type(schema['additionalProperties'])}"
        case "object":
            return "object"
        case None:
            return "any JSON"
        case named:
            return str(named) + _bounds(schema)


def _bounds(schema: Json) -> str:
    match schema:
        case {"minLength": low, "maxLength": high}:
            return f", {low} to {high} characters"
        case {"minimum": low, "maximum": high}:
            return f", {low} to {high}"
        case {"minimum": low}:
            return f", from {low}"
    return ""


def _meaning(schema: Json) -> str:
    found = (each.get("description") for each in (schema, *schema.get("anyOf", ())))
    return next((text for text in found if text), "")


def _payload(row: Row) -> str:
    links = [f"[{type_.__name__}](messages.md#{type_.__name__.lower()})" for type_ in row.payloads]
    if row.text is not None:
        links.append(f"or plain text: {row.text}, like `{TEXTS[row.payloads[0]]}`")
    return " ".join(links) if row.text is not None else " or ".join(links)


def _markdown(docstring: str) -> str:
    return " ".join(docstring.split()).replace("``", "`")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((MADE, f"# {title}", *parts)) + "\n"
