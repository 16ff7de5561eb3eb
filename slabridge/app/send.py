"""The report of the period that is over, written into a folder once (docs/reports.md, "Sent by runs")."""

from collections.abc import Callable, Iterable
from pathlib import Path

from slabridge.app.asked import Asked
from slabridge.app.report import of_state, reached
from slabridge.config import Config
from slabridge.config.services.reports import Send
from slabridge.report.document import Document
from slabridge.report.file_name import name_of
from slabridge.report.outage_file import UnreadableOutages
from slabridge.report.period import period_of
from slabridge.report.reporter import NoSuchReport

Files = Callable[[Document], Iterable[tuple[str, bytes]]]
"""Gives the names and contents of a report's files, itself first."""


def send(config: Config, sending: Send, files: Files) -> tuple[Path | None, list[str]]:
    """Write the report of the last period that is over, where it is not there; return where it is, and what it lacks.

    Until each connection had a complete run after the period and `closing`, nothing is written.

    Raises:
        StateError: the state cannot be read.
    """
    reporting = config.reporting
    assert reporting is not None  # noqa: S101 - a file that was read has it
    now = reached(config)
    if now is None:
        return None, []
    zone = reporting.definitions.timezone
    period = period_of(sending.period, now - reporting.rules.closing, zone).before()
    folder = Path(config.file).absolute().parent / sending.folder / config.customer
    place = folder / f"{name_of(period.name)}.{sending.form}"
    if place.exists():
        return None, []
    try:
        found = of_state(config, Asked(period.name))
        folder.mkdir(parents=True, exist_ok=True)
        # The report itself comes last: where it is, all is.
        for name, content in reversed(list(files(found.document))):
            (folder / f"{name}.part").write_bytes(content)
            (folder / f"{name}.part").replace(folder / name)
    except (NoSuchReport, UnreadableOutages) as error:
        return None, [f"the report of {period.name} was not written: {error}"]
    except OSError as error:
        return None, [f"the report of {period.name} was not written into {folder}: {error.strerror}"]
    return place, [f"the report of {period.name}: {text}" for text in found.lacking]
