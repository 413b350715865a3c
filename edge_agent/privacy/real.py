"""The arguments of a call that the cloud planned, with the values that stayed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_agent.privacy.placeholders import narrow, restore


def real(arguments: Mapping[str, Any], vault: Mapping[str, str], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Restore placeholders, and make texts numbers again where ``advertise`` had widened them.

    ``parameters``: the tool's own JSON Schema. Raises ``PlanRejected``, which names no value.
    """
    restored = restore(arguments, vault)
    return narrow(restored, parameters) if vault else restored
