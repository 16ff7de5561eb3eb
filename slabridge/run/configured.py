"""Which configuration a run goes by: kept once for each change, with who changed it as far as files tell."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from slabridge.config import Config
from slabridge.config.agreements.definitions import DEFINING, REPORTING
from slabridge.state import configurations
from slabridge.ticket.people import People

_OF_CONNECTION = (
    *("type", "url", "like", "table", "filter", "created", "fields", "values", "unmapped", "was", "history"),
    *("agents", "not_agents", "links", "native", "writeback", "guard", "first_run", "writes_per_run", "census"),
)
"""Keys of a connection that decide what is read, judged and written. How one signs in there is none of them."""


def note_configuration(sql: Connection, config: Config, run: int, people: People) -> None:
    """Keep the configuration that a run goes by, where it says something else than that of the run before."""
    said = people.document(said_by(config), keys=True)
    if configurations.latest(sql) != said:
        names = [connection.name for connection in config.connections]
        configurations.begin(sql, configurations.Seen(run, people.document(_files(config)), said), names)


def said_by(config: Config) -> dict[str, Any]:
    """Return what a configuration says, as it comes back from JSON: no secret, and nothing of how it is written."""
    document = config.document
    kept = (*DEFINING, *REPORTING, "job", "privacy", "receivers", "notify")
    said = {key: document[key] for key in kept if key in document}
    tables = document.get("connections", {})
    said["connections"] = {
        name: {key: table[key] for key in _OF_CONNECTION if key in table} for name, table in tables.items()
    }
    found: dict[str, Any] = orjson.loads(orjson.dumps(said))
    return found


def _files(config: Config) -> list[Mapping[str, Any]]:
    """Return where a configuration stands: whose each file is, and when it was last changed (ms UTC)."""
    return [_file(Path(name)) for name in dict.fromkeys([*config.places.files.values(), config.file])]


def _file(path: Path) -> Mapping[str, Any]:
    try:
        found = path.stat()
        owner = path.owner()
    except OSError:  # it was read a moment ago, and is gone
        return {"file": str(path), "owner": None, "changed_at": None}
    except (KeyError, NotImplementedError):  # nobody is called so here, or this system has no owners
        owner = str(found.st_uid)
    changed_at = found.st_mtime_ns // 1_000_000
    return {"file": str(path), "owner": owner, "changed_at": changed_at}
