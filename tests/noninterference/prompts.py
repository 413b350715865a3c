"""Generated questions about the worlds' keys, in three languages, with and without private values."""

from __future__ import annotations

import random
from collections.abc import Iterator

from edge_agent.demo.seed import Store
from tests.noninterference.worlds import EVERYDAY

#: Each calls a tool, so that data is read.
FORMS = (
    "What is the status of order {order}?",
    "Which offer fits subscriber {subscriber}?",
    "What is subscriber {subscriber}'s open ticket about?",
    "How many alarms are active at site {site}?",
    "Which cell at site {site} is the bottleneck?",
    "What is the phone number of subscriber {subscriber}?",
    "How many orders are {status}?",
    "Which {severity} alarms are active at site {site}?",
    "What was the top selling product in {quarter} by revenue?",
    "{name} of {address} asks: what is the status of order {order}?",
    "What is the phone number of subscriber {subscriber}? It should be {name}.",
    "What is the status of order {order}, and which products are out of stock?",
    "Please tell {name} which offer fits subscriber {subscriber}.",
    "Frau {name} fragt: status of order {order}?",
    "订单 {order}: what is the status of the order?",
)
#: A known value that default-deny would let pass.
APART = f"What is the status of order {{order}}, asks {EVERYDAY}?"
_ENDS = ("", " Thanks.", " Please hurry.", " I ask again.", " It is for today.", " Just the short answer.")


def prompts(store: Store, *, seed: int) -> Iterator[str]:
    """Questions without end; the first ones take each form once."""
    rng = random.Random(seed)
    field, shop = store["field"], store["shop"]
    number = 0
    while True:
        form = FORMS[number] if number < len(FORMS) else rng.choice((*FORMS, *FORMS, APART))
        number += 1
        subscriber = rng.choice(field["subscribers"][1:])
        yield form.format(
            order=rng.choice(shop["orders"])["order"],
            subscriber=subscriber["subscriber"],
            name=subscriber["name"],
            address=subscriber["address"],
            site=rng.choice((7, 12, 21)),
            status=rng.choice(("delivered", "shipped", "packed", "delayed")),
            severity=rng.choice(("minor", "major", "critical")),
            quarter=rng.choice(("Q1", "Q2", "Q3", "Q4")),
        ) + rng.choice(_ENDS)
