"""What code says of the facts, in English, German and Chinese. Pure; all of it passes the check of ``grounding``."""

from edge_agent.wording.notices import direct, failed, nothing
from edge_agent.wording.plain import render

__all__ = ["direct", "failed", "nothing", "render"]
