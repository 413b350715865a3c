"""Reads what a device sent: bytes → a query with its key and return address, or a refusal and whom to tell. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from edge_agent.errors import (
    BadId,
    BadQuery,
    IdRequired,
    NeverTaken,
    NotSupported,
    QueryError,
    ResponseTopicForbidden,
    TooLarge,
)
from edge_agent.identity import ulid
from edge_agent.messages import MAX_DEPTH, MAX_PROMPT, MAX_QUERY_BYTES, Cancel, DeadLetter, Query, decode
from edge_agent.topics import ID, Topics
from edge_agent.types import Key, ReturnAddress
from edge_agent.wire import Incoming

#: What a dead letter shows of a payload.
SHOWN_BYTES = 4096
#: Fields of the contract whose features this version doesn't have: refused, never ignored.
UNSUPPORTED = ("context", "session", "schema")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A query that was understood. ``fingerprint``: SHA-256 of its body, which says whether a repeat is one."""

    key: Key
    query: Query
    address: ReturnAddress
    fingerprint: str
    expiry_s: int | None
    #: It has nothing to be recognised by: each copy of it is another query.
    anonymous: bool = False


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A query that was not. ``address`` is None where nobody can be told: a dead letter then."""

    error: QueryError
    id: str
    address: ReturnAddress | None


def read_query(message: Incoming, device: str, topics: Topics, *, effects: bool = False) -> Arrived | Refusal:
    """Read a query that came on a topic of ``device`` (empty: the shared one). ``effects``: it may ask for them."""
    default = topics.response(device)
    wanted = message.response_topic
    allowed = wanted is None or topics.may_answer_at(wanted, device)
    address = ReturnAddress(topic=wanted if wanted and allowed else default, correlation=message.correlation)
    query: Query | None = None
    try:
        query = decode_query(message.payload)
        if message.retain:
            raise BadQuery("A query must not be retained: it would be asked again at every start.")
        if not allowed:
            raise ResponseTopicForbidden(f"The Response Topic must be {default} or lie under it.")
        _supported(query, () if effects else ("effects",))
        given = query.id or _derived(device, wanted, message.correlation)
        if query.effects and given is None:
            raise IdRequired
    except NeverTaken as error:
        id_ = query.id if query is not None and query.id else _id_of(message.payload)
        told = bool(id_) or message.correlation is not None or bool(device)
        return Refusal(error=error, id=id_, address=address if told else None)
    address.stream = query.stream
    return Arrived(
        key=(device, given or ulid()),
        query=query,
        address=address,
        fingerprint=fingerprint(query),
        expiry_s=message.expiry_s,
        anonymous=given is None,
    )


def decode_query(payload: bytes) -> Query:
    """JSON, or the whole payload as the prompt. Raises ``TooLarge``, ``BadId`` or ``BadQuery``, saying what to do."""
    if len(payload) > MAX_QUERY_BYTES:
        raise TooLarge(f"The query has {len(payload)} bytes; at most {MAX_QUERY_BYTES} are taken.")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery(f"The payload is not UTF-8 (byte {error.start}).") from error
    if not text.lstrip().startswith("{"):
        return _checked(Query(prompt=text.strip()))
    if depth(payload) > MAX_DEPTH:
        raise BadQuery(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    try:
        return _checked(msgspec.json.decode(payload, type=Query))
    except msgspec.ValidationError as error:
        raise BadQuery(f"The query does not fit: {error}.") from error
    except msgspec.DecodeError as error:
        raise BadQuery(f"The payload begins with {{ but is not JSON: {error}.") from error


def decode_cancel(payload: bytes) -> str | None:
    """Read the id to cancel, as plain text or JSON; None where there is none."""
    text = payload[:MAX_QUERY_BYTES].decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            text = decode(payload, Cancel).id
        except msgspec.DecodeError:
            return None
    return text if ID.fullmatch(text) else None


def depth(payload: bytes) -> int:
    """Count how deep JSON is nested, on the bytes: the decoder itself would recurse."""
    deepest = level = 0
    for token in _TOKENS.finditer(payload):
        match token.group():
            case b"{" | b"[":
                level += 1
                deepest = max(deepest, level)
            case b"}" | b"]":
                level -= 1
    return deepest


def fingerprint(query: Query) -> str:
    """SHA-256 of the canonical query without ``id``, ``stream`` and ``deadline_s``, as hex."""
    body = msgspec.structs.replace(query, id=None, stream=False, deadline_s=None)
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()


def dead_letter(message: Incoming, error: QueryError) -> DeadLetter:
    """Show the operator what could not be answered to anyone."""
    shown = base64.b64encode(message.payload[:SHOWN_BYTES]).decode("ascii")
    return DeadLetter(topic=message.topic, code=error.code, message=str(error), payload=shown)


def _checked(query: Query) -> Query:
    if query.id is not None and not ID.fullmatch(query.id):
        raise BadId
    if not query.prompt.strip():
        raise BadQuery("The prompt is empty.")
    if len(query.prompt) > MAX_PROMPT:  # plain text does not pass the check of the Struct
        raise BadQuery(f"The prompt has {len(query.prompt)} characters; at most {MAX_PROMPT} are taken.")
    if query.consent is not None and (query.preview or not _SHA256.fullmatch(query.consent)):
        raise BadQuery("`consent` is the SHA-256 of a preview's body, as lower-case hex; a `preview` has none.")
    return query


def _supported(query: Query, switched_off: Sequence[str]) -> None:
    plain = Query(prompt=query.prompt)
    for field in (*UNSUPPORTED, *switched_off):
        if getattr(query, field) != getattr(plain, field):
            raise NotSupported(f"This agent does not support the field `{field}`.")


def _derived(device: str, response_topic: str | None, correlation: bytes | None) -> str | None:
    """Derive the id of a query without one: the same for a repeat where the device made itself recognisable."""
    if response_topic is None or correlation is None:
        return None
    parts = b"\x00".join((device.encode(), response_topic.encode(), correlation))
    return f"d-{hashlib.sha256(parts).hexdigest()[:40]}"


class _OnlyId(msgspec.Struct):
    id: str = ""


def _id_of(payload: bytes) -> str:
    """Find the id of a query that doesn't decode, so that its sender can be told; empty where there is none."""
    if len(payload) > 4 * MAX_QUERY_BYTES or depth(payload) > MAX_DEPTH:
        return ""
    try:
        found = msgspec.json.decode(payload, type=_OnlyId).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return found if ID.fullmatch(found) else ""
