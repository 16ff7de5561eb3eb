"""The feedback of Jira Service Management's customers: two fields of the issue, found by their types.

Whether feedback moves `updated` Atlassian does not say, so the fields are asked for by the day of the feedback, and not
read with the changes of issues. What customers wrote is not read.
https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/#api-rest-servicedeskapi-request-requestidorkey-feedback-get
"""

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import Refused
from connectors.interface import NativeRating, Skipped
from connectors.jira.client import Body
from connectors.jira.dialect import Dialect, IssueRequest, Raw, chunks, fields_of
from connectors.jira.instant import instant

RATING = "com.atlassian.servicedesk:sd-request-feedback"
DATE = f"{RATING}-date"
_MINUTE = 60_000
_ISSUES = 100
"""Issues that are asked for at a time."""


def read_feedback(
    dialect: Dialect, restriction: str, start: int, end: int, size: int
) -> Iterator[NativeRating | Skipped]:
    """Yield the feedback that was given in [start, end), ms UTC, on issues of the filter; what is odd says why.

    Raises:
        Refused: the site has no Jira Service Management.
    """
    catalogue = dialect.client.fields()
    rating, date = (_field(catalogue, custom, dialect.client.name) for custom in (RATING, DATE))
    given = f"cf[{date.removeprefix('customfield_')}]"
    where = f"{given} >= {start - start % _MINUTE} AND {given} < {end + _MINUTE}"
    where = f"({restriction}) AND {where}" if restriction else where
    ids = dict.fromkeys(id_ for page in dialect.search(where, 0, size) for id_, _ in page.rows)
    for part in chunks([*ids], _ISSUES):
        found = dialect.issues(part, IssueRequest((rating, date), comments=False, property=False), None)
        yield from (Skipped(id_, id_, why) for id_, why in found.errors.items())
        for issue in found.issues:
            yield from _rating(issue, rating, date, (start, end))


def _field(catalogue: Sequence[Body], custom: str, name: str) -> str:
    ids = [str(entry["id"]) for entry in catalogue if (entry.get("schema") or {}).get("custom") == custom]
    if not ids:
        raise Refused(f"{name}: the site has no field for feedback ({custom}), which Jira Service Management brings")
    return ids[0]


def _rating(issue: Raw, rating: str, date: str, within: tuple[int, int]) -> Iterator[NativeRating | Skipped]:
    held = fields_of(issue)
    raw = held.get(rating)
    grade = raw.get("rating") if isinstance(raw, Mapping) else raw
    if grade is None or held.get(date) is None:  # taken back since it was found
        return
    id_ = str(issue.get("id"))
    try:
        at = instant(held[date])
    except ValueError as error:
        yield Skipped(id_, str(issue.get("key", id_)), f"the date of its feedback: {error}")
        return
    if within[0] <= at < within[1]:
        yield NativeRating(id_, str(grade), at)
