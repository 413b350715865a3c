"""The agent.toml of a plant with three sites: who may ask what. Declared tools and functions."""

from __future__ import annotations

from edge_agent import config
from edge_agent.config_file import loads
from tests.policy.plant import SITES

TOOLS = """
[tools]
modules = ["tests.policy.plant"]
entry-points = false
effects = true
[[source]]
name = "plant"
uri = "{uri}"
database = "{database}"
collections = ["rows"]
[[tool]]
name = "stored"
kind = "mongodb.find"
description = "Stored rows of a site."
source = "plant"
collection = "rows"
filter = {{ site = "{{{{site}}}}", machine = "{{{{machine?}}}}" }}
fields = ["tag", "site", "machine", "value"]
[tool.params.site]
enum = ["north", "south", "east"]
[tool.params.machine]
[[tool]]
name = "piped"
kind = "mongodb.aggregate"
description = "Stored rows of some sites."
source = "plant"
collection = "rows"
pipeline = '''[{{"$match": {{"site": {{"$in": "{{{{site?}}}}"}}}}}}]'''
fields = ["tag", "site", "machine", "value"]
[tool.params.site]
type = "list"
"""
#: ``site`` of ``piped`` is a list: its devices have one as ``sites``.
POLICIES = """
[[policy]]
devices = ["kiosk-*"]
tools = ["readings", "stored", "opening_hours"]
unfiltered = ["opening_hours"]
rows = { site = "{device.site}" }
[[policy]]
devices = ["tech-*"]
tools = ["readings", "salaries"]
effects = ["open_valve"]
rows = { site = "{device.site}" }
[[policy]]
devices = ["board-*"]
tools = ["piped"]
rows = { site = "{device.sites}" }
[[policy]]
devices = ["*"]
shared = true
tools = ["opening_hours"]
"""


def settings(folder: str, uri: str, database: str, policies: str = POLICIES) -> config.Agent:
    """The whole file."""
    devices = "".join(
        f'[[device]]\nname = "{kind}-{site}"\nattributes = {{ site = "{site}", sites = ["{site}"] }}\n'
        for kind in ("kiosk", "tech", "board")
        for site in SITES
    )
    top = (
        f'state-dir = "{folder}"\n[trace]\non = false\n[inbox]\nper-device-per-minute = 0\n[journal]\nballast-mb = 0\n'
    )
    return loads(top + TOOLS.format(uri=uri, database=database) + devices + policies, config.Agent, name="agent.toml")
