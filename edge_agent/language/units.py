"""A small exact table of units: which can be converted into which, and by what factor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

#: dimension: "symbol,alias,alias=factor; …". Aliases in lower case match in any case, others only as they stand.
_TABLE: Final = {
    "length": (
        "mm,millimeter,millimetre,millimeters,millimetres,毫米=0.001; "
        "cm,centimeter,centimetre,centimeters,centimetres,zentimeter,厘米=0.01; "
        "m,meter,metre,meters,metres,metern,米=1; "
        "km,kilometer,kilometre,kilometers,kilometres,kilometern,公里,千米=1000; "
        "mi,mile,miles,meile,meilen,英里=1609.344; ft,foot,feet,fuss,英尺=0.3048"
    ),
    "mass": (
        "mg,milligram,milligrams,milligramm,毫克=0.001; g,gram,grams,gramm,克=1; "
        "kg,kilogram,kilograms,kilogramm,kilo,kilos,公斤,千克=1000; t,tonne,tonnes,tonnen,吨=1000000; "
        "lb,lbs,pound,pounds,pfund,磅=453.59237"
    ),
    "time": (
        "ms,millisecond,milliseconds,millisekunde,millisekunden,毫秒=0.001; "
        "s,sec,secs,second,seconds,sekunde,sekunden,秒,秒钟=1; min,mins,minute,minutes,minuten,分钟=60; "
        "h,hr,hrs,hour,hours,stunde,stunden,std,小时=3600; day,days,tag,tage,tagen,天=86400; "
        "week,weeks,woche,wochen,周=604800"
    ),
    "months": "month,months,monat,monate,monaten,个月=1; year,years,jahr,jahre,jahren=12",
    "bytes": (
        "B,byte,bytes,字节=1; kB,KB,kilobyte,kilobytes=1000; MB,megabyte,megabytes,兆字节=1000000; "
        "GB,gigabyte,gigabytes,吉字节=1000000000; TB,terabyte,terabytes=1000000000000; KiB=1024; MiB=1048576; "
        "GiB=1073741824; TiB=1099511627776"
    ),
    "bitrate": (
        "bit/s,bps=1; kbit/s,kbps,kb/s,Kbps=1000; Mbit/s,Mbps,mbps,Mb/s=1000000; Gbit/s,Gbps,gbps,Gb/s=1000000000"
    ),
    "EUR": "EUR,eur,€,euro,euros,欧元=100; ct,cent,cents,欧分=1",
    "USD": "USD,usd,$,US$,dollar,dollars,美元=1",
    "GBP": "GBP,gbp,£,英镑=1",
    "CNY": "CNY,RMB,cny,yuan,人民币,¥,元=1",
    "CHF": "CHF,chf,franken=1",
    "JPY": "JPY,jpy,yen,日元=1",
    "percent": "%,percent,pct,prozent,百分=1",
    "permille": "‰=1",
    "power": "mW=0.001; W,watt,watts,瓦=1; kW,kilowatt,kilowatts,千瓦=1000; MW,megawatt,megawatts,兆瓦=1000000",
    "energy": "Wh,wattstunden=1; kWh,kwh,kilowattstunden,千瓦时,度电=1000; MWh=1000000",
    "voltage": "mV=0.001; V,volt,volts,伏=1; kV=1000",
    "current": "mA=0.001; ampere,amperes,amp,amps,安培=1",
    "celsius": "°C,degrees Celsius,degrees celsius,Grad Celsius,celsius,degrees,degree,grad,摄氏度,℃,度=1",
    "fahrenheit": "°F,degrees Fahrenheit,degrees fahrenheit,Grad Fahrenheit,fahrenheit,华氏度=1",
    "kelvin": "kelvin=1",
    "frequency": "Hz,hertz,赫兹=1; kHz=1000; MHz=1000000; GHz=1000000000",
    "pressure": "Pa=1; hPa,mbar=100; kPa,千帕=1000; bar,巴=100000",
    "volume": (
        "ml,mL,milliliter,millilitre,milliliters,毫升=0.001; l,L,liter,litre,liters,litres,litern,升=1; "
        "m³,m3,立方米=1000"
    ),
    "area": (
        "m²,m2,square meter,square meters,square metre,square metres,quadratmeter,quadratmetern,平方米=1; "
        "ha,hectare,hectares,hektar,公顷=10000; km²,km2,平方公里=1000000"
    ),
    "speed": "m/s=3.6; km/h,kmh,kph=1; mph=1.609344",
    "decibel": "dB=1",
    "dbm": "dBm=1",
    "efficiency": "bit/s/Hz,bps/Hz,b/s/Hz=1",
    "rotation": "rpm,U/min,转/分=1",
    "ppm": "ppm=1",
    "ratio": "ratio,share,fraction,anteil=1",
}


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of a dimension: one of it is ``factor`` of the dimension's base."""

    dimension: str
    factor: Decimal
    symbol: str


def _read() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for dimension, line in _TABLE.items():
        for part in line.split("; "):
            aliases, factor = part.rsplit("=", 1)
            symbol, *others = aliases.split(",")
            unit = Unit(dimension=dimension, factor=Decimal(factor), symbol=symbol)
            for alias in (symbol, *others):
                found[alias] = unit
    return found


UNITS: Final = _read()
_LONGEST: Final = sorted(UNITS, key=len, reverse=True)
_SYMBOLS: Final = "|".join(map(re.escape, _LONGEST))
#: Directly after a number: "5km", "5 km", "30-minute", "5 %", "5公里".
AFTER: Final = re.compile(rf"[\s-]?(?P<unit>{_SYMBOLS})(?![A-Za-zÀ-ÿ0-9/²³])|[\s-]?(?P<word>[A-Za-zÀ-ÿ]+)")
BEFORE: Final = re.compile(r"(?P<unit>US\$|[$€£¥]|\b(?:EUR|USD|GBP|CHF|CNY|RMB)\b)\s?$")
_SUFFIXES: Final = {
    "pct": "%", "percent": "%", "eur": "EUR", "usd": "USD", "gbp": "GBP", "km": "km", "m": "m", "cm": "cm", "mm": "mm",
    "kg": "kg", "g": "g", "ms": "ms", "s": "s", "sec": "s", "seconds": "s", "min": "min", "minutes": "min", "h": "h",
    "hours": "h", "days": "day", "mb": "MB", "gb": "GB", "kb": "kB", "bytes": "B", "mbps": "Mbps", "kbps": "kbps",
    "w": "W", "kw": "kW", "kwh": "kWh", "c": "°C", "celsius": "°C", "hz": "Hz", "mhz": "MHz", "db": "dB", "dbm": "dBm",
    "v": "V", "rpm": "rpm", "bar": "bar", "hpa": "hPa", "l": "l",
}  # fmt: skip
_DESCRIBED: Final = re.compile(r"(?:\b[Ii]n\s+|[(\[](?:in\s+)?)(?P<unit>[^\s()\[\],.;]+)")


@lru_cache(maxsize=1024)
def unit(text: str) -> Unit:
    """The unit of that name; one that the table lacks is a dimension of its own."""
    text = text.strip()
    found = UNITS.get(text) or UNITS.get(text.lower())
    return found or Unit(dimension=text.lower(), factor=Decimal(1), symbol=text)


def known(text: str) -> Unit | None:
    """The unit of that name if the table has it."""
    return UNITS.get(text) or UNITS.get(text.lower())


def inferred(name: str, description: str | None) -> Unit | None:
    """The unit that a field's name (``length_km``) or description ("in km") tells."""
    for found in _DESCRIBED.finditer(description or ""):
        if (described := known(found["unit"])) is not None:
            return described
    _, _, suffix = name.replace(".", "_").rpartition("_")
    if suffix != name and suffix.lower() in _SUFFIXES:
        return UNITS[_SUFFIXES[suffix.lower()]]
    return None
