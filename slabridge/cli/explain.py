"""`slabridge explain KEY`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, InLanguage, Only, instant, loaded
from slabridge.exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slabridge.app.explain import Explained, Explainer


def explain(  # noqa: PLR0913 - one parameter per option
    *,
    key: Annotated[str, typer.Argument(help="The ticket's key or id.")],
    config: ConfigPath = None,
    only: Only = None,
    as_of: Annotated[
        str | None, typer.Option(help="An instant, as 2026-03-02T15:00:00Z; else the last complete run.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw its most telling cycle into this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Draw all its cycles into this page.")] = None,
    language: InLanguage = None,
    json: AsJson = False,
) -> None:
    """Show why a ticket stands as it does: each cycle, where its time went, and who held the ticket."""
    from rich.console import Console

    from slabridge.app.explain import Explainer
    from slabridge.app.explain import explain as explanations
    from slabridge.show.explained import as_json
    from slabridge.show.ledger import ends_of, ledger_of, neighbours_of
    from slabridge.text.language import Language
    from slabridge.text.printed import json_line, line

    configured = loaded(config, only)
    explainer, shown = Explainer.of(configured), language or configured.language
    found = explanations(explainer, key, None if as_of is None else instant(as_of, "--as-of"))
    for one in found:
        if json:
            for result in as_json(one)["results"]:
                sys.stdout.buffer.write(json_line(result))
        else:
            console = Console(highlight=False, soft_wrap=True)
            ledger = ledger_of(one.results, configured.definitions, shown, one.forecasts)
            console.print(neighbours_of(one.position, shown), ledger, ends_of(one.ends, shown), sep="", end="")
        for text in one.remarks:
            sys.stderr.write(f"{line(one.ticket.key)}: {line(Language(shown).tell(text))}\n")
    if not found:
        sys.stderr.write(f"no ticket {key!r} in the state; has `slabridge run` pulled it?\n")
        raise typer.Exit(Exit.USAGE)
    if svg is not None or html is not None:
        _draw(found, explainer, svg, html, shown)


def _draw(found: "Sequence[Explained]", by: "Explainer", svg: Path | None, html: Path | None, language: str) -> None:
    from slabridge.show.drawing import drawn
    from slabridge.show.figure import page_of
    from slabridge.show.picture import most_telling, picture_of

    every = [(one.as_of, result) for one in found for result in one.results if result.chain is not None]
    pictures = [picture_of(result, by.config.definitions, by.engine.calendars, as_of) for as_of, result in every]
    if not pictures:
        sys.stderr.write("there is no cycle that could be drawn\n")
        raise typer.Exit(Exit.USAGE)
    if svg is not None:
        _write(svg, drawn(pictures[most_telling([result for _, result in every])], language))
    if html is not None:
        _write(html, page_of(pictures, language))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        sys.stderr.write(f"{path}: {error.strerror}; name a file that can be written\n")
        raise typer.Exit(Exit.USAGE) from None
