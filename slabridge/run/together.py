"""Pages that come quickly are kept together: a transaction for each would cost as much as its tickets."""

from collections.abc import Iterable, Iterator, Sequence
from time import monotonic

from connectors.errors import ConnectorError
from connectors.interface import Page

TICKETS = 2_000
"""Where so many are together, they are kept."""

_LONGEST = 10.0
"""Seconds that a page may wait for others: who dies reads it once more."""


def together(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages, several as one; none of these has a ticket twice. What came before a tool failed is yielded, too."""
    held: list[Page] = []
    ids: set[str] = set()
    began = 0.0
    try:
        for page in pages:
            its = [ticket.id for ticket in page.tickets]
            if held and not ids.isdisjoint(its):
                yield _joined(held)
                held, ids = [], set()
            began = began if held else monotonic()
            held.append(page)
            ids.update(its)
            if len(ids) >= TICKETS or monotonic() - began > _LONGEST:
                yield _joined(held)
                held, ids = [], set()
    except ConnectorError:
        if held:
            yield _joined(held)
        raise
    if held:
        yield _joined(held)


def _joined(pages: Sequence[Page]) -> Page:
    """Return pages as one, with the cursor of the last."""
    return Page(
        tuple(ticket for page in pages for ticket in page.tickets),
        pages[-1].cursor,
        tuple(one for page in pages for one in page.skipped),
        tuple(id_ for page in pages for id_ in page.gone),
    )
