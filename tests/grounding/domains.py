# ruff: noqa: E501 (tables of phrases)
"""Made-up domains for grounding cases: six to build against, two held out. Imports nothing of the program."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Language = Literal["en", "de", "zh"]
Kind = Literal["number", "whole", "money", "day", "choice", "person"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "zh")


@dataclass(frozen=True)
class Attribute:
    """A field: its key, its names (German with the article), what its values are."""

    key: str
    names: dict[Language, str]
    kind: Kind
    unit: str | None = None
    low: float = 0
    high: float = 0
    digits: int = 0
    choices: dict[Language, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Domain:
    """Records of one kind. ``label``: makes a record's name; German plural nouns stand as subjects do."""

    name: str
    label_key: str
    nouns: dict[Language, str]
    plurals: dict[Language, str]
    label: Callable[[random.Random, int, Language], str]
    attributes: tuple[Attribute, ...]
    held_out: bool = False


PEOPLE: dict[Language, tuple[str, ...]] = {
    "en": ("Grace Nolan", "Peter Wade", "Ines Salter", "Omar Finch", "Ruth Akers", "Leo Brandt", "Mira Castle", "Hugh Dyer"),
    "de": ("Jonas Kessler", "Petra Vogt", "Anke Lindner", "Uwe Brehm", "Sonja Reiter", "Karl Dietz", "Heike Moser", "Rolf Ebert"),
    "zh": ("陈建国", "林晓梅", "赵国强", "孙丽华", "周志明", "吴秀英", "郑海涛", "冯雪琴"),
}  # fmt: skip
START = date(2025, 1, 3)


def value(attribute: Attribute, dice: random.Random, language: Language) -> Any:
    """A random value of an attribute, as a database holds it."""
    match attribute.kind:
        case "number" | "money":
            return round(dice.uniform(attribute.low, attribute.high), attribute.digits)
        case "whole":
            return dice.randint(int(attribute.low), int(attribute.high))
        case "day":
            return (START + timedelta(days=dice.randrange(600))).isoformat()
        case "choice":
            assert attribute.choices is not None
            return dice.choice(attribute.choices[language])
        case "person":
            return dice.choice(PEOPLE[language])


def _names(en: str, de: str, zh: str) -> dict[Language, str]:
    return {"en": en, "de": de, "zh": zh}


def _choices(en: str, de: str, zh: str) -> dict[Language, tuple[str, ...]]:
    return {"en": tuple(en.split("|")), "de": tuple(de.split("|")), "zh": tuple(zh.split("|"))}


def _order(dice: random.Random, _number: int, _language: Language) -> str:
    return f"ORD-{dice.randint(1000, 9999)}"


def _cell(dice: random.Random, _number: int, _language: Language) -> str:
    return f"{dice.choice('ABCDEFG')}{dice.randint(10, 99)}-{dice.randint(1, 3)}"


def _employee(_dice: random.Random, number: int, language: Language) -> str:
    return PEOPLE[language][number]


def _machine(dice: random.Random, number: int, language: Language) -> str:
    kinds = _choices(
        "Press|Mixer|Lathe|Oven|Pump|Saw", "Presse|Mischer|Drehbank|Ofen|Pumpe|Säge", "压机|搅拌机|车床|烤炉|水泵|锯床"
    )
    return f"{kinds[language][number % 6]} {dice.randint(1, 9)}"


def _plate(dice: random.Random, _number: int, _language: Language) -> str:
    return f"{dice.choice(['KA', 'FR', 'HH', 'MZ'])}-{dice.choice('BCDFGH')}{dice.choice('KLMNP')} {dice.randint(100, 999)}"


def _book(_dice: random.Random, number: int, language: Language) -> str:
    titles = _choices(
        "The Silent Harbour|Winter Orchard|A Map of Rain|Glass Mountains|The Ninth Lantern|Paper Rivers",
        "Der stille Hafen|Wintergarten|Landkarte des Regens|Gläserne Berge|Die neunte Laterne|Flüsse aus Papier",
        "寂静的港湾|冬日果园|雨之地图|玻璃山脉|第九盏灯笼|纸上河流",
    )
    return titles[language][number % 6]


def _medicine(dice: random.Random, number: int, _language: Language) -> str:
    return f"{('Relaxan', 'Dolovit', 'Cardosel', 'Nasopur', 'Febrilin', 'Oculan')[number % 6]} {dice.choice((50, 100, 200, 400))}"


def _plant(dice: random.Random, number: int, language: Language) -> str:
    places = _choices(
        "Millbrook|Eastfield|Harrow Hill|Stonegate|Lowmoor|Birchley",
        "Mühlbach|Ostfeld|Harrberg|Steintor|Niedermoor|Birkental",
        "青山电站|东湖电站|北坡电站|石门电站|南湾电站|白桦电站",
    )
    return places[language][number % 6]


DOMAINS: tuple[Domain, ...] = (
    Domain(
        "orders", "order_id", _names("order", "Bestellung", "订单"), _names("orders", "Bestellungen", "订单"), _order,
        (
            Attribute("total", _names("total", "der Gesamtbetrag", "总额"), "money", "EUR", 1000, 9000, 2),
            Attribute("items", _names("item count", "die Artikelzahl", "商品数量"), "whole", None, 2, 40),
            Attribute("weight_kg", _names("weight", "das Gewicht", "重量"), "number", "kg", 1, 30, 1),
            Attribute("placed_on", _names("order date", "das Bestelldatum", "下单日期"), "day"),
            Attribute("status", _names("status", "der Status", "状态"), "choice",
                      choices=_choices("shipped|packed|delayed", "versandt|verpackt|verspätet", "已发货|已打包|延误")),
            Attribute("customer", _names("customer", "der Kunde", "客户"), "person"),
        ),
    ),
    Domain(
        "cells", "cell", _names("cell", "Zelle", "小区"), _names("cells", "Zellen", "小区"), _cell,
        (
            Attribute("prb_load", _names("PRB load", "die PRB-Last", "PRB负载"), "number", "%", 10, 99, 1),
            Attribute("spectral_efficiency", _names("spectral efficiency", "die spektrale Effizienz", "频谱效率"), "number",
                      "bit/s/Hz", 1, 6, 2),
            Attribute("alarms", _names("alarm count", "die Alarmzahl", "告警数"), "whole", None, 1, 12),
            Attribute("range", _names("range", "die Reichweite", "覆盖距离"), "whole", "m", 1100, 9800),
            Attribute("installed", _names("installation date", "das Installationsdatum", "安装日期"), "day"),
            Attribute("vendor", _names("vendor", "der Hersteller", "厂商"), "choice",
                      choices=_choices("Nordwave|Telbrix|Openmast", "Nordwave|Telbrix|Openmast", "北波|泰信|开塔")),
        ),
    ),
    Domain(
        "staff", "name", _names("employee", "Mitarbeiter", "员工"), _names("employees", "Mitarbeiter", "员工"), _employee,
        (
            Attribute("salary", _names("salary", "das Gehalt", "工资"), "money", "EUR", 2500, 7500, 2),
            Attribute("vacation_days", _names("vacation balance", "der Urlaubsanspruch", "剩余年假"), "whole", "days", 3, 30),
            Attribute("hired", _names("hiring date", "das Eintrittsdatum", "入职日期"), "day"),
            Attribute("team", _names("team", "das Team", "团队"), "choice",
                      choices=_choices("logistics|finance|quality", "Logistik|Finanzen|Qualität", "物流部|财务部|质量部")),
            Attribute("overtime", _names("overtime", "die Mehrarbeit", "加班时间"), "number", "h", 1, 60, 1),
        ),
    ),
    Domain(
        "machines", "machine", _names("machine", "Maschine", "机器"), _names("machines", "Maschinen", "机器"), _machine,
        (
            Attribute("temperature", _names("temperature", "die Temperatur", "温度"), "number", "°C", 20, 95, 1),
            Attribute("runtime", _names("runtime", "die Laufzeit", "运行时间"), "whole", "min", 60, 900),
            Attribute("output", _names("output", "die Produktion", "产量"), "whole", None, 1000, 60000),
            Attribute("serviced", _names("service date", "das Wartungsdatum", "维护日期"), "day"),
            Attribute("power", _names("power", "die Leistung", "功率"), "number", "kW", 2, 80, 2),
            Attribute("state", _names("state", "der Zustand", "运行状态"), "choice",
                      choices=_choices("running|idle|stopped", "aktiv|wartend|gestoppt", "运行中|空闲|停机")),
        ),
    ),
    Domain(
        "fleet", "plate", _names("vehicle", "Fahrzeug", "车辆"), _names("vehicles", "Fahrzeuge", "车辆"), _plate,
        (
            Attribute("mileage", _names("mileage", "der Kilometerstand", "里程"), "whole", "km", 1200, 190000),
            Attribute("fuel_level", _names("fuel level", "der Tankstand", "油量"), "whole", "%", 5, 100),
            Attribute("inspected", _names("inspection date", "das Prüfdatum", "年检日期"), "day"),
            Attribute("driver", _names("driver", "der Fahrer", "司机"), "person"),
            Attribute("consumption", _names("consumption", "der Verbrauch", "油耗"), "number", "l", 4, 22, 1),
            Attribute("depot", _names("depot", "das Depot", "车场"), "choice",
                      choices=_choices("north yard|harbour|east gate", "Nordhof|Hafen|Osttor", "北场|港口|东门")),
        ),
    ),
    Domain(
        "library", "title", _names("book", "Buch", "图书"), _names("books", "Bücher", "图书"), _book,
        (
            Attribute("pages", _names("page count", "die Seitenzahl", "页数"), "whole", None, 90, 1400),
            Attribute("price", _names("price", "der Preis", "价格"), "money", "EUR", 5, 80, 2),
            Attribute("published", _names("publication date", "das Erscheinungsdatum", "出版日期"), "day"),
            Attribute("shelf", _names("shelf", "das Regal", "书架"), "choice",
                      choices=_choices("fiction|travel|history", "Belletristik|Reise|Geschichte", "小说|旅行|历史")),
            Attribute("loans", _names("loan count", "die Ausleihzahl", "借阅次数"), "whole", None, 2, 60),
            Attribute("size", _names("file size", "die Dateigröße", "文件大小"), "number", "MB", 1, 400, 1),
        ),
    ),
    Domain(
        "pharmacy", "medicine", _names("medicine", "Medikament", "药品"), _names("medicines", "Medikamente", "药品"), _medicine,
        (
            Attribute("dose", _names("daily dose", "die Tagesdosis", "每日剂量"), "whole", "mg", 50, 1200),
            Attribute("packs", _names("pack count", "die Packungszahl", "包装数"), "whole", None, 2, 80),
            Attribute("copay", _names("copayment", "die Zuzahlung", "自付额"), "money", "EUR", 5, 60, 2),
            Attribute("expires", _names("expiry date", "das Verfallsdatum", "有效期"), "day"),
            Attribute("storage", _names("storage", "die Lagerung", "储存方式"), "choice",
                      choices=_choices("refrigerated|dry|dark", "gekühlt|trocken|dunkel", "冷藏|干燥|避光")),
            Attribute("volume", _names("volume", "das Volumen", "容积"), "number", "ml", 5, 500, 1),
        ),
        held_out=True,
    ),
    Domain(
        "solar", "plant", _names("solar plant", "Solaranlage", "光伏电站"), _names("solar plants", "Solaranlagen", "光伏电站"), _plant,
        (
            Attribute("energy", _names("energy yield", "der Energieertrag", "发电量"), "number", "kWh", 1000, 90000, 1),
            Attribute("panels", _names("panel count", "die Modulzahl", "组件数"), "whole", None, 4, 900),
            Attribute("voltage", _names("string voltage", "die Strangspannung", "组串电压"), "whole", "V", 300, 1000),
            Attribute("commissioned", _names("commissioning date", "das Inbetriebnahmedatum", "投运日期"), "day"),
            Attribute("inverter", _names("inverter", "der Wechselrichter", "逆变器"), "choice",
                      choices=_choices("Voltaro|Sunlink|Helion", "Voltaro|Sunlink|Helion", "沃尔特|阳光联|海利")),
            Attribute("losses", _names("losses", "die Verluste", "损耗"), "number", "%", 1, 20, 2),
        ),
        held_out=True,
    ),
)  # fmt: skip
