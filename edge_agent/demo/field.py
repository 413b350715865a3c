"""The second story: field sites of a telephone network. Cells, alarms, tickets, subscribers, offers, all made up."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from typing import Any

from edge_agent.demo.names import person

SEED = 20_26
DAYS = 7
#: cell → (mean PRB load in %, spectral efficiency in bit/s/Hz)
CELLS: dict[str, tuple[float, float]] = {
    "7-A": (41.0, 2.9),
    "7-B": (38.0, 3.1),
    "7-C": (63.0, 2.2),
    "12-A": (57.0, 2.4),
    "12-B": (84.0, 1.3),
    "12-C": (46.0, 2.7),
    "21-A": (72.0, 1.9),
    "21-B": (33.0, 3.3),
    "21-C": (28.0, 3.4),
}
SUBSCRIBERS = 40
#: offer, data in GB, price in EUR a month
OFFERS = (
    ("Drizzle", 5, 9.9),
    ("Brookside", 15, 14.9),
    ("Rapids", 40, 22.9),
    ("Delta", 100, 34.9),
    ("Ocean", 400, 49.9),
)
ALARMS = (
    "high temperature",
    "fan failure",
    "door open",
    "link degraded",
    "supply on battery",
    "clock not synced",
)
SUBJECTS = (
    "no data service indoors",
    "calls drop during the evening",
    "invoice shows a wrong roaming fee",
    "SIM card is not recognised",
    "slow upload at home",
    "voicemail can not be reached",
)
STREETS = ("Ferrow Lane", "Old Mill Row", "Harbour Steps", "Tin Street", "Larch Way")

Rows = dict[str, list[dict[str, Any]]]


def build(now: datetime) -> Rows:
    """Make ``measurements``, ``alarms``, ``tickets``, ``subscribers`` and ``offers``. Only times depend on ``now``."""
    rng = random.Random(SEED)
    subscribers = _subscribers(rng)
    return {
        "measurements": _measurements(rng, now),
        "alarms": _alarms(rng, now),
        "tickets": _tickets(rng, subscribers, now),
        "subscribers": subscribers,
        "offers": [{"offer": name, "data_gb": gb, "price_eur": price} for name, gb, price in OFFERS],
    }


def _site(cell: str) -> int:
    return int(cell.partition("-")[0])


def _measurements(rng: random.Random, now: datetime) -> list[dict[str, Any]]:
    """One an hour, the newest half an hour old: so a window of whole hours has no sample on its edge."""
    rows = []
    for cell, (load, efficiency) in CELLS.items():
        for back in range(DAYS * 24):
            swing = 9 * math.sin(back / 24 * 2 * math.pi)
            rows.append(
                {
                    "cell": cell,
                    "site": _site(cell),
                    "at": now - timedelta(hours=back, minutes=30),
                    "prb_load": round(load + swing + rng.uniform(-4, 4), 1),
                    "spectral_efficiency": round(efficiency + rng.uniform(-0.15, 0.15), 2),
                }
            )
    return rows


def _alarms(rng: random.Random, now: datetime) -> list[dict[str, Any]]:
    rows = []
    for number in range(36):
        cell = rng.choice(list(CELLS))
        rows.append(
            {
                "alarm": f"AL-{3301 + number}",
                "site": _site(cell),
                "cell": cell,
                "severity": rng.choice(("minor", "major", "critical")),
                "text": rng.choice(ALARMS),
                "state": rng.choices(("active", "cleared"), (1, 2))[0],
                "since": now - timedelta(hours=rng.randint(1, 150), minutes=7),
            }
        )
    return rows


def _subscribers(rng: random.Random) -> list[dict[str, Any]]:
    rows = []
    for number in range(SUBSCRIBERS):
        name = person(rng)
        rows.append(
            {
                "subscriber": f"SUB-{20401 + number * 3}",
                "name": name,
                # 030 23125 is set aside for fiction: nobody is called there. So is example.org.
                "phone": f"+49 30 23125 {100 + number * 17}",
                "email": f"{name.lower().replace(' ', '.')}@example.org",
                "address": f"{rng.randint(1, 90)} {rng.choice(STREETS)}",
                "tariff": rng.choice(OFFERS)[0],
                "monthly_gb": round(rng.uniform(2, 90), 1),
                "cell": rng.choice(list(CELLS)),
            }
        )
    return rows


def _tickets(rng: random.Random, subscribers: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Every third subscriber has one open ticket, and a closed one about something else."""
    rows = []
    for number, subscriber in enumerate(subscribers[::3]):
        subjects = rng.sample(SUBJECTS, 2)
        for subject, state, days in zip(subjects, ("open", "closed"), (rng.randint(1, 6), 40), strict=True):
            rows.append(
                {
                    "ticket": f"TK-{5201 + number * 2 + (state == 'closed')}",
                    "subscriber": subscriber["subscriber"],
                    "state": state,
                    "subject": subject,
                    "opened": now - timedelta(days=days, hours=3),
                }
            )
    return rows
