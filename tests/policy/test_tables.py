"""``[[policy]]`` and ``[[device]]``: a mistake is named with policy, key and the nearest valid name."""

from __future__ import annotations

import logging

import pytest

from edge_agent.errors import ConfigError
from tests.policy.test_policies import made


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("", "policy 1: devices: names nobody"),
        ('devices = ["any"]', '"any" is no name of a device'),
        ('devices = ["a/#"]', '"a/#" is no name of a device'),
        ('devices = ["x"]\ntools = ["reading"]', 'tools: there is no tool "reading"; did you mean "readings"?'),
        ('devices = ["x"]\ntools = ["open_valve"]', 'tools: tool "open_valve" changes something: name it in effects'),
        ('devices = ["x"]\neffects = ["readings"]', 'effects: tool "readings" changes nothing: name it in tools'),
        (
            'devices = ["x"]\neffects = ["open_valves"]',
            'effects: there is no tool "open_valves"; did you mean "open_valve"',
        ),
        (
            'devices = ["x"]\nrows = { sit = "north" }',
            'rows.sit: no tool of this policy has such a parameter; did you mean "site"',
        ),
        (
            'devices = ["x"]\ntools = ["readings", "opening_hours"]\nrows = { site = "north" }',
            'rows.site: tool "opening_hours" has no such parameter',
        ),
        ('devices = ["x"]\neffects = ["purge"]\nrows = { site = "north" }', 'tool "purge" has no such parameter'),
        ('devices = ["x"]\ntools = ["stored"]\nunfiltered = ["readings"]', 'tool "readings" isn\'t granted here'),
        (
            'devices = ["kiosk-*"]\nrows = { site = "{device.sit}" }',
            'no [[device]] of this policy has "sit"; did you mean "site"',
        ),
        ('devices = ["kiosk-*"]\nrows = { site = "a {device.site}" }', "an attribute is the whole value"),
        ('devices = ["kiosk-*"]\nrows = { site = "{device.site" }', "an attribute is the whole value"),
        (
            'devices = ["kiosk-*", "x"]\nrows = { site = "{device.site}" }',
            '"x" needs a [[device]] with the attribute "site"',
        ),
        ('shared = true\nrows = { site = "{device.site}" }', "the shared topic has no device"),
        (
            'devices = ["x"]\ntools = ["stored"]\nrows = { site = "west" }',
            'tool "stored": parameter "site" must be one of',
        ),
        (
            'devices = ["kiosk-*"]\ntools = ["stored"]\nrows = { site = "{device.name}" }',
            '[[device]] "kiosk-north": tool "stored": parameter "site" must be one of',
        ),
        ('devices = ["k*"]\n[[policy]]\ndevices = ["kiosk-1"]', 'policy 2: devices: policy 1 names "kiosk-1" already'),
        ('devices = ["k*"]\n[[policy]]\ndevices = ["k*"]', 'policy 2: devices: policy 1 names "k*" already'),
        ("shared = true\n[[policy]]\nshared = true", "policy 2: shared: policy 1 is for the shared topic already"),
        ('devices = ["x"]\n[[device]]\nname = "kiosk-north"', 'device "kiosk-north": name: two devices'),
        ('devices = ["x"]\n[[device]]\nname = "delta"', 'device "delta": name: no device can be called so'),
        ('devices = ["x"]\n[[device]]\nname = "y"\nattributes = { name = "z" }', "attributes.name"),
        (
            'devices = ["lone"]\nrows = { site = "{device.site}" }\n[[device]]\nname = "lone"',
            'no [[device]] of this policy has "site"; valid: name',
        ),
        (
            'devices = ["kiosk-*"]\nrows = { site = "{device.site}" }\n[[device]]\nname = "kiosk-9"',
            '[[device]] "kiosk-9" has no attribute "site"',
        ),
    ],
)
def test_a_mistake_is_named(policy: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        made(f"[[policy]]\n{policy}\n")
    assert said in str(refused.value)


def test_rows_that_are_compared_in_part_are_refused() -> None:
    tool = """
[[tool]]
name = "found"
kind = "mongodb.find"
description = "Rows by a part of their site."
source = "plant"
collection = "rows"
filter = { site = "{{site}}" }
fields = ["tag"]
params.site.match = "prefix"
[[policy]]
devices = ["x"]
tools = ["found"]
rows = { site = "north" }
"""
    with pytest.raises(ConfigError, match=r'policy 1: rows.site: tool "found" compares only a part'):
        made(tool)


def test_rows_that_others_may_see_whole_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    policy = '[[policy]]\ndevices = ["kiosk-*"]\ntools = ["readings"]\nrows = { site = "{device.site}" }\n'
    with caplog.at_level(logging.WARNING, "edge_agent.privacy"):
        made(policy)
        told = {getattr(record, "others", "") for record in caplog.records}
        assert told == {"the shared topic", "devices without a policy"}
        caplog.clear()
        made(policy + '[[policy]]\ndevices = ["*"]\nshared = true\ntools = ["opening_hours"]\n')
        assert not caplog.records
