"""agent.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from edge_agent.config.base import Count, Mqtt, Name, Positive, Settings
from edge_agent.config.tools import AggregateTool, Device, FindTool, InsertTool, PlanTable, Policy, Source


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
    """Traces of the stages: ids and times, never a prompt, an argument or a result."""

    on: bool = True


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
