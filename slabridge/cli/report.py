"""`slabridge report`: what was promised, what came of it, and what it costs (docs/reports.md)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from slabridge.cli.options import ConfigPath, InLanguage, Only, Scheduler, instant, loaded, path_of
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.app.asked import Asked, Reported
    from slabridge.config import Config
    from slabridge.show.report_files import Form


def report(  # noqa: PLR0913 - one parameter per option
    *,
    period: Annotated[
        str | None, typer.Option(help="2026-03, 2026-Q1, 2026-W10, 2026, or 2026-03-01..2026-04-01.")
    ] = None,
    config: ConfigPath = None,
    only: Only = None,
    service: Annotated[list[str] | None, typer.Option(help="A service of the file; may be repeated.")] = None,
    customer: Annotated[str | None, typer.Option(help="A customer: what the field `customer` holds.")] = None,
    by: Annotated[str, typer.Option(help="Fields that cases are told apart by, with commas.")] = "priority",
    tickets: Annotated[Path | None, typer.Option(help="Tickets of a file instead of the state's.")] = None,
    outages: Annotated[list[Path] | None, typer.Option(help="A file of outages, CSV or JSON Lines.")] = None,
    as_of: Annotated[str | None, typer.Option(help="An instant to report at; else now, or the last run.")] = None,
    form: Annotated[
        Literal["table", "json", "html", "pdf", "xlsx"], typer.Option("--format", help="How it is shown.")
    ] = "table",
    language: InLanguage = None,
    out: Annotated[Path | None, typer.Option(help="Write it, and its tickets as CSV, into this folder.")] = None,
    issue: Annotated[bool, typer.Option("--issue", help="File it: from then on it is read back.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Work an issued one out anew, and compare.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the issued ones, of all periods or of --period.")] = False,
    number: Annotated[int | None, typer.Option(min=1, help="An issued one by its number; else the last.")] = None,
    scheduler: Scheduler = None,
    fail_on: Annotated[Literal["breached"] | None, typer.Option(help="End with 10 where a promise was missed.")] = None,
) -> None:
    """Report of a period: promises kept and missed, availability, time used, credits; every figure with its cases."""
    from slabridge.app.asked import Asked
    from slabridge.app.report_file import of_file
    from slabridge.text.printed import line

    if list_:
        _list(loaded(config, only), period, form)
    if period is None:
        raise typer.BadParameter("name one, as in --period 2026-03", param_hint="--period")
    asked = Asked(
        period=period,
        services=tuple(service or ()),
        customer=customer,
        by=tuple(name.strip() for name in by.split(",") if name.strip()),
        now=None if as_of is None else instant(as_of, "--as-of"),
        outages=tuple(outages or ()),
    )
    if tickets is not None and (issue or verify or number is not None or scheduler is not None):
        remedy = "only a report over the state is issued, or spread over workers"
        raise typer.BadParameter(remedy, param_hint="--tickets")
    if number is not None and (issue or verify or asked.now is not None):
        raise typer.BadParameter("an issued report is read back by it, and nothing else done", param_hint="--number")
    if verify:
        _verify(loaded(config, only), asked, scheduler)
    if tickets is not None:
        found = of_file(path_of(config, only), tickets, asked)
    else:
        found = _of_state(loaded(config, only), asked, number, scheduler, issue=issue)
    shown = language or _language(path_of(config, only))
    for place, text in found.invalid:
        sys.stderr.write(f"{tickets}:{place}: {line(text)}\n")
    for text in map(str, found.lacking):
        sys.stderr.write(f"{line(text)}\n")
    _show(found, form, out, shown)
    if fail_on == "breached" and any(one["kept"] is False for one in found.document["summary"]):
        raise typer.Exit(Exit.FOUND)
    lacks = found.lacking or found.invalid or found.document["cover"]["set_aside"]
    raise typer.Exit(Exit.PARTIAL if lacks else Exit.COMPLETE)


def _list(config: "Config", period: str | None, form: "Form") -> NoReturn:
    """List the issued reports, of all periods or of one."""
    from slabridge.app.issue import heads
    from slabridge.show.issued import as_json, lines_of
    from slabridge.text.printed import json_line, line

    if form not in {"table", "json"}:
        raise typer.BadParameter(f"a list is no {form}; choose table or json", param_hint="--format")
    found = [one for one in heads(config) if period in {None, one.period}]
    if form == "json":
        sys.stdout.buffer.writelines(json_line(as_json(one)) for one in found)
    else:
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
    raise typer.Exit(Exit.COMPLETE)


def _of_state(
    config: "Config", asked: "Asked", number: int | None, scheduler: str | None, *, issue: bool
) -> "Reported":
    """Return a report of the state: as it was issued, where it was, else worked out now."""
    from slabridge.app.asked import Reported
    from slabridge.app.issue import issue as file
    from slabridge.app.issue import issued
    from slabridge.app.report import of_state
    from slabridge.report.reporter import NoSuchReport
    from slabridge.spread import Spread
    from slabridge.text.printed import line

    spread = Spread.over(scheduler)
    if issue:
        found, changed = file(config, asked, spread)
        for text in changed:
            sys.stderr.write(f"changed since it was issued: {line(text)}\n")
        return found
    before = None if asked.now is not None else issued(config, asked, number)
    if before is None and number is not None:
        raise NoSuchReport(f"{asked.period} ({asked.about}) was never issued as number {number}; see --list")
    return of_state(config, asked, spread=spread) if before is None else Reported(before.document, ())


def _verify(config: "Config", asked: "Asked", scheduler: str | None) -> NoReturn:
    """Say how an issued report differs from what is worked out now; end with 3 where it does."""
    from sla_engine.instant import format_instant
    from slabridge.app.issue import verify
    from slabridge.spread import Spread
    from slabridge.text.printed import line

    found = verify(config, asked, Spread.over(scheduler))
    for name, text in found.versions.items():
        sys.stderr.write(f"{name}: {text}\n")
    if found.gone:
        sys.stderr.write(f"{found.gone} of its tickets are gone from their tools, and count as last known\n")
    if found.redacted_at is not None:
        when = format_instant(found.redacted_at)
        sys.stderr.write(f"people were replaced by pseudonyms in it, last at {when}: its digest is the one of before\n")
    if found.purged:
        sys.stdout.write(
            f"{asked.period} cannot be worked out anew: {found.purged} of its tickets are kept no longer. "
            f"It is number {found.issued.number}, {found.issued.digest}\n"
        )
    if found.damaged:
        sys.stdout.write(f"{asked.period} is not the document that was issued: put a backup in its place\n")
    for text in found.differences:
        sys.stdout.write(f"{line(text)}\n")
    if not (found.differences or found.purged or found.damaged):
        sys.stdout.write(f"{asked.period} is as it was issued (number {found.issued.number}, {found.issued.digest})\n")
    raise typer.Exit(Exit.PARTIAL if found.differences or found.damaged else Exit.COMPLETE)


def _language(path: Path) -> str:
    from slabridge.config.services.reporting import read_reporting

    return read_reporting(path).rules.language


def _show(found: "Reported", form: "Form", out: Path | None, language: str) -> None:
    from slabridge.text.printed import json_line

    if out is None and form in {"pdf", "xlsx"}:
        raise typer.BadParameter(f"{form} is written into a folder; name one with --out", param_hint="--format")
    if out is not None:
        from slabridge.show.report_files import files_of
        from slabridge.show.report_sheets import NoLibrary

        try:
            files = list(files_of(found.document, form, language))
            out.mkdir(parents=True, exist_ok=True)
            for name, content in files:
                (out / name).write_bytes(content)
                sys.stderr.write(f"{out / name}\n")
        except NoLibrary as error:
            sys.stderr.write(f"{error}\n")
            raise typer.Exit(Exit.USAGE) from None
        except OSError as error:
            sys.stderr.write(f"{out}: {error.strerror}; name a folder that can be written\n")
            raise typer.Exit(Exit.USAGE) from None
    elif form == "json":
        sys.stdout.buffer.write(json_line(found.document))
    elif form == "html":
        from slabridge.show.report_page import page_of

        sys.stdout.write(page_of(found.document, language))
    else:
        from rich.console import Console

        from slabridge.show.report_table import print_report

        print_report(Console(highlight=False), found.document, language)
