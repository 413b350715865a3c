"""The demo's questions, each with what its answer must say and must not say, by gold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge_agent.demo import gold
from edge_agent.demo.seed import Store

#: A text, a number, or several of which one is enough.
Value = str | float | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """``nothing``: no record can answer it, so no model may be asked. ``count``: no other number may be said."""

    prompt: str
    tools: frozenset[str] = frozenset()
    must: tuple[Value, ...] = ()
    must_not: frozenset[str] = frozenset()
    nothing: bool = False
    count: bool = False


def questions(store: Store, now: datetime) -> tuple[Question, ...]:
    """All of them, with the gold of these rows as seen at ``now``."""
    return (*_field_one(store, now), *_shop(store), *_field_two(store, now), *_unanswerable(store))


def _field_one(store: Store, now: datetime) -> tuple[Question, ...]:
    field = store["field"]
    cells = gold.loads(field["measurements"], 12, now)
    caller = "SUB-20464"
    need = gold.only(field["subscribers"], subscriber=caller)["monthly_gb"]
    offer = gold.fitting_offer(field["offers"], need)
    ticket = gold.only(field["tickets"], subscriber=caller, state="open")
    return (
        Question(
            prompt="Which cell at site 12 is the bottleneck?",
            tools=frozenset({"site_load"}),
            must=(cells[0][0],),
            must_not=_others([cell for cell, _ in cells], cells[0][0]),
        ),
        Question(
            prompt=f"Which offer fits subscriber {caller}?",
            tools=frozenset({"fitting_offer"}),
            must=(offer["offer"],),
            must_not=_others([row["offer"] for row in field["offers"]], offer["offer"]),
        ),
        Question(
            prompt=f"What is subscriber {caller}'s open ticket about?",
            tools=frozenset({"open_tickets"}),
            must=(ticket["subject"],),
            must_not=_others([row["subject"] for row in field["tickets"]], ticket["subject"]),
        ),
    )


def _shop(store: Store) -> tuple[Question, ...]:
    shop = store["shop"]
    products = [row["product"] for row in shop["products"]]
    second, fourth = gold.revenue(shop["sales"], "Q2", "product"), gold.revenue(shop["sales"], "Q4", "category")
    empty = [row["product"] for row in gold.where(shop["products"], stock=0)]
    order = gold.only(shop["orders"], order="SO-10135")
    return (
        Question(
            prompt="What was the top selling product in Q2 by revenue?",
            tools=frozenset({"sales_by_product"}),
            must=(second[0][0], second[0][1]),
            must_not=_others(products, second[0][0]),
        ),
        Question(
            prompt="Which category had the highest revenue in Q4?",
            tools=frozenset({"sales_by_category"}),
            must=(fourth[0][0],),
            must_not=_others([category for category, _ in fourth], fourth[0][0]),
        ),
        Question(
            prompt="How many orders are delayed?",
            tools=frozenset({"orders"}),
            must=(float(len(gold.where(shop["orders"], status="delayed"))),),
            count=True,
        ),
        Question(
            prompt="Which products are out of stock?",
            tools=frozenset({"products_out_of_stock"}),
            must=tuple(empty),
            must_not=_others(products, *empty),
        ),
        Question(
            prompt="What is the status of order SO-10135, and which products are out of stock?",
            tools=frozenset({"order_status", "products_out_of_stock"}),
            must=(order["status"], *empty),
            must_not=_others(products, order["product"], *empty),
        ),
    )


def _field_two(store: Store, now: datetime) -> tuple[Question, ...]:
    field = store["field"]
    cells = gold.loads(field["measurements"], 21, now)
    active = gold.where(field["alarms"], state="active")
    critical = gold.where(active, site=21, severity="critical")
    called = gold.only(field["subscribers"], subscriber="SUB-20437")
    return (
        Question(
            prompt="What is the spectral efficiency of cell 12-C now?",
            tools=frozenset({"cell_now"}),
            must=(gold.latest(field["measurements"], "12-C")["spectral_efficiency"],),
            must_not=_others({row["cell"] for row in field["measurements"]}, "12-C"),
        ),
        Question(
            prompt="How many alarms are active at site 7?",
            tools=frozenset({"active_alarms"}),
            must=(float(len(gold.where(active, site=7))),),
            count=True,
        ),
        Question(
            prompt="Which cell at site 21 is the bottleneck, and which critical alarms are active at site 21?",
            tools=frozenset({"site_load", "active_alarms"}),
            must=(cells[0][0], *((row["alarm"], row["text"]) for row in critical)),
            must_not=_others([row["alarm"] for row in field["alarms"]], *(row["alarm"] for row in critical)),
        ),
        Question(
            prompt="What is the phone number of subscriber SUB-20437?",
            tools=frozenset({"subscriber_contact"}),
            must=(called["phone"],),
            must_not=_others([row["phone"] for row in field["subscribers"]], called["phone"]),
        ),
    )


def _unanswerable(store: Store) -> tuple[Question, ...]:
    said = frozenset(row["product"] for row in store["shop"]["products"])
    return (
        Question(prompt="What will the weather be like tomorrow?", must_not=said, nothing=True),
        Question(
            prompt="What is the status of order SO-99999?",
            tools=frozenset({"order_status"}),
            must_not=said | {row["order"] for row in store["shop"]["orders"]},
            nothing=True,
        ),
    )


def _others(all_of: Iterable[str], *but: str) -> frozenset[str]:
    return frozenset(all_of) - set(but)
