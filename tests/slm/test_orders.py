from __future__ import annotations

from edge_agent.slm.orders import Orders
from edge_agent.slm.protocol import Leave, Open, Stop, Write


class Flag:
    def __init__(self) -> None:
        self._up = False

    def set(self) -> None:
        self._up = True

    def clear(self) -> None:
        self._up = False

    def up(self) -> bool:
        return self._up


def write(job: int, seat: int) -> Write:
    return Write(job=job, seat=seat, question="?", tables=(), max_tokens=1)


def given(*taken: Open | Write | Stop | Leave) -> tuple[Orders, Flag]:
    flag = Flag()
    orders = Orders(flag.set, flag.clear)
    for order in taken:
        orders.take(order)
    return orders, flag


def test_writers_come_before_early_parts_and_in_their_order() -> None:
    orders, _ = given(Open(seat=1, question="?"), write(10, 2), write(11, 3))
    assert [orders.next(early=True) for _ in range(3)] == [write(10, 2), write(11, 3), Open(seat=1, question="?")]


def test_an_early_part_gives_way_to_another_seats_writer_and_is_done_later() -> None:
    orders, flag = given(Open(seat=1, question="?"))
    early = orders.next(early=True)
    assert isinstance(early, Open)
    orders.take(write(10, 2))
    assert flag.up()
    orders.again(early)
    assert orders.next(early=True) == write(10, 2)
    assert not flag.up()
    assert orders.next(early=True) == early


def test_an_early_part_goes_on_when_its_own_seat_writes() -> None:
    orders, flag = given(Open(seat=1, question="?"))
    orders.next(early=True)
    orders.take(write(10, 1))
    assert not flag.up()
    assert orders.next(early=True) == write(10, 1)


def test_a_seat_that_writes_before_its_early_part_began_needs_none() -> None:
    orders, _ = given(Open(seat=1, question="?"), write(10, 1), Leave(seat=9))
    assert [orders.next(early=True) for _ in range(2)] == [Leave(seat=9), write(10, 1)]
    orders.take(Leave(seat=8))
    assert orders.next(early=True) == Leave(seat=8)


def test_stopping_ends_the_running_answer_but_no_other() -> None:
    orders, flag = given(write(10, 1))
    orders.next(early=True)
    assert orders.take(Stop(job=11)) == []
    assert not flag.up()
    assert orders.take(Stop(job=10)) == []
    assert flag.up()


def test_an_answer_that_is_stopped_before_it_began_is_handed_back() -> None:
    orders, _ = given(write(10, 1), write(11, 2))
    assert orders.take(Stop(job=11)) == [write(11, 2)]
    assert orders.take(Leave(seat=1)) == [write(10, 1)]


def test_leaving_a_seat_ends_all_that_runs_for_it() -> None:
    orders, flag = given(Open(seat=1, question="?"))
    early = orders.next(early=True)
    assert isinstance(early, Open)
    orders.take(Leave(seat=1))
    assert flag.up()
    orders.again(early)
    assert orders.next(early=True) == Leave(seat=1)
    orders.take(write(10, 2))
    assert orders.next(early=True) == write(10, 2)


def test_without_room_to_park_early_parts_wait() -> None:
    orders, _ = given(Open(seat=1, question="?"), Leave(seat=7))
    orders.next(early=False)
    orders.take(write(10, 2))
    assert orders.next(early=False) == write(10, 2)
