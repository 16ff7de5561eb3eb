"""`slabridge validate`."""

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each
from slabridge.cli.options import AsJson, ConfigPath, Only, given
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config, ConfigError, Problem


def validate(
    *,
    config: ConfigPath = None,
    only: Only = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 2 on a warning; ask the state, too, which values tickets hold.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Check a configuration file; no tool is connected to, and no secret is read."""
    gc.disable()  # a short life: what loading makes is no garbage

    from slabridge.config import ConfigError

    try:
        code = each(config, only, lambda configured: _checked(configured, strict=strict, json=json), logs=False)
    except ConfigError as error:
        if not json:
            raise
        _print_problems(str(given(config)), error)
        code = Exit.USAGE
    if code:
        raise typer.Exit(code)


def _checked(configured: "Config", *, strict: bool, json: bool) -> Exit:
    """Print what is to be said of a configuration that has no problem."""
    from sla_engine.clause import clauses_of
    from slabridge.config import tree_of, warnings_of
    from slabridge.text.printed import json_line, line

    warnings = [*warnings_of(configured), *tree_of(configured)]
    if strict:
        from slabridge.app.validate import unseen

        warnings += unseen(configured)
    definitions = configured.definitions
    clauses = clauses_of(definitions)
    if json:
        document = {
            "file": configured.file,
            "warnings": [_as_json(warning) for warning in warnings],
            "definitions": {f"{c.agreement.table}.{c.objective.name}": c.definition for c in clauses},
        }
        sys.stdout.buffer.write(json_line(document))
    else:
        for warning in warnings:
            sys.stdout.write(f"warning: {line(str(warning))}\n")
        counts = {
            "connections": configured.connections,
            "calendars": definitions.calendars,
            "agreements": definitions.agreements,
            "objectives": clauses,
        }
        counted = ", ".join(f"{len(found)} {name}" for name, found in counts.items())
        sys.stdout.write(f"{configured.file} is valid: {counted}\n")
    return Exit.USAGE if strict and warnings else Exit.COMPLETE


def _print_problems(file: str, error: "ConfigError") -> None:
    from slabridge.text.printed import json_line

    problems = [_as_json(problem) for problem in error.problems]
    sys.stdout.buffer.write(json_line({"file": file, "problems": problems}))


def _as_json(problem: "Problem") -> dict[str, str | None]:
    return {"path": problem.path, "value": problem.value, "message": problem.message}
