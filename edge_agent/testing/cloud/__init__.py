"""The cloud, on loopback: a stand-in that plans by rules over the catalogue it gets, and a scripted one for tests."""

from edge_agent.testing.cloud.scripted import Cloud
from edge_agent.testing.cloud.server import Received, Reply, Server
from edge_agent.testing.cloud.standin import StandIn

__all__ = ["Cloud", "Received", "Reply", "Server", "StandIn"]
