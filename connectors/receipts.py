"""Writes one after the other, or several at a time, with a receipt for each, in order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future

from connectors.errors import ConnectorError, Refused, Spaced, Unavailable
from connectors.interface import Outcome, Receipt, Write

UNCLEAR_LIMIT = 3
"""After so many writes in a row without a clear answer the tool is taken to be down."""


def receipts(
    name: str, writes: Sequence[Write], apply: Callable[[Write], Receipt], pool: Executor, at_once: int
) -> Iterator[Receipt]:
    """Apply writes and yield their receipts in order; `at_once` bounds how many are under way.

    Writes of one ticket follow each other. What `apply` raises as `Spaced` fails that write alone. What has no receipt
    when an error is raised was not sent.

    Raises:
        Unavailable: the tool is not there, limits our rate, or gave several writes in a row no clear answer.
        Refused: the credentials are no longer accepted.
    """
    under_way: deque[tuple[Write, Future[Receipt]]] = deque()
    left = iter(writes)
    waiting = next(left, None)
    unclear = 0
    stopped: ConnectorError | None = None
    while under_way or (waiting and not stopped):
        if waiting and not stopped and len(under_way) < at_once and waiting.id not in {one.id for one, _ in under_way}:
            under_way.append((waiting, pool.submit(apply, waiting)))
            waiting = next(left, None)
            continue
        write, future = under_way.popleft()
        try:
            receipt = future.result()
        except Spaced as error:
            receipt = Receipt(write, Outcome.FAILED, str(error))
        except (Refused, Unavailable) as error:
            receipt = Receipt(write, Outcome.FAILED, str(error))
            stopped = stopped or error
        unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
        if unclear == UNCLEAR_LIMIT:
            stopped = stopped or Unavailable(
                f"{name}: {unclear} writes in a row got no clear answer; the last: {receipt.reason}"
            )
        yield receipt
    if stopped:
        raise stopped
