"""Whether a text says only what the records say. Pure functions, no model, well under two milliseconds a check."""

from edge_agent.grounding.check import Check
from edge_agent.grounding.verdict import Case, Verdict, ground, judge

__all__ = ["Case", "Check", "Verdict", "ground", "judge"]
