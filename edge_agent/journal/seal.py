"""Encrypt the bodies of rows: AES-256-GCM, each bound to its own key. Without a credential they are plain."""

from __future__ import annotations

import base64
import binascii
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge_agent.errors import ConfigError, FedlmError

_NONCE_BYTES, _KEY_BYTES = 12, 32


class Unsealable(FedlmError):
    """A body was altered, moved to another row, or sealed with another key."""


class Seal(Protocol):
    """``bound``: what names the row; a body opens under that name only."""

    def close(self, bound: bytes, body: bytes) -> bytes:
        """Seal a body."""

    def open(self, bound: bytes, sealed: bytes) -> bytes:
        """Give the body back. Raises ``Unsealable``."""


class Plain:
    """No encryption."""

    def close(self, bound: bytes, body: bytes) -> bytes:  # noqa: ARG002
        """Leave it as it is."""
        return body

    def open(self, bound: bytes, sealed: bytes) -> bytes:  # noqa: ARG002
        """Leave it as it is."""
        return sealed


class AesGcm:
    """AES-256-GCM with a random nonce, which stands before the ciphertext."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, bound: bytes, body: bytes) -> bytes:
        """Seal a body."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, body, bound)

    def open(self, bound: bytes, sealed: bytes) -> bytes:
        """Give the body back. Raises ``Unsealable``."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as error:
            raise Unsealable("a body of the journal can't be decrypted") from error


def sealed_with(credential: str | None) -> Seal:
    """Read the credential ``journal-key``: 32 bytes as hex or base64. Raises ``ConfigError``, never showing it."""
    if credential is None:
        return Plain()
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            key = decode(credential.strip())
        except (ValueError, binascii.Error):
            continue
        if len(key) == _KEY_BYTES:
            return AesGcm(key)
    raise ConfigError("journal-key: not 32 bytes as hex or base64; make one with: openssl rand -hex 32")
