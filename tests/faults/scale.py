"""How much: the whole form (``make faults``) or the short one (``make test``), and the seed of all random choices."""

from __future__ import annotations

import os
import random
import secrets
from typing import TypeVar

T = TypeVar("T")

WHOLE = os.environ.get("FAULTS") == "whole"
#: Give ``FAULTS_SEED`` to repeat a run's choices.
SEED = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(1_000_000))


def scaled(*, whole: T, short: T) -> T:
    """Choose by the form of this run."""
    return whole if WHOLE else short


def draw(name: str) -> random.Random:
    """The random choices of one test, whatever ran before it."""
    return random.Random(f"{SEED} {name}")


def report(title: str, counts: object) -> None:
    """Print what was counted, with the seed."""
    print(f"\n  {title} (seed {SEED}): {counts}")
