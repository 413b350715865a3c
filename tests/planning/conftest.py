"""Tools of a source that nobody opens, and plans over them."""

from __future__ import annotations

from edge_agent import config
from edge_agent.clock import Clock
from edge_agent.config_file import loads
from edge_agent.errors import PlannerFailed
from edge_agent.offer import Offer, check_offer

TOOLS = """
[[source]]
name = "plant"
uri = "mongodb://nowhere"
database = "d"
collections = ["readings"]
[[tool]]
name = "cells"
kind = "mongodb.find"
description = "Cells of a site."
source = "plant"
collection = "readings"
filter = { site = "{{site}}", state = "{{state?}}", vendor = "{{vendor?}}", share = { "$gte" = "{{share?}}" } }
fields = ["cell", "load"]
[tool.params.site]
type = "integer"
min = 1
max = 99
[tool.params.state]
enum = ["active", "out of order"]
[tool.params.share]
type = "number"
[[tool]]
name = "order"
kind = "mongodb.find"
description = "An order."
source = "plant"
collection = "readings"
filter = { order = "{{order}}", on = "{{on?}}", lot = { "$in" = "{{lots?}}" } }
fields = ["order", "status"]
[tool.params.order]
pattern = "^SO-[0-9]{5}$"
[tool.params.on]
type = "date"
[tool.params.lots]
type = "list"
enum = [1, 2, 3]
"""


def offer(plans: str) -> Offer:
    return check_offer(loads(TOOLS + plans, config.Agent, name="agent.toml"), Clock())


def plan(*match: str, tool: str = "cells", arguments: str = 'site = "{site}"') -> str:
    return f'[[plan]]\nmatch = {list(match)}\ncalls = [{{ tool = "{tool}", arguments = {{ {arguments} }} }}]\n'


def arguments(plans: str, question: str) -> dict[str, object] | None:
    """Arguments of the one call that a question gets; None where it has no plan."""
    made = offer(plans)
    try:
        (call,) = made.plans.match(question, made.registry.tools).calls
    except PlannerFailed:
        return None
    return call.arguments
