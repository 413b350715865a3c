"""What the agent and the SLM's process say to each other: msgpack frames over a socket pair, length first."""

from __future__ import annotations

import msgspec

#: Length prefix of a frame, big-endian.
PREFIX = 4


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one call as text. ``rows``: (n records, n columns); None where a record lacks the field."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    #: The one row in a sentence, where there is one.
    sentence: str | None = None


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open"):
    """A query took its seat: system and question can be evaluated now."""

    seat: int
    question: str


class Write(msgspec.Struct, frozen=True, kw_only=True, tag="write"):
    """Phrase an answer from these tables. Jobs are served in the order they come."""

    job: int
    seat: int
    question: str
    tables: tuple[Table, ...]
    max_tokens: int


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag="stop"):
    """Nobody reads this job's text any more."""

    job: int


class Leave(msgspec.Struct, frozen=True, kw_only=True, tag="leave"):
    """The query gave up its seat, and whatever runs for it."""

    seat: int


Order = Open | Write | Stop | Leave


class Trying(msgspec.Struct, frozen=True, kw_only=True, tag="trying"):
    """The file is loaded; the first decode comes now. Some CPUs crash in it."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True, tag="loaded"):
    """Ready. ``profile``: the prompt profile in use; ``n_ctx``: the window in tokens."""

    profile: str
    n_ctx: int
    description: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """This model can't be used; the text tells the operator why."""

    message: str


class Warmed(msgspec.Struct, frozen=True, kw_only=True, tag="warmed"):
    """System and question of this seat are evaluated: ``tokens`` in ``ms``."""

    seat: int
    tokens: int
    ms: float


class Text(msgspec.Struct, frozen=True, kw_only=True, tag="text"):
    """More of a job's answer: whole characters."""

    job: int
    text: str


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """A job is over. ``kept_tokens`` of the prompt had been evaluated before the facts came."""

    job: int
    prompt_tokens: int = 0
    kept_tokens: int = 0
    completion_tokens: int = 0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0
    truncated: bool = False
    cut: bool = False
    stopped: bool = False
    error: str | None = None


Event = Trying | Loaded | Refused | Warmed | Text | Ended

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def frame(said: Order | Event) -> bytes:
    """Encode one frame, its length first."""
    body = _encoder.encode(said)
    return len(body).to_bytes(PREFIX, "big") + body


def order(body: bytes) -> Order:
    """Decode what the agent said. Raises ``msgspec.DecodeError``."""
    return _orders.decode(body)


def event(body: bytes) -> Event:
    """Decode what the model's process said. Raises ``msgspec.DecodeError``."""
    return _events.decode(body)
