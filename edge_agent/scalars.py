"""Records to bytes and back, each value of the type that it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from edge_agent.types import Record, Scalar

_DECIMAL, _MOMENT, _DAY = "d", "t", "D"


def pack(records: Sequence[Record]) -> bytes:
    """Encode records as MessagePack; a value that it has no type for is marked."""
    return msgspec.msgpack.encode([{name: _packed(value) for name, value in each.items()} for each in records])


def unpack(packed: bytes) -> tuple[Record, ...]:
    """Decode what ``pack`` made."""
    records = msgspec.msgpack.decode(packed, type=list[dict[str, Any]])
    return tuple({name: _unpacked(value) for name, value in each.items()} for each in records)


def _packed(value: Scalar | Sequence[Scalar]) -> Any:
    match value:
        case Decimal():
            return {_DECIMAL: str(value)}
        case datetime():
            return {_MOMENT: value.isoformat()}
        case date():
            return {_DAY: value.isoformat()}
        case list() | tuple():
            return [_packed(each) for each in value]
    return value


def _unpacked(value: Any) -> Any:
    match value:
        case {"d": text}:
            return Decimal(text)
        case {"t": text}:
            return datetime.fromisoformat(text)
        case {"D": text}:
            return date.fromisoformat(text)
        case list():
            return [_unpacked(each) for each in value]
    return value
