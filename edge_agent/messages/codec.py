"""The form of every message, and its way to bytes and back."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

#: No message is nested deeper.
MAX_DEPTH = 32

#: The pattern stands in the schema only: the agent refuses a bad id with a code of its own.
Id = Annotated[
    str,
    Meta(
        description="1 to 64 of A-Z a-z 0-9 _ and -.",
        extra_json_schema={"pattern": "^[A-Za-z0-9_-]{1,64}$"},
    ),
]
Sha256 = Annotated[
    str,
    Meta(description="SHA-256 as lower-case hex.", extra_json_schema={"pattern": "^[0-9a-f]{64}$"}),
]


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message. Unknown fields are tolerated; a field at its default isn't sent."""


def encode(message: Message) -> bytes:
    """UTF-8 JSON."""
    return msgspec.json.encode(message)


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8. What is hashed, signed and audited."""
    return msgspec.json.encode(value, order="sorted")


def decode(payload: bytes, type: type[T]) -> T:  # noqa: A002
    """Decode one message, whoever wrote it.

    Raises ``msgspec.DecodeError`` or its subclass ``msgspec.ValidationError``, and nothing else.
    """
    try:
        return msgspec.json.decode(payload, type=type)
    except (UnicodeDecodeError, RecursionError) as error:  # msgspec lets both through
        raise msgspec.DecodeError("not UTF-8, or nested too deeply") from error
