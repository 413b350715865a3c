"""agent.toml of a site's operator, as tables: which tools there are, and what their fields are called."""

from __future__ import annotations

from typing import Any

import msgspec

from bench.quality.site import FIELDS, LABELS, UNITS, Site
from edge_agent import config

_DESCRIPTIONS = {
    "machines": "Machines of the works by name, hall or state.",
    "parcels": "Parcels by number, status or destination.",
    "rooms": "Meeting rooms by name, floor or projector.",
    "machines_in_hall": "All machines that stand in a hall.",
    "rooms_on_floor": "All meeting rooms on a floor.",
}
_FILTERS: dict[str, dict[str, Any]] = {
    "machines": {"name": {"$in": "{{names?}}"}, "hall": "{{hall?}}", "state": "{{state?}}"},
    "parcels": {"parcel": {"$in": "{{parcels?}}"}, "status": "{{status?}}", "destination": "{{destination?}}"},
    "rooms": {"room": {"$in": "{{rooms?}}"}, "floor": "{{floor?}}", "projector": "{{projector?}}"},
    "machines_in_hall": {"hall": "{{hall}}"},
    "rooms_on_floor": {"floor": "{{floor}}"},
}
_TYPES = {"names": "list", "parcels": "list", "rooms": "list", "floor": "integer", "projector": "boolean"}


def settings(site: Site, *, uri: str, database: str) -> config.Agent:
    """Make the configuration; the operator describes the fields in the site's language."""
    source = {"name": "works", "uri": uri, "database": database, "collections": list(LABELS)}
    tables = [_tool(name, site) for name in _FILTERS]
    return msgspec.convert({"locale": site.language, "source": [source], "tool": tables}, config.Agent)


def _tool(name: str, site: Site) -> dict[str, Any]:
    collection = name.partition("_")[0]
    parameters = [text.strip("{?}") for text in _placeholders(_FILTERS[name])]
    fields = [
        {"name": field, "description": words[site.language]} | ({"unit": UNITS[field]} if field in UNITS else {})
        for field, words in FIELDS[collection].items()
    ]
    return {
        "kind": "mongodb.find",
        "name": name,
        "description": _DESCRIPTIONS[name],
        "source": "works",
        "collection": collection,
        "filter": _FILTERS[name],
        "sort": [LABELS[collection]],
        "label": LABELS[collection],
        "fields": fields,
        "params": {parameter: {"type": _TYPES.get(parameter, "string")} for parameter in parameters},
    }


def _placeholders(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for below in value.values() for found in _placeholders(below)]
    return [value]
