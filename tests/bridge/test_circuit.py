"""The circuit breaker, on times that the test gives."""

from __future__ import annotations

from edge_agent import config
from edge_agent.bridge.circuit import Circuit


def tripped() -> Circuit:
    circuit = Circuit(config.Circuit(failures=2, open_s=10))
    for now in (1.0, 2.0):
        assert circuit.wait_s(now) is None
        circuit.failed(now)
    return circuit


def test_it_stays_closed_while_successes_lie_between_failures() -> None:
    circuit = Circuit(config.Circuit(failures=2, open_s=10))
    for now in range(10):
        circuit.failed(now)
        circuit.succeeded()
    assert circuit.state(10) == "closed"


def test_after_failures_in_a_row_it_refuses_and_says_for_how_long() -> None:
    circuit = tripped()
    assert circuit.state(3) == "open"
    assert circuit.wait_s(3) == 9.0


def test_when_the_time_is_over_one_request_tries_and_the_others_wait() -> None:
    circuit = tripped()
    assert circuit.state(12) == "half_open"
    assert circuit.wait_s(12) is None
    assert circuit.wait_s(12) == 1.0


def test_the_try_closes_it_or_opens_it_again() -> None:
    closed, opened = tripped(), tripped()
    for circuit in (closed, opened):
        assert circuit.wait_s(12) is None
    closed.succeeded()
    opened.failed(13)
    assert (closed.state(13), opened.state(13)) == ("closed", "open")
    assert opened.wait_s(14) == 9.0


def test_a_try_that_was_cancelled_lets_another_one_try() -> None:
    circuit = tripped()
    assert circuit.wait_s(12) is None
    circuit.inconclusive()
    assert circuit.wait_s(12) is None
