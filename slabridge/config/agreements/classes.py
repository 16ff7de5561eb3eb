"""[classes] and [services]: a service of a class is an agreement with the customer (docs/reports.md, "Services")."""

from collections.abc import Mapping
from typing import Any, Final

from slabridge.config.like import resolve_like
from slabridge.config.problem import instead
from slabridge.config.reading import Reading
from slabridge.config.shape import tables


def _class(name: str, availability: str, calendar: str, response: str, resolution: str) -> Mapping[str, Any]:
    objectives = {
        "response": {"clock": "response", "targets": response},
        "resolution": {"clock": "resolution", "targets": resolution},
    }
    return {"name": name, "availability": availability, "calendar": calendar, "objectives": objectives}


SHIPPED: Final[Mapping[str, Mapping[str, Any]]] = {
    "basic": _class("Basic", "95%", "office", "4h", "24h"),
    "standard": _class("Standard", "99%", "always", "1h", "8h"),
    "premium": _class("Premium", "99.9%", "always", "15m", "2h"),
}
"""Classes that need no table of their own; the calendars and clocks that they name stand in the file."""

_OF_AGREEMENT = ("name", "valid_from", "valid_to", "scope", "exclude", "calendar", "counts", "objectives")


def completed(name: str, document: Mapping[str, Any], reading: Reading) -> dict[str, Any] | None:
    """Return a service's table with what its class says where it says nothing; None where there is no such class."""
    services, classes = (tables(document, key, Reading(reading.file)) for key in ("services", "classes"))
    service = services[name]
    if "class" not in service:
        return dict(service)
    known = {**SHIPPED, **classes}
    class_name = service["class"]
    if not isinstance(class_name, str) or class_name not in known:
        reading.problem(("services", name, "class"), f"no such class; {instead(class_name, known)}", class_name)
        return None
    of_class = {key: value for key, value in known[class_name].items() if key != "name"}
    return {**of_class, **{key: value for key, value in service.items() if key != "class"}}


def with_services(document: Mapping[str, Any], reading: Reading) -> Mapping[str, Any]:
    """Return the document with an agreement for each service that promises something about its tickets.

    Agreements have what those have that they are `like`.
    """
    services = tables(document, "services", reading)
    tables(document, "classes", reading)
    raw = document.get("agreements", {})
    if isinstance(raw, Mapping):
        whole = {name: table for name, table in raw.items() if isinstance(table, Mapping)}
        others = {name: table for name, table in raw.items() if name not in whole}
        raw = {**others, **resolve_like(whole, ("agreements",), reading)}
        document = {**document, "agreements": raw} if "agreements" in document else document
    if not services or not isinstance(raw, Mapping):
        return document
    agreements = dict(raw)
    for name, service in services.items():
        table = completed(name, document, reading)
        if table is None or "objectives" not in table:
            continue
        if name in agreements:
            remedy = "its class makes one; give the service another name"
            reading.problem(("services", name), f'there is an agreement called "{name}" too; {remedy}')
            continue
        agreements[name] = {"kind": "sla", **{key: table[key] for key in _OF_AGREEMENT if key in table}}
        for key in _OF_AGREEMENT:
            own = key in service or "class" not in service
            of_class = ("classes", str(service.get("class")), key)
            reading.places.stands_at(("agreements", name, key), ("services", name, key) if own else of_class)
        reading.places.stands_at(("agreements", name), ("services", name))
    return {**document, "agreements": agreements}
