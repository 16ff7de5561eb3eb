"""What stands in a connection in the tool's own words: names and filter."""

from collections.abc import Callable, Iterable

from connectors.errors import Refused
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading


def check(accepts: Callable[[str], object], texts: Iterable[tuple[KeyPath, str]], reading: Reading) -> None:
    """Note a problem for each text that a tool does not accept."""
    for path, text in texts:
        try:
            accepts(text)
        except Refused as error:
            reading.problem(path, str(error))
