"""What a device may use, and what a policy sets: nothing that a plan says there is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from edge_agent.clock import Clock
from edge_agent.errors import PlanRejected
from edge_agent.offer import Offer, check_offer
from edge_agent.privacy.real import real
from edge_agent.stages.validate import validate
from edge_agent.tools.registry import Registry
from edge_agent.types import Call, Checked, Proposed, Redacted
from tests.policy.site import POLICIES, settings


@pytest.fixture(scope="module")
def offer() -> Offer:
    return made()


def made(policies: str = POLICIES) -> Offer:
    return check_offer(settings("state", "mongodb://localhost/", "plant", policies), Clock())


async def checked(offer: Offer, device: str, tool: str, *, effects: bool = False, **arguments: Any) -> Checked:
    plan = Proposed(
        calls=(Call(tool=tool, arguments=arguments),),
        route="federated",
        route_reason="",
        redacted=Redacted(template=""),
    )
    return await validate(offer.policies.granted(device), None, max_calls=8, restore=real, effects=effects)(plan)


async def arguments(offer: Offer, device: str, tool: str, **proposed: Any) -> Mapping[str, Any]:
    return (await checked(offer, device, tool, **proposed)).calls[0].arguments


@pytest.mark.parametrize(
    ("device", "tools"),
    [
        ("kiosk-north", {"readings", "stored", "opening_hours"}),
        ("tech-south", {"readings", "salaries", "open_valve"}),
        ("board-east", {"piped"}),
        ("kiosk-unknown", {"opening_hours"}),  # it has no site: whatever depends on one isn't there for it
        ("stray", {"opening_hours"}),
        ("", {"opening_hours"}),
        ("KIOSK-north", {"opening_hours"}),
    ],
)
def test_the_first_policy_that_names_a_device_holds(offer: Offer, device: str, tools: set[str]) -> None:
    assert set(offer.policies.granted(device)) == tools


def test_without_policies_all_may_read_what_is_not_sensitive() -> None:
    offer = made("")
    for device in ("", "kiosk-north"):
        assert set(offer.policies.granted(device)) == {"readings", "stored", "piped", "opening_hours"}
    assert [each.name for each in offer.catalogue.tools] == list(offer.policies.granted(""))


@pytest.mark.parametrize("tool", ["readings", "stored"])
@pytest.mark.parametrize("site", ["south", "north", None, 7, ["south"], {"$ne": ""}, "no site", "$site"])
async def test_what_a_plan_says_of_a_set_parameter_is_dropped_unread(offer: Offer, tool: str, site: Any) -> None:
    assert (await arguments(offer, "kiosk-north", tool, site=site))["site"] == "north"
    assert (await arguments(offer, "kiosk-north", tool))["site"] == "north"


async def test_a_list_is_set_as_a_list(offer: Offer) -> None:
    assert (await arguments(offer, "board-east", "piped", site=["north", "south"]))["site"] == ["east"]


@pytest.mark.parametrize("extra", ["Site", "site ", "site.x", "$where", "sitе"])
async def test_nothing_beside_it_gets_through(offer: Offer, extra: str) -> None:
    given: Any = {extra: "south"}
    with pytest.raises(PlanRejected):
        await checked(offer, "kiosk-north", "stored", **given)


async def test_a_forbidden_tool_does_not_exist_for_a_device(offer: Offer) -> None:
    for device, tool in (
        ("kiosk-north", "salaries"),
        ("", "readings"),
        ("kiosk-north", "open_valve"),
        ("tech-south", "purge"),
    ):
        with pytest.raises(PlanRejected, match="There is no tool") as refused:
            await checked(offer, device, tool, effects=True, site="north")
        hidden = set(offer.registry.tools) - set(offer.policies.granted(device)) - {tool}
        assert not [name for name in hidden if name in str(refused.value)]


async def test_a_side_effect_needs_the_policy_and_the_query(offer: Offer) -> None:
    with pytest.raises(PlanRejected, match="changes something"):
        await checked(offer, "tech-south", "open_valve", valve=2)
    (call,) = (await checked(offer, "tech-south", "open_valve", effects=True, valve=2, site="north")).calls
    assert call.arguments == {"site": "south", "valve": 2}


def test_no_planner_is_told_of_what_is_set_nor_of_what_is_forbidden(offer: Offer) -> None:
    for device in ("kiosk-north", "tech-south", "board-east"):
        for signature in Registry(tools=offer.policies.granted(device)).signatures():
            assert "site" not in signature.parameters["properties"]
            assert "site" not in signature.parameters["required"]
    (signature,) = [
        each for each in Registry(tools=made("").policies.granted("")).signatures() if each.name == "stored"
    ]
    assert "site" in signature.parameters["properties"]


def test_a_literal_and_the_name_of_the_device_can_be_set() -> None:
    offer = made(
        '[[policy]]\ndevices = ["*"]\ntools = ["stored"]\nrows = { site = "north", machine = "{device.name}" }\n'
    )
    made_, reading = offer.policies.granted("M-1")["stored"].check({"machine": "M-2", "reduce": "count"})
    assert made_ == {"site": "north", "machine": "M-1"}
    assert reading.reduce == "count"
