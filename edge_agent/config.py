"""What an operator writes: agent.toml and bridge.toml, each one frozen Struct. Secrets only by their names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
#: What the OpenAI API takes as a function's name.
ToolName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """A table of the configuration."""


class Mqtt(Settings, frozen=True, kw_only=True):
    """The broker. ``socket`` (a Unix socket) excludes host and port."""

    root: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")] = "fedlm"
    host: str = "localhost"
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883
    socket: str | None = None
    username: str | None = None
    #: Name of the credential that holds the password.
    password_credential: str = "mqtt_password"  # noqa: S105 - the name of a credential, not one
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    keepalive_s: Annotated[int, Meta(ge=5, le=60)] = 10
    session_expiry_s: Annotated[int, Meta(ge=0)] = 14 * 24 * 3600
    #: Answer on the shared topic too.
    shared: bool = True


class Inbox(Settings, frozen=True, kw_only=True):
    """How much the agent holds. Beyond ``size`` queries a new one is answered ``busy`` at once."""

    size: Count = 64
    #: Queries worked on at the same time; the rest wait within their deadline.
    running: Count = 8
    #: New queries of one device in a minute, and at once after a pause; the shared topic is one device. 0: any number.
    per_device_per_minute: Annotated[int, Meta(ge=0)] = 600


class Journal(Settings, frozen=True, kw_only=True):
    """Queries and answers on disk, in ``state-dir``/journal; encrypted with the credential ``journal-key``."""

    #: Seconds that an answer is kept for repeats of its query.
    keep_s: Positive = 24 * 3600.0
    #: Room set aside for the day the disk is full, so that what is held can still be answered.
    ballast_mb: Annotated[int, Meta(ge=0)] = 16


class Planner(Settings, frozen=True, kw_only=True):
    """How the agent asks the cloud, through the bridge."""

    cloud: bool = True
    bridge: Name = "bridge"
    #: Seconds that a query waits for a plan of the cloud, repair included.
    budget_s: Positive = 20.0
    max_calls: Annotated[int, Meta(ge=1, le=32)] = 8
    #: One repair request, carrying the violation of the plan before.
    repair: bool = True
    #: The operator's plans (``[[plan]]``): before the cloud is asked, or after it gave no plan.
    pinned: Literal["first", "fallback"] = "fallback"
    #: Take only plans that are signed with the credential ``plan-key``. None: where there is that credential.
    require_signature: bool | None = None


class Privacy(Settings, frozen=True, kw_only=True):
    """What may leave for the cloud."""

    #: ``off``: the question as it is. ``standard``: without known values, declared patterns and checksummed formats.
    #: ``strict``: only everyday words, words of the tools, short numbers and dates leave. ``closed``: only words of the
    #: tools, of ``vocabulary`` and function words.
    level: Literal["off", "standard", "strict", "closed"] = "strict"
    #: Words of your trade that may leave: they are the same for everybody.
    vocabulary: list[str] = []
    #: Seconds between two readings of the sources' ``sensitive`` fields, where the server has no change streams.
    refresh_s: Positive = 300.0
    #: Seconds that the egress log keeps what left; its hashes stay.
    keep_s: Positive = 90 * 24 * 3600.0
    #: Answer every query without ``consent`` by its preview: nothing leaves that nobody has seen.
    confirm: bool = False
    #: Texts that must never leave, planted to find a leak: a request that holds one is refused.
    canaries: list[Annotated[str, Meta(min_length=4)]] = []


class Slm(Settings, frozen=True, kw_only=True):
    """The model on the device: any GGUF file."""

    model: str
    name: str | None = None
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}$")] | None = None
    #: Rounded up to a multiple of 256.
    n_ctx: Annotated[int, Meta(ge=256)] = 2048
    #: 0: cores - 1 for decode, all cores for prefill.
    threads: Annotated[int, Meta(ge=0)] = 0
    threads_batch: Annotated[int, Meta(ge=0)] = 0
    gpu_layers: int = -1
    flash_attention: bool = True
    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.0
    max_tokens: Count = 160
    #: A prompt profile by name; None: chosen by the model's metadata.
    profile: str | None = None
    load_timeout_s: Positive = 120.0


class Telemetry(Settings, frozen=True, kw_only=True):
    """How often the agent tells how it does."""

    interval_s: Positive = 10.0


class Trace(Settings, frozen=True, kw_only=True):
    """Traces of the stages. ``content``: prompts, arguments and results too (never in production)."""

    on: bool = True
    content: bool = False


class Tools(Settings, frozen=True, kw_only=True):
    """Which Python tools are loaded, and how calls run."""

    #: Modules that define ``@tool`` functions; a module or a path to a .py file.
    modules: list[str] = []
    #: Load the entry-point group ``fedlm.tools``.
    entry_points: bool = True
    #: Let tools change something, for queries that say ``effects: true``. Off: no such tool is ever called.
    effects: bool = False
    #: Calls of one query that run at the same time.
    parallel: Count = 8
    timeout_s: Positive = 10.0


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


class InsertTool(DeclaredTool, frozen=True, kw_only=True, tag="mongodb.insert"):
    """A document that is added, once for each call. It needs ``tools.effects``, and a user who may write."""

    document: Annotated[dict[str, Any], Meta(min_length=1)]
    #: The field that holds the idempotency key; the collection needs a unique index on it.
    key: str = "fedlm_key"


class Agent(Settings, frozen=True, kw_only=True):
    """agent.toml."""

    name: Name = "agent"
    state_dir: str = "/var/lib/fedlm-agent"
    deadline_s: Annotated[float, Meta(ge=1)] = 60.0
    max_deadline_s: Annotated[float, Meta(ge=1, le=3600)] = 3600.0
    shutdown_s: Positive = 10.0
    locale: str = "en"
    time_zone: str = "UTC"
    mqtt: Mqtt = Mqtt()
    inbox: Inbox = Inbox()
    journal: Journal = Journal()
    planner: Planner = Planner()
    privacy: Privacy = Privacy()
    slm: Slm | None = None
    tools: Tools = Tools()
    telemetry: Telemetry = Telemetry()
    trace: Trace = Trace()
    source: list[Source] = []
    tool: list[FindTool | AggregateTool | InsertTool] = []
    plan: list[PlanTable] = []
    device: list[Device] = []
    policy: list[Policy] = []


class CloudPlanner(Settings, frozen=True, kw_only=True):
    """The cloud model: any endpoint that speaks the Chat Completions API."""

    model: str
    base_url: str | None = None
    #: Name of the credential that holds the API key.
    key_credential: str = "api_key"
    profile: Literal["openai", "plain"] = "openai"
    style: Literal["tools", "schema"] = "tools"
    extra_body: dict[str, Any] = {}
    max_tokens: Count = 1024
    timeout_s: Positive = 30.0
    retries: Annotated[int, Meta(ge=0, le=10)] = 3
    concurrency: Count = 4
    tokens_per_day: Annotated[int, Meta(ge=0)] = 0
    #: Take only requests that are signed with the credential ``plan-key``. None: where there is that credential.
    require_signature: bool | None = None


class Circuit(Settings, frozen=True, kw_only=True):
    """After ``failures`` in a row the bridge refuses for ``open_s`` seconds, then tries one request."""

    failures: Count = 5
    open_s: Positive = 30.0


class Bridge(Settings, frozen=True, kw_only=True):
    """bridge.toml."""

    name: Name = "bridge"
    state_dir: str = "/var/lib/fedlm-bridge"
    shutdown_s: Positive = 10.0
    mqtt: Mqtt = Mqtt()
    planner: CloudPlanner
    circuit: Circuit = Circuit()
