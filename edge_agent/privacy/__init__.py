"""Privacy of the prompt: private values stay on the device, placeholders cross the trust line."""

from edge_agent.privacy.advertise import advertise
from edge_agent.privacy.patterns import Pattern
from edge_agent.privacy.placeholders import narrow, restore
from edge_agent.privacy.redaction import LEVELS, Known, Level, Redactor, redact, redactor

__all__ = ["LEVELS", "Known", "Level", "Pattern", "Redactor", "advertise", "narrow", "redact", "redactor", "restore"]
