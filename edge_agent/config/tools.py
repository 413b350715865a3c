"""What can be asked: sources, declared tools, pinned plans, and which device may use what."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from edge_agent.config.base import Name, Positive, Settings, ToolName


class Source(Settings, frozen=True, kw_only=True):
    """A MongoDB deployment and the collections that tools may touch. Use a user with the role ``read``."""

    name: Name
    database: str
    #: ``mongodb://…``; or in a credential of that name, where it holds a password.
    uri: str | None = None
    uri_credential: str | None = None
    collections: Annotated[list[str], Meta(min_length=1)]
    #: Fields whose values never leave in a question, as "collection.field": names, ids, addresses.
    sensitive: list[str] = []


class Param(Settings, frozen=True, kw_only=True):
    """A parameter of a declared tool."""

    type: Literal["string", "integer", "number", "boolean", "date", "datetime", "lookback", "list"] = "string"
    description: str | None = None
    enum: list[str | int | float] | None = None
    pattern: str | None = None
    #: A number, or for a lookback a span such as "30d".
    min: float | str | None = None
    max: float | str | None = None
    default: str | int | float | bool | list[str] | None = None
    #: How a string is compared: the whole value, its beginning, or anywhere in it.
    match: Literal["exact", "prefix", "contains"] = "exact"
    #: Required unless it has a default or its placeholder ends in "?".
    required: bool | None = None


class FieldTable(Settings, frozen=True, kw_only=True):
    """A field of a tool's records: its unit and what it means."""

    name: str
    unit: str | None = None
    description: str | None = None


class DeclaredTool(Settings, frozen=True, kw_only=True, tag_field="kind"):
    """What every declared tool has."""

    name: ToolName
    description: Annotated[str, Meta(min_length=1)]
    source: str
    collection: str
    fields: Annotated[list[str | FieldTable], Meta(min_length=1)]
    #: The field that names a record; the first of ``fields`` by default.
    label: str | None = None
    params: dict[str, Param] = {}
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    timeout_s: Positive | None = None
    sensitive: bool = False
    #: The answer in the operator's own words, for every question; or by language: ``answer.en``, ``answer.de``.
    answer: str | dict[str, str] | None = None


class FindTool(DeclaredTool, frozen=True, kw_only=True, tag="mongodb.find"):
    """A query by filter."""

    filter: dict[str, Any] = {}
    sort: list[str] = []


class AggregateTool(DeclaredTool, frozen=True, kw_only=True, tag="mongodb.aggregate"):
    """A pipeline, as EJSON text."""

    pipeline: str


class InsertTool(DeclaredTool, frozen=True, kw_only=True, tag="mongodb.insert"):
    """A document that is added, once for each call. It needs ``tools.effects``, and a user who may write."""

    document: Annotated[dict[str, Any], Meta(min_length=1)]
    #: The field that holds the idempotency key; the collection needs a unique index on it.
    key: str = "fedlm_key"


class PlanCall(Settings, frozen=True, kw_only=True):
    """A call of a pinned plan. An argument ``"{site}"`` takes what stands there in the question."""

    tool: str
    arguments: dict[str, Any] = {}


class PlanTable(Settings, frozen=True, kw_only=True):
    """A pinned plan: ways to ask, with slots such as ``{site}``, and what is called then."""

    match: Annotated[list[str], Meta(min_length=1)]
    calls: Annotated[list[PlanCall], Meta(min_length=1)]


class Device(Settings, frozen=True, kw_only=True):
    """What is known of a device beside its name: policies choose rows by it."""

    name: Name
    attributes: dict[str, str | int | float | bool | list[str]] = {}


class Policy(Settings, frozen=True, kw_only=True):
    """What some devices may ask for. The first policy that names a device holds, and no other."""

    #: Names, or patterns such as "kiosk-*".
    devices: list[str] = []
    #: It is for what is asked on the shared topic, too.
    shared: bool = False
    #: Tools that only read. None: all of them that aren't marked ``sensitive``.
    tools: list[str] | None = None
    #: Tools that change something: only those named here, and only for queries that say ``effects``.
    effects: list[str] = []
    #: Parameter → its value in every call: a literal, or ``"{device.site}"``. No plan can say otherwise.
    rows: dict[str, str | int | float | bool | list[str]] = {}
    #: Tools that may be used although they lack a parameter of ``rows``.
    unfiltered: list[str] = []
