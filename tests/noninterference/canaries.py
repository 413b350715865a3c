"""Look for planted texts in what left, however they are wrapped: as they are, encoded, packed, hashed, in part."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import warnings
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

#: So many characters of a canary in a row are a hit.
PART = 8
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")
_DEPTH = 2


class Canaries:
    """Planted texts, and what they may look like."""

    def __init__(self, planted: Collection[str]) -> None:
        self._parts = {text[at : at + PART].encode() for text in planted for at in range(len(text) - PART + 1)}
        self._hashes = {
            hashlib.new(name, text.encode()).hexdigest()[:16].encode() for text in planted for name in _HASHES
        }

    def found_in(self, raw: bytes) -> bool:
        """Whether one of them stands in these bytes."""
        return any(self._stands_in(view.lower()) for view in _views(raw, _DEPTH))

    def _stands_in(self, view: bytes) -> bool:
        return any(view[at : at + PART] in self._parts for at in range(len(view) - PART + 1)) or any(
            view[at : at + 16] in self._hashes for at in range(len(view) - 15)
        )


def _views(raw: bytes, depth: int) -> Iterator[bytes]:
    yield raw
    if not depth:
        return
    if b"%" in raw:
        yield from _views(unquote_to_bytes(raw), depth - 1)
    if b"\\" in raw:
        with suppress(UnicodeError):
            yield from _views(_unescaped(raw), depth - 1)
    for unpack in (gzip.decompress, zlib.decompress):
        with suppress(OSError, EOFError, zlib.error):
            yield from _views(unpack(raw), depth - 1)
    for run in _HEX.findall(raw):
        yield from _views(bytes.fromhex(run.decode()), depth - 1)
    for run in _BASE64.findall(raw):
        for start in range(4):
            cut = run[start:].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
            with suppress(binascii.Error):
                yield from _views(base64.b64decode(cut[: len(cut) // 4 * 4]), depth - 1)
            with suppress(binascii.Error):  # the end, which may be padded
                yield from _views(base64.b64decode(cut + b"=" * (-len(cut) % 4)), depth - 1)


def _unescaped(raw: bytes) -> bytes:
    """Resolve escapes such as \\u0041. Raises UnicodeError. What only looks like one is left as it is."""
    raw.decode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return raw.decode("unicode_escape").encode()
