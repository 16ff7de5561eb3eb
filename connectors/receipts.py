"""Writes one after the other, or several at a time, with a receipt for each, in order."""

from collections.abc import Callable, Iterator, Sequence

from connectors.errors import ConnectorError, Halted, Refused, Spaced, Unavailable
from connectors.interface import Outcome, Receipt, Write
from connectors.parallel import Lanes

UNCLEAR_LIMIT = 3
"""After so many writes in a row without a clear answer the tool is taken to be down."""


def receipts(name: str, writes: Sequence[Write], apply: Callable[[Write], Receipt], lanes: Lanes) -> Iterator[Receipt]:
    """Apply writes, as many at a time as there are lanes, and yield their receipts in order.

    Writes of one ticket follow each other. What `apply` raises as `Spaced` fails that write alone. What has no receipt
    when an error is raised was not sent.

    Raises:
        Unavailable: the tool is not there, limits our rate, or gave several writes in a row no clear answer.
        Refused: the credentials are no longer accepted.
        Halted: the run is to end.
    """
    unclear = 0
    stopped: ConnectorError | None = None

    def job(write: Write) -> tuple[Receipt, ConnectorError | None] | None:
        if stopped:
            return None
        try:
            return apply(write), None
        except Spaced as error:
            return Receipt(write, Outcome.FAILED, str(error)), None
        except (Refused, Unavailable, Halted) as error:
            return Receipt(write, Outcome.FAILED, str(error)), error

    for done in lanes.map(job, writes, apart=lambda write: write.id):
        if done is None:
            continue
        receipt, error = done
        unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
        if unclear == UNCLEAR_LIMIT:
            error = error or too_unclear(name, unclear, receipt)
        stopped = stopped or error
        yield receipt
    if stopped:
        raise stopped


def too_unclear(name: str, unclear: int, last: Receipt) -> Unavailable:
    """Return what ends writing to a tool that gave so many writes in a row no clear answer."""
    return Unavailable(f"{name}: {unclear} writes in a row got no clear answer; the last: {last.reason}")
