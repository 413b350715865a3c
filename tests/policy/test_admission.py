"""Whether a new query is taken: by what its device may ask for, and by its pace."""

from __future__ import annotations

import pytest

from edge_agent.admission import DEVICES, Admission
from edge_agent.clock import Clock
from edge_agent.errors import Forbidden, RateLimited
from edge_agent.intake import Arrived, read_query
from edge_agent.messages import Query, encode
from edge_agent.topics import Topics
from edge_agent.wire import Incoming
from tests.policy.test_policies import made


class Still(Clock):
    """A clock that a test moves."""

    at = 100.0

    def monotonic(self) -> float:
        return type(self).at


def arrived(device: str = "kiosk-north", **fields: object) -> Arrived:
    topics = Topics()
    message = Incoming(topic=topics.query(device), payload=encode(Query(prompt="?", id="a", **fields)))  # type: ignore[arg-type]
    found = read_query(message, device, topics, effects=True)
    assert isinstance(found, Arrived)
    return found


def admission(per_minute: int = 0) -> Admission:
    Still.at = 100.0
    return Admission(per_minute=per_minute, clock=Still(), granted=made().policies.granted)


@pytest.mark.parametrize("tools", [["salaries"], ["purge", "open_valve"], ["no such tool"]])
def test_a_query_that_names_only_forbidden_tools_is_forbidden(tools: list[str]) -> None:
    with pytest.raises(Forbidden):
        admission().admit(arrived(tools=tools))
    admission().admit(arrived(tools=[*tools, "readings"]))


def test_a_device_that_may_change_nothing_cannot_ask_for_it() -> None:
    with pytest.raises(Forbidden, match="may not change"):
        admission().admit(arrived(effects=True))
    admission().admit(arrived("tech-south", effects=True))


def test_a_device_that_asks_too_fast_is_told_when_to_ask_again() -> None:
    asks = admission(per_minute=30)
    for _ in range(30):
        asks.admit(arrived())
    with pytest.raises(RateLimited) as refused:
        asks.admit(arrived())
    assert refused.value.retry_after_s == 2.0
    asks.admit(arrived("kiosk-south"))  # another one's pace is its own
    asks.admit(arrived(""))
    Still.at += 2.0
    asks.admit(arrived())
    with pytest.raises(RateLimited):
        asks.admit(arrived())
    Still.at += 3600.0  # a pause saves up one minute's queries, no more
    for _ in range(30):
        asks.admit(arrived())
    with pytest.raises(RateLimited):
        asks.admit(arrived())


def test_names_without_end_take_no_memory_without_end() -> None:
    asks = admission(per_minute=1)
    for number in range(DEVICES + 10):
        asks.admit(arrived(f"d{number}"))
    assert len(asks._paces) == DEVICES
