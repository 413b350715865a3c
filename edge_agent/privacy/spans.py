"""Spans: the parts of a prompt that stay here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive) of a prompt, and the type of placeholder that stands for them."""

    start: int
    end: int
    type: str


def covered(length: int, spans: Iterable[Span]) -> bytearray:
    """One byte a character: 1 where a span lies."""
    flags = bytearray(length)
    for start, end, _ in spans:
        flags[start:end] = b"\1" * (end - start)
    return flags


def without_overlap(ranked: Iterable[Span]) -> list[Span]:
    """Keep each span that touches none before it, in the order of the text: the first in rank wins."""
    kept: list[Span] = []
    for span in ranked:
        if span.end > span.start and all(span.end <= each.start or each.end <= span.start for each in kept):
            kept.append(span)
    return sorted(kept)
