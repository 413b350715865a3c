"""A made-up works in three languages: machines, parcels, rooms. From a seed; imports nothing of the program."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Language = Literal["en", "de", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "zh")
Row = dict[str, Any]

#: collection → its label and the name of one record, of several.
LABELS = {"machines": "name", "parcels": "parcel", "rooms": "room"}
NOUNS: dict[str, dict[Language, tuple[str, str]]] = {
    "machines": {"en": ("machine", "machines"), "de": ("Maschine", "Maschinen"), "zh": ("机器", "机器")},
    "parcels": {"en": ("parcel", "parcels"), "de": ("Paket", "Pakete"), "zh": ("包裹", "包裹")},
    "rooms": {"en": ("room", "rooms"), "de": ("Raum", "Räume"), "zh": ("会议室", "会议室")},
}
#: What an operator writes as the description of a field, in the language of the site.
FIELDS: dict[str, dict[str, dict[Language, str]]] = {
    "machines": {
        "name": {"en": "name of the machine", "de": "Maschine", "zh": "机器"},
        "hall": {"en": "hall where it stands", "de": "Halle", "zh": "厂房"},
        "state": {"en": "state of the machine", "de": "Zustand", "zh": "状态"},
        "temperature": {"en": "temperature of the machine", "de": "Temperatur", "zh": "温度"},
        "power": {"en": "power that it takes", "de": "Leistung", "zh": "功率"},
        "serviced": {"en": "when it was last serviced", "de": "letzte Wartung", "zh": "上次保养"},
        "supplier": {"en": "supplier of the machine", "de": "Lieferant", "zh": "供应商"},
    },
    "parcels": {
        "parcel": {"en": "number of the parcel", "de": "Paket", "zh": "包裹"},
        "status": {"en": "status of the parcel", "de": "Status", "zh": "状态"},
        "destination": {"en": "city where it goes", "de": "Zielort", "zh": "目的地"},
        "weight": {"en": "weight of the parcel", "de": "Gewicht", "zh": "重量"},
        "price": {"en": "price of the parcel", "de": "Preis", "zh": "价格"},
        "due": {"en": "day it is due", "de": "Liefertermin", "zh": "到期日"},
        "note": {"en": "note on the parcel", "de": "Hinweis", "zh": "备注"},
    },
    "rooms": {
        "room": {"en": "name of the room", "de": "Raum", "zh": "会议室"},
        "floor": {"en": "floor", "de": "Stockwerk", "zh": "楼层"},
        "seats": {"en": "number of seats", "de": "Sitzplätze", "zh": "座位数"},
        "area": {"en": "area of the room", "de": "Fläche", "zh": "面积"},
        "projector": {"en": "whether it has a projector", "de": "Beamer", "zh": "投影仪"},
    },
}
UNITS = {"temperature": "°C", "power": "kW", "weight": "kg", "price": "EUR", "area": "m²"}

_MACHINES: dict[Language, tuple[str, ...]] = {
    "en": ("Press {n}", "Mixer {n}", "Oven {n}", "Drill {n}"),
    "de": ("Presse {n}", "Mischer {n}", "Ofen {n}", "Bohrer {n}"),
    "zh": ("{n}号冲床", "{n}号搅拌机", "{n}号烤炉", "{n}号钻床"),
}
HALLS: dict[Language, tuple[str, ...]] = {
    "en": ("North", "South", "West"),
    "de": ("Nord", "Süd", "West"),
    "zh": ("北厂房", "南厂房", "西厂房"),
}
STATES: dict[Language, tuple[str, ...]] = {
    "en": ("running", "idle", "stopped"),
    "de": ("in Betrieb", "im Leerlauf", "gestört"),
    "zh": ("运行中", "空闲", "停机"),
}
STATUSES: dict[Language, tuple[str, ...]] = {
    "en": ("packed", "shipped", "delayed", "delivered"),
    "de": ("verpackt", "versandt", "verspätet", "zugestellt"),
    "zh": ("已打包", "已发货", "延误", "已送达"),
}
CITIES: dict[Language, tuple[str, ...]] = {
    "en": ("Leeds", "Bristol", "Cardiff", "Dundee", "Norwich", "Exeter", "Derby", "Swansea"),
    "de": ("Bremen", "Kassel", "Erfurt", "Passau", "Rostock", "Ulm", "Trier", "Jena"),
    "zh": ("上海", "成都", "武汉", "西安", "青岛", "大连", "厦门", "昆明"),
}
NOTES: dict[Language, tuple[str, ...]] = {
    "en": ("fragile", "keep dry", "this side up"),
    "de": ("zerbrechlich", "trocken lagern", "nicht stürzen"),
    "zh": ("易碎", "保持干燥", "此面朝上"),
}
_SUPPLIERS = ("Halvex", "Brontec", "Orvalin")
_ROOMS: dict[Language, str] = {"en": "Room {n}", "de": "Raum {n}", "zh": "{n}号会议室"}
_YEAR = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Site:
    """The rows of each collection, as the database gets them."""

    language: Language
    rows: dict[str, list[Row]]

    def label(self, collection: str, row: Row) -> str:
        return str(row[LABELS[collection]])

    def texts(self) -> Iterator[str]:
        """Every text that some row holds."""
        for rows in self.rows.values():
            for row in rows:
                yield from (value for value in row.values() if isinstance(value, str))


def site(seed: int, language: Language) -> Site:
    """Make a site's data."""
    dice = random.Random(f"{seed} {language}")
    return Site(
        language=language,
        rows={
            "machines": list(_machines(dice, language)),
            "parcels": list(_parcels(dice, language)),
            "rooms": list(_rooms(dice, language)),
        },
    )


def _machines(dice: random.Random, language: Language) -> Iterator[Row]:
    powers = dice.sample(range(20, 900), 24)
    temperatures = dice.sample(range(310, 980), 24)
    for index in range(24):
        form = _MACHINES[language][index % 4]
        row: Row = {
            "name": form.format(n=index // 4 + 1),
            "hall": HALLS[language][dice.randrange(3)],
            "state": dice.choices(STATES[language], (6, 2, 1))[0],
            "temperature": temperatures[index] / 10,
            "power": powers[index] / 10,
            "serviced": _YEAR + timedelta(days=dice.randrange(300), minutes=15 * dice.randrange(28, 72)),
        }
        # Of every third one nobody wrote down who supplied it.
        yield row if index % 3 == 0 else row | {"supplier": dice.choice(_SUPPLIERS)}


def _parcels(dice: random.Random, language: Language) -> Iterator[Row]:
    numbers = dice.sample(range(1000, 9999), 36)
    weights = dice.sample(range(8, 480), 36)
    prices = dice.sample(range(390, 14900), 36)
    for index, number in enumerate(numbers):
        row: Row = {
            "parcel": f"PK-{number}",
            "status": dice.choices(STATUSES[language], (3, 6, 2, 5))[0],
            "destination": dice.choice(CITIES[language]),
            "weight": weights[index] / 10,
            "price": prices[index] / 100,
            "due": (_YEAR + timedelta(days=dice.randrange(320))).date().isoformat(),
        }
        yield row if index % 2 else row | {"note": dice.choice(NOTES[language])}


def _rooms(dice: random.Random, language: Language) -> Iterator[Row]:
    areas = dice.sample(range(120, 990), 12)
    seats = dice.sample(range(4, 60), 12)
    for index in range(12):
        yield {
            "room": _ROOMS[language].format(n=11 + 3 * index),
            "floor": index // 3 + 1,
            "seats": seats[index],
            "area": areas[index] / 10,
            "projector": dice.random() < 0.45,
        }
