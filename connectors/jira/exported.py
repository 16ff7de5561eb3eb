"""Saved answers of the pages of a service project's SLA settings: `{"timeMetrics": [...], "calendars": [...]}`."""

import json
from collections.abc import Iterable
from typing import Any

from connectors.interface import NativeDefinitions

_TABLES = ("timeMetrics", "calendars")


def read_exported(files: Iterable[tuple[str, bytes]]) -> NativeDefinitions:
    """Return the metrics and calendars that files, by name and content, hold together.

    Raises:
        ValueError: one is no such answer; with its name and why.
    """
    tables: dict[str, list[dict[str, Any]]] = {table: [] for table in _TABLES}
    for name, content in files:
        try:
            held = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name}: is no JSON: {error}") from None
        found = [table for table in _TABLES if isinstance(held, dict) and table in held]
        if not found:
            raise ValueError(f"{name}: has neither timeMetrics nor calendars: save the answers of the SLA settings")
        for table in found:
            rows = held[table]
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueError(f"{name}: {table} is no list of objects")
            tables[table] += rows
    return NativeDefinitions(tables)
