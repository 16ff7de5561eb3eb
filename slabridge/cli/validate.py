"""`slabridge validate`."""

import sys

import typer

from sla_engine.engine import Engine
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import ConfigError, Problem, load_config, warnings_of
from slabridge.run.tally import Exit
from slabridge.show.printed import json_line, line


def validate(*, config: ConfigPath = None, json: AsJson = False) -> None:
    """Check a configuration file; nothing is connected to, and no secret is read."""
    path = prepared(config)
    try:
        loaded = load_config(path)
    except ConfigError as error:
        if not json:
            raise
        problems = [_fields(problem) for problem in error.problems]
        sys.stdout.buffer.write(json_line({"file": str(path), "problems": problems}))
        raise typer.Exit(Exit.USAGE) from None
    warnings = warnings_of(loaded)
    engine = Engine(loaded.definitions)
    if json:
        definitions = {f"{c.agreement.table}.{c.objective.name}": c.definition for c in engine.clauses}
        document = {
            "file": str(path),
            "warnings": [_fields(warning) for warning in warnings],
            "definitions": definitions,
        }
        sys.stdout.buffer.write(json_line(document))
        return
    for warning in warnings:
        sys.stdout.write(f"warning: {line(str(warning))}\n")
    sys.stdout.write(
        f"{path} is valid: {len(loaded.connections)} connections, {len(loaded.definitions.calendars)} calendars, "
        f"{len(loaded.definitions.agreements)} agreements, {len(engine.clauses)} objectives\n"
    )


def _fields(problem: Problem) -> dict[str, str | None]:
    return {"path": problem.path, "value": problem.value, "message": problem.message}
