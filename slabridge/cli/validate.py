"""`slabridge validate`."""

import sys

import orjson

from sla_engine.engine import Engine
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import load_config, warnings_of


def validate(*, config: ConfigPath = None, json: AsJson = False) -> None:
    """Check a configuration file; nothing is connected to, and no secret is read."""
    path = prepared(config)
    loaded = load_config(path)
    warnings = warnings_of(loaded)
    engine = Engine(loaded.definitions)
    if json:
        definitions = {f"{c.agreement.table}.{c.objective.name}": c.definition for c in engine.clauses}
        document = {"file": str(path), "warnings": [str(warning) for warning in warnings], "definitions": definitions}
        sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
        return
    for warning in warnings:
        sys.stdout.write(f"warning: {warning}\n")
    sys.stdout.write(
        f"{path} is valid: {len(loaded.connections)} connections, {len(loaded.definitions.calendars)} calendars, "
        f"{len(loaded.definitions.agreements)} agreements, {len(engine.clauses)} objectives\n"
    )
