"""Planners: where a plan can come from. None of them knows another; the agent lines them up."""
