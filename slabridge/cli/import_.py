"""`slabridge import`: the tool's own SLA definitions as a configuration (docs/import.md)."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slabridge.cli.options import AsJson, Only
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config

_SHOWN = 20
"""Comparisons that are listed where they do not agree."""


class Tool(StrEnum):
    """Whose definitions are imported."""

    SERVICENOW = "servicenow"
    JIRA = "jira"


def import_(  # noqa: PLR0913 - one parameter per option
    *,
    tool: Annotated[Tool, typer.Argument(help="Whose definitions; jira is experimental.")],
    exports: Annotated[
        list[Path] | None, typer.Option("--from", help="A file exported from the tool; several add up.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The file with the connection; its agreements are not read.")
    ] = None,
    only: Only = None,
    connection: Annotated[str | None, typer.Option(help="The connection, where the file has several.")] = None,
    years: Annotated[str | None, typer.Option(help="The years whose dates are listed, as 2026-2029.")] = None,
    timezone: Annotated[str, typer.Option(help="The time zone where a definition takes that of each caller.")] = "",
    output: Annotated[Path | None, typer.Option(help="Write into this file, which must not be there yet.")] = None,
    compare: Annotated[
        int, typer.Option(min=0, help="How many tickets that ended last are compared; 0: none.")
    ] = 1_000,
    json: AsJson = False,
) -> None:
    """Turn the tool's own SLA definitions into a configuration, and list what could not be translated."""
    from slabridge.app.import_ import Asked, imported, write
    from slabridge.cli.options import path_of
    from slabridge.config.process import read_process_settings
    from slabridge.show import logs
    from slabridge.text.printed import json_line, line

    exports = exports or []
    config = path_of(config, only) if config is not None or only is not None or not exports else None
    asked = Asked(tool.value, exports, config, connection, _years(years), _zone(timezone))
    process = read_process_settings()
    logs.configure(process.log_level, process.log_format)
    done = imported(asked)
    if output is not None:
        write(output, done.imported.text)
    if not json:
        sys.stdout.write("" if output is not None else done.imported.text)
    for finding in done.imported.findings:
        sys.stderr.write(f"{line(str(finding))}\n")
    compared: dict[str, Any] | None = None
    code = Exit.COMPLETE if done.imported.complete else Exit.PARTIAL
    if done.config is not None and not exports and compare:
        compared, missing = _compared(done.config, done.connection, compare)
        code = code or missing
    if json:
        document = {
            "toml": None if output is not None else done.imported.text,
            "findings": [finding.as_json() for finding in done.imported.findings],
            "compared": compared,
        }
        sys.stdout.buffer.write(json_line(document))
    raise typer.Exit(code)


def _compared(config: "Config", connection: str, most: int) -> tuple[dict[str, Any], Exit]:
    """Compare the tickets that ended last; say on stderr what came of it, and which ones do not agree."""
    from slabridge.app.compare import Comparing
    from slabridge.cli.progress import progress
    from slabridge.compare.comparison import Finding
    from slabridge.show.comparisons import line_of
    from slabridge.text.printed import line

    apart: list[dict[str, Any]] = []
    with progress() as show:
        comparing = Comparing(config, lambda text: _say(line(text)), show)
        for found in comparing.without_state(connection, most):
            for one in found:
                if one.finding in {Finding.UNEXPLAINED, Finding.ONLY_THERE, Finding.ONLY_HERE}:
                    apart.append(one.as_json())
                    if len(apart) <= _SHOWN:
                        name = one.theirs.name if one.theirs else one.objective
                        _say(line(f"{one.ticket.key}: {name}: {one.finding}: {', '.join(one.differences) or one.note}"))
    _say(f"compared: {line_of(comparing.summary)}")
    return {"summary": comparing.summary.as_json(), "apart": apart}, comparing.exit_code


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{4})-(\d{4})", text, re.ASCII)
    years = (int(found[1]), int(found[2])) if found else (1, 0)
    if not 1970 <= years[0] <= years[1] <= years[0] + 30:
        raise typer.BadParameter(f"{text!r} is no range of at most 30 years; write 2026-2029", param_hint="--years")
    return years


def _zone(text: str) -> str:
    from slabridge.config.agreements.zone import read_zone

    try:
        return read_zone(text) if text else ""
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}", param_hint="--timezone") from error
