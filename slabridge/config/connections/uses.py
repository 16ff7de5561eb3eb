"""Fields that are used but that no connection maps."""

from collections.abc import Mapping
from typing import Any

from sla_engine.condition import OWN_FIELDS, SOURCE
from slabridge.config.problem import instead
from slabridge.config.reading import Reading


def check_uses(connections: Mapping[str, Mapping[str, Any]], reading: Reading) -> None:
    """Note a problem for each use of an unmapped field, and of a source that is no connection.

    Where a connection does not say its fields, nobody can tell, and nothing is noted.
    """
    mappings = [table.get("fields") for table in connections.values()]
    if not connections or not all(isinstance(mapping, Mapping) for mapping in mappings):
        return
    mapped = dict.fromkeys(OWN_FIELDS) | {
        name: None for mapping in mappings if isinstance(mapping, Mapping) for name in mapping
    }
    for use in reading.uses:
        if use.field not in mapped:
            reading.problem(use.path, f'no connection maps a field "{use.field}"; {instead(use.field, mapped)}')
        if use.field == SOURCE:
            for value in use.values:
                if value not in connections:
                    reading.problem(use.path, f"no such connection; {instead(value, connections)}", value)
