"""bridge.toml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from edge_agent.config.base import Count, Mqtt, Name, Positive, Settings


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
