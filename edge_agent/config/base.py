"""What every table of the configuration has, and the broker, which agent and bridge share."""

from __future__ import annotations

from typing import Annotated

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
