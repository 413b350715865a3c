"""The broker. The only package that imports aiomqtt and paho."""

from edge_agent.mqtt.connection import PublishRefused, Subscription
from edge_agent.mqtt.link import Link

__all__ = ["Link", "PublishRefused", "Subscription"]
