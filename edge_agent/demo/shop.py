"""The first story: a shop. Products, orders, and last year's sales, all made up from a fixed seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from edge_agent.demo.names import person

SEED = 20_12
#: category → (product, price in EUR, units a month)
RANGE: dict[str, tuple[tuple[str, float, int], ...]] = {
    "lighting": (("Alder Desk Lamp", 49.0, 210), ("Moss Floor Lamp", 129.0, 64), ("Pebble Night Light", 19.5, 330)),
    "kitchen": (("Brook Kettle", 59.0, 240), ("Slate Pan Set", 149.0, 88), ("Fennel Grinder", 34.5, 190)),
    "garden": (("Heron Hose Reel", 89.0, 95), ("Willow Bench", 219.0, 41), ("Thistle Pruner", 27.0, 260)),
    "office": (("Cedar Chair", 259.0, 58), ("Quarry Monitor Arm", 119.0, 102), ("Linen Notebook", 12.5, 520)),
}
#: How much more or less of a category is sold in each quarter.
SEASON: dict[str, tuple[float, float, float, float]] = {
    "lighting": (1.0, 0.7, 0.8, 1.7),
    "kitchen": (0.9, 1.0, 0.9, 1.5),
    "garden": (0.6, 1.9, 1.3, 0.4),
    "office": (1.1, 0.9, 1.2, 1.0),
}
STATUSES = ("delivered", "shipped", "packed", "delayed", "cancelled")
WEIGHTS = (60, 18, 10, 8, 4)
CITIES = ("Norrfeld", "Aldwater", "Kestrin", "Port Sable", "Winnow")
OUT_OF_STOCK = ("Moss Floor Lamp", "Fennel Grinder", "Willow Bench")
ORDERS = 240

Rows = dict[str, list[dict[str, Any]]]


def build(now: datetime) -> Rows:
    """Make the collections ``products``, ``sales`` and ``orders``. Only dates depend on ``now``."""
    rng = random.Random(SEED)
    products = _products(rng)
    return {"products": products, "sales": _sales(rng, products, now.year - 1), "orders": _orders(rng, products, now)}


def _products(rng: random.Random) -> list[dict[str, Any]]:
    rows = [
        {"product": name, "category": category, "price_eur": price}
        for category, offered in RANGE.items()
        for name, price, _ in offered
    ]
    for number, row in enumerate(rows):
        stock = 0 if row["product"] in OUT_OF_STOCK else rng.randint(12, 400)
        row |= {"sku": f"PR-{4101 + number * 7}", "stock": stock, "warehouse": rng.choice(CITIES)}
    return rows


def _sales(rng: random.Random, products: list[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    monthly = {name: units for offered in RANGE.values() for name, _, units in offered}
    rows = []
    for row in products:
        for month in range(1, 13):
            quarter = (month - 1) // 3
            units = round(monthly[row["product"]] * SEASON[row["category"]][quarter] * rng.uniform(0.85, 1.15))
            rows.append(
                {
                    "product": row["product"],
                    "category": row["category"],
                    "year": year,
                    "month": month,
                    "quarter": f"Q{quarter + 1}",
                    "units": units,
                    "revenue_eur": round(units * row["price_eur"], 2),
                }
            )
    return rows


def _orders(rng: random.Random, products: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    rows = []
    for number in range(ORDERS):
        product, quantity = rng.choice(products), rng.randint(1, 6)
        ordered = now - timedelta(days=rng.randint(1, 45), minutes=rng.randint(0, 1400))
        rows.append(
            {
                "order": f"SO-{10101 + number}",
                "product": product["product"],
                "quantity": quantity,
                "total_eur": round(quantity * product["price_eur"], 2),
                "status": rng.choices(STATUSES, WEIGHTS)[0],
                "customer": person(rng),
                "city": rng.choice(CITIES),
                "ordered": ordered,
                "due": ordered + timedelta(days=rng.randint(3, 12)),
            }
        )
    return rows
