"""Tools: what the agent can look up. One catalogue, whatever a tool's kind; nothing here knows a query or a plan."""
