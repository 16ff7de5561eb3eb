"""`slabridge validate`."""

import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import contained
from slabridge.cli.options import AsJson, ConfigPath, Only, given, path_of
from slabridge.exit import Exit, gravest

if TYPE_CHECKING:
    from slabridge.config import ConfigError, Problem
    from slabridge.config.source import Source


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
    from slabridge.config.customers import source_of

    path = given(config)
    try:
        if only is None and path.is_dir():
            code: int = _every(path, strict=strict, json=json)
        else:
            code = _checked(source_of(path_of(config, only)), strict=strict, json=json)
    except ConfigError as error:
        if not json:
            raise
        _print_problems(path, error)
        code = Exit.USAGE
    if code:
        raise typer.Exit(code)


def _every(folder: Path, *, strict: bool, json: bool) -> Exit:
    """Check all customers of a folder."""
    from slabridge.config import ConfigError
    from slabridge.config.customers import Customers

    said: set[str] = set()
    customers = Customers.of(folder)

    def checked(name: str) -> int:
        try:
            return _checked(customers.source(name), strict=strict, json=json)
        except ConfigError as error:
            if not json:
                raise
            _print_problems(customers.path(name), error)
            return Exit.USAGE

    return gravest(contained(name, partial(checked, name), said) for name in customers.names)


def _checked(source: "Source", *, strict: bool, json: bool) -> Exit:
    """Print what is to be said of a configuration.

    Raises:
        ConfigError: with all its problems.
    """
    from sla_engine.clause import clauses_of
    from slabridge.config import tree_of, warnings_of
    from slabridge.config.config import read_config
    from slabridge.text.printed import json_line, line

    configured = read_config(source)
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


def _print_problems(file: Path, error: "ConfigError") -> None:
    from slabridge.text.printed import json_line

    problems = [_as_json(problem) for problem in error.problems]
    sys.stdout.buffer.write(json_line({"file": str(file), "problems": problems}))


def _as_json(problem: "Problem") -> dict[str, str | None]:
    return {"file": problem.file, "path": problem.path, "value": problem.value, "message": problem.message}
