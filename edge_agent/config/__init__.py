"""What an operator writes: agent.toml and bridge.toml, each one frozen Struct. Secrets only by their names."""

from edge_agent.config.agent import Agent, Inbox, Journal, Planner, Privacy, Slm, Telemetry, Tools, Trace
from edge_agent.config.base import Count, Mqtt, Name, Positive, Settings, ToolName
from edge_agent.config.bridge import Bridge, Circuit, CloudPlanner
from edge_agent.config.tools import (
    AggregateTool,
    DeclaredTool,
    Device,
    FieldTable,
    FindTool,
    InsertTool,
    Param,
    PlanCall,
    PlanTable,
    Policy,
    Source,
)

__all__ = [
    "Agent",
    "AggregateTool",
    "Bridge",
    "Circuit",
    "CloudPlanner",
    "Count",
    "DeclaredTool",
    "Device",
    "FieldTable",
    "FindTool",
    "Inbox",
    "InsertTool",
    "Journal",
    "Mqtt",
    "Name",
    "Param",
    "PlanCall",
    "PlanTable",
    "Planner",
    "Policy",
    "Positive",
    "Privacy",
    "Settings",
    "Slm",
    "Source",
    "Telemetry",
    "ToolName",
    "Tools",
    "Trace",
]
