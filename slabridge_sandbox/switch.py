"""Switches: how a tool behaves, read and set while it runs."""

from dataclasses import asdict, fields
from typing import Any, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

_OBJECT = TypeAdapter(dict[str, Any])


def show(switches: Any) -> dict[str, Any]:  # noqa: ANN401 - each tool has a dataclass of its own
    """Return the switches by name."""
    return asdict(switches)


def turn(switches: Any, body: bytes) -> None:  # noqa: ANN401 - as above
    """Set the switches that a JSON object names; all of them or none.

    Raises:
        ValueError: there is no such switch, or it takes another kind of value.
    """
    try:
        given = _OBJECT.validate_json(body)
    except ValidationError:
        raise ValueError('send an object of switches, as {"gzip": true}') from None
    hints, values = get_type_hints(type(switches)), {}
    for name, value in given.items():
        if name not in hints:
            raise ValueError(f"no switch {name}; there are {', '.join(each.name for each in fields(switches))}")
        try:
            values[name] = TypeAdapter(hints[name]).validate_json(orjson.dumps(value), strict=True)
        except ValidationError as error:
            raise ValueError(f"{name}: {error.errors()[0]['msg']}, not {orjson.dumps(value).decode()}") from None
    for name, value in values.items():
        setattr(switches, name, value)
