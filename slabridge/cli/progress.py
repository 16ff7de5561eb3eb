"""What is going on, where stderr is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from slabridge.run.tally import Tally


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give what shows a text beside a spinner and the time, until the block ends."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bars:
        task = bars.add_task("connecting", total=None)
        yield lambda text: bars.update(task, description=text)


@contextmanager
def counted() -> Iterator[Callable[[Tally], None]]:
    """Give what shows how far a run is."""
    with progress() as show:

        def notice(tally: Tally) -> None:
            written = tally.fields_written + tally.comments_written + tally.links_written
            show(f"{tally.connection}: {tally.pulled} pulled, {tally.evaluated} evaluated, {written} written")

        yield notice
