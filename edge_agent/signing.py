"""Plans and requests for them are signed: whoever else may write their topics, no tool runs and no token is spent.

HMAC-SHA-256 over direction, agent and the canonical JSON of the whole message but its signature. The request's id is
in the message; a signed request is no signed plan; and one agent's message is none of another's.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import msgspec

from edge_agent.errors import ConfigError
from edge_agent.messages import Plan, PlanFailure, PlanRequest, canonical

log = logging.getLogger(__name__)

#: The credential that agent and bridge share.
CREDENTIAL: Final = "plan-key"
#: What log and status say where there is no key.
UNSIGNED: Final = "plans are not signed"
#: Characters of the shortest key that is taken. ``new_key`` makes 43.
SHORTEST_KEY: Final = 32

Direction = Literal["request", "response"]
M = TypeVar("M", bound=PlanRequest | Plan | PlanFailure)


@dataclass(frozen=True, kw_only=True, repr=False)
class Signing:
    """Signs where there is a key; ``required``: what isn't signed by it is nothing. No repr: it holds the key."""

    key: bytes | None = None
    required: bool = False

    def signed(self, message: M, *, agent: str) -> M:
        """Put a signature on a message from or to ``agent``."""
        if self.key is None:
            return message
        direction: Direction = "request" if isinstance(message, PlanRequest) else "response"
        bare = msgspec.structs.replace(message, signature="")
        return msgspec.structs.replace(bare, signature=self._mac(canonical(bare), direction, agent))

    def stands(self, payload: bytes, direction: Direction, *, agent: str) -> bool:
        """Whether a message may be taken: it is signed, unknown fields of it too, or nothing need be signed."""
        if not self.required or self.key is None:
            return not self.required
        try:
            fields = msgspec.json.decode(payload, type=dict[str, object])
            signature = fields.pop("signature", None)
            expected = self._mac(canonical(fields), direction, agent)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return False
        return isinstance(signature, str) and hmac.compare_digest(signature.encode(), expected.encode())

    def _mac(self, message: bytes, direction: Direction, agent: str) -> str:
        if self.key is None:
            raise RuntimeError("there is no key")
        said = b"\x00".join((f"fedlm plan {direction} 1".encode(), agent.encode(), message))
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()


def signing(credential: Callable[[str], str | None], *, require: bool | None) -> Signing:
    """Take the key where there is one. ``require`` None: signatures are wanted where the key exists.

    Raises ``ConfigError`` for a key that is too short, or missing where it is required.
    """
    key = credential(CREDENTIAL) or None
    if key is not None and len(key) < SHORTEST_KEY:
        raise ConfigError(f"{CREDENTIAL}: shorter than {SHORTEST_KEY} characters; `fedlm bridge-key` makes one")
    if key is None and require:
        raise ConfigError(f"require-signature: there is no credential {CREDENTIAL}; `fedlm bridge-key` makes one")
    made = Signing(key=None if key is None else key.encode(), required=key is not None if require is None else require)
    if not made.required:
        log.warning("plans_not_signed", extra={"key": key is not None, "credential": CREDENTIAL})
    return made


def new_key() -> str:
    """Make a key: 256 random bits, as text."""
    return secrets.token_urlsafe(32)
