"""A module of tools, as an operator would name it in agent.toml."""

from edge_agent.tools.functions import tool


@tool
def sample_time() -> str:
    """Say a time."""
    return "noon"
