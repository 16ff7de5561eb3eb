"""What changed since a cursor: ids and times only, by JQL.

A cursor is `{"updated": ms, "read": {id: updated}}`: issues changed before `updated` were all seen, as far as the
index had them; `read` are those seen within the overlap before it, so that what did not change since is not fetched
again. The index lags by seconds to minutes, so what it had not yet then turns up within the overlap.
https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/

- The order is by `updated`, so an issue edited while we page moves to the end and is seen again; that none is skipped
  is the dialect's business. There is no upper bound.
- Until the last page the cursor stays at the least `updated` of the batch: rows come in the order of the index, but
  show what they hold now. At the end it is the greatest, never later than the site's clock when the search began.
- A row whose time of change is odd moves no cursor.
- A row changed at or after that clock is not remembered: a second change in the same instant would look the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from connectors.errors import Unavailable
from connectors.interface import Cursor
from connectors.jira.dialect import NO_TIME, Dialect
from connectors.jira.jql import MINUTE

REMEMBERED = 10_000
"""How many issues of the overlap a cursor remembers at most; of more, the oldest are fetched again."""


@dataclass(frozen=True, slots=True)
class ChangedIssues:
    """Ids to fetch with the time of the last change that the search showed, and the cursor to commit with them."""

    found: Mapping[str, int]
    cursor: Cursor

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids alone."""
        return tuple(self.found)


def changed_issues(
    dialect: Dialect, cursor: Cursor | None, *, restriction: str, size: int, overlap: int
) -> Iterator[ChangedIssues]:
    """Return what changed since a cursor (None: everything), in batches of at most `size`; `overlap` is in ms.

    Raises:
        Unavailable: the site answers with what was not asked for.
    """
    start: int = cursor["updated"] if cursor else 0
    read: dict[str, int] = dict(cursor["read"]) if cursor else {}
    since = max(0, start - overlap)
    waiting: dict[str, int] = {}
    began, latest = 0, start
    name = dialect.client.name
    for rows, now in dialect.search(restriction, since, size):
        began = began or now
        for id_, updated in rows:
            if updated != NO_TIME and updated < since - since % MINUTE:
                raise Unavailable(f"{name}: a search for what changed since {since} gave an issue of {updated}")
            latest = max(latest, updated)
            if read.get(id_) != updated:
                waiting[id_] = updated
        while len(waiting) > size:
            batch = dict(islice(waiting.items(), size))
            waiting = dict(islice(waiting.items(), size, None))
            reached = max(start, min([began, *(updated for updated in batch.values() if updated != NO_TIME)]))
            read = _recent(read | batch, reached - overlap)
            yield ChangedIssues(batch, _cursor(reached, read, began))
    reached = max(start, min(latest, began))
    end = _cursor(reached, _recent(read | waiting, reached - overlap), began)
    if waiting or end != cursor:
        yield ChangedIssues(waiting, end)


def _recent(read: Mapping[str, int], since: int) -> dict[str, int]:
    """Return those that the next search gives again."""
    return {id_: updated for id_, updated in read.items() if updated >= since - since % MINUTE}


def _cursor(reached: int, read: Mapping[str, int], began: int) -> Cursor:
    settled = sorted((updated, id_) for id_, updated in read.items() if updated < began)
    return {"updated": reached, "read": {id_: updated for updated, id_ in settled[-REMEMBERED:]}}
