"""`slabridge validate`."""

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, path_of
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Problem


def validate(
    *,
    config: ConfigPath = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 2 on a warning; ask the state, too, which values tickets hold.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check a configuration file; no tool is connected to, and no secret is read."""
    gc.disable()  # a short life: what loading makes is no garbage

    from sla_engine.clause import clauses_of
    from slabridge.config import ConfigError, load_config, tree_of, warnings_of
    from slabridge.text.printed import json_line, line

    path = path_of(config)
    try:
        configured = load_config(path)
    except ConfigError as error:
        if not json:
            raise
        problems = [_as_json(problem) for problem in error.problems]
        sys.stdout.buffer.write(json_line({"file": str(path), "problems": problems}))
        raise typer.Exit(Exit.USAGE) from None
    warnings = [*warnings_of(configured), *tree_of(configured)]
    if strict:
        from slabridge.app.validate import unseen

        warnings += unseen(configured)
    definitions = configured.definitions
    clauses = clauses_of(definitions)
    if json:
        document = {
            "file": str(path),
            "warnings": [_as_json(warning) for warning in warnings],
            "definitions": {f"{c.agreement.table}.{c.objective.name}": c.definition for c in clauses},
        }
        sys.stdout.buffer.write(json_line(document))
    else:
        for warning in warnings:
            sys.stdout.write(f"warning: {line(str(warning))}\n")
        sys.stdout.write(
            f"{path} is valid: {len(configured.connections)} connections, {len(definitions.calendars)} calendars, "
            f"{len(definitions.agreements)} agreements, {len(clauses)} objectives\n"
        )
    if strict and warnings:
        raise typer.Exit(Exit.USAGE)


def _as_json(problem: "Problem") -> dict[str, str | None]:
    return {"path": problem.path, "value": problem.value, "message": problem.message}
