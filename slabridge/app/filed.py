"""What a report went by: the definitions of the file, how native values were mapped, and versions of libraries."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import orjson

from slabridge.config import Config
from slabridge.config.agreements.definitions import DEFINING, REPORTING

_VERSIONS = ("slabridge", "holidays", "tzdata")
"""What figures depend on."""
_MAPPING = ("table", "filter", "created", "fields", "values", "was", "history", "agents", "not_agents", "links", "like")
"""Keys of a connection that decide what a ticket is read as."""


def filed(config: Config) -> dict[str, Any]:
    """Return what is filed with a report: `file`, `mappings` (a digest for each connection) and `versions`."""
    document = config.document
    connections = document.get("connections", {})
    return {
        # As it comes back: dates are text.
        "file": orjson.loads(orjson.dumps({key: document[key] for key in (*DEFINING, *REPORTING) if key in document})),
        "mappings": {name: _digest(table) for name, table in connections.items()},
        "versions": {name: version(name) for name in _VERSIONS},
    }


def _digest(table: Mapping[str, Any]) -> str:
    kept = {key: table[key] for key in _MAPPING if key in table}
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
