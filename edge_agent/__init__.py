"""fedlm: federated language models at the edge, as an event-driven MQTT agent."""

__version__ = "0.1.0"
