"""The finder of canaries finds them however they are wrapped, and nothing where there is none."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest

from tests.noninterference.canaries import Canaries
from tests.noninterference.worlds import same_keys

CANARY = "4f9a01c27be3d856"
WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "upper case": bytes.upper,
    "in part": lambda raw: raw[3:12],
    "base64": base64.b64encode,
    "base64 of more": lambda raw: base64.b64encode(b"so " + raw + b" and more"),
    "base64 for URLs": base64.urlsafe_b64encode,
    "hex": lambda raw: raw.hex().encode(),
    "gzip, in base64": lambda raw: base64.b64encode(gzip.compress(raw)),
    "zlib, in hex": lambda raw: zlib.compress(raw).hex().encode(),
    "SHA-256": lambda raw: hashlib.sha256(raw).hexdigest().encode(),
    "a short hash": lambda raw: hashlib.sha1(raw).hexdigest()[:20].encode(),
    "a URL": lambda raw: b"https://example.org/?q=" + "".join(f"%{each:02X}" for each in raw).encode(),
    "JSON escapes": lambda raw: "".join(f"\\u{each:04x}" for each in raw).encode(),
}


@pytest.mark.parametrize("how", WRAPPED)
def test_a_canary_is_found_however_it_is_wrapped(how: str) -> None:
    canaries = Canaries([CANARY])
    around = msgspec.json.encode({"prompt": "What is the status of order <ORDER_1>?", "today": "2026-11-25"})
    assert not canaries.found_in(around)
    assert canaries.found_in(around[:-2] + b" " + WRAPPED[how](CANARY.encode()) + around[-2:])


def test_ordinary_bytes_hold_none() -> None:
    canaries = Canaries(same_keys(1).canaries)
    assert not canaries.found_in(quote("What is 12 % of it, and the 3 000 others? 0123456789abcdef").encode() * 50)


def test_canaries_stand_in_every_record_of_every_collection() -> None:
    contents = same_keys(1)
    rows = [row for tables in contents.store.values() for rows in tables.values() for row in rows]
    assert len(rows) > 1000
    assert all(any(str(value).split()[-1] in contents.canaries for value in row.values()) for row in rows)


@pytest.mark.parametrize("raw", [b"\\\x01 and \\q", b"\\ud800", b"\\xff\xff", b"\\"])
def test_what_only_looks_like_an_escape_is_no_matter(raw: bytes) -> None:
    assert not Canaries({CANARY}).found_in(raw)
    assert Canaries({CANARY}).found_in(raw + CANARY.encode())
