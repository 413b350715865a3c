"""What code says of the facts, in English, German and Chinese. Pure; all of it passes the check of ``grounding``."""

from edge_agent.wording.notices import direct, failed, nothing, unknown
from edge_agent.wording.plain import render, sentence
from edge_agent.wording.templates import in_own_words

__all__ = ["direct", "failed", "in_own_words", "nothing", "render", "sentence", "unknown"]
