"""The JSON Schemas of the messages, from their types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from edge_agent.contract.examples import EXAMPLES
from edge_agent.messages import Message

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"

Json = dict[str, Any]


def plain(message: Message) -> Json:
    """The message as JSON data, as it is on the wire."""
    data: Json = msgspec.to_builtins(message)
    return data


def file_name(type_: type[Message]) -> str:
    """``PlanRequest`` → ``plan-request.schema.json``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type_.__name__).lower() + ".schema.json"


def components(types: Iterable[type[Message]], ref_template: str) -> dict[str, Json]:
    """The schemas of these types and of all that they are made of, by name. ``ref_template`` holds ``{name}``."""
    _, found = msgspec.json.schema_components(types, ref_template=ref_template)
    made: dict[str, Json] = json.loads(json.dumps(found).replace("``", "`"))  # docstrings are RST, schemas Markdown
    return made


def schema_of(type_: type[Message]) -> Json:
    """A schema that stands alone, with examples."""
    found = components([type_], _REF + "{name}")
    root = found.pop(type_.__name__)
    schema = {"$schema": DIALECT, "$id": file_name(type_), **root}
    if found:
        schema["$defs"] = {name: found[name] for name in sorted(found)}
    schema["examples"] = [plain(example) for example in EXAMPLES[type_]]
    return schema


def schema_files(types: Iterable[type[Message]]) -> Iterator[tuple[str, str]]:
    """Name and text of each schema."""
    for type_ in types:
        yield file_name(type_), json.dumps(schema_of(type_), indent=2, ensure_ascii=False) + "\n"
