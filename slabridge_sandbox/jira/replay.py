"""Stories of real issues (`log`), applied: an issue as it was opened, then its histories and comments."""

from collections.abc import Sequence
from typing import Any

import orjson

from slabridge_sandbox.jira import payloads
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.story import Event


def is_replayed(event: Event) -> bool:
    """Tell whether an event is one of a log of issues."""
    return not event.changes.keys().isdisjoint({"issue", "fields", "comment"})


def replay(site: Site, events: Sequence[Event]) -> None:
    """Apply events in their order. What happens to an issue that was deleted is lost."""
    for event in events:
        told = {key: orjson.loads(text) for key, text in event.changes.items() if key != "id" and text is not None}
        issue = int(event.changes["id"] or 0)
        with site.transaction():
            if event.opens:
                payloads.write(site, payloads.read(site, told["issue"]), event.at)
            elif site.issues([issue]):
                _apply(site, issue, event.at, told)
            else:
                continue
        site.notify(issue, event.at)


def _apply(site: Site, issue: int, at: int, told: dict[str, Any]) -> None:
    (row,) = site.issues([issue])
    site.index.remember(at, row)
    values = payloads.values_of(site, row["project"], told.get("fields") or {})
    # What people of the sandbox did since is not undone by what the log has at its end.
    if "updated" in values:
        values["updated"] = max(row["updated"], values["updated"])
    for column, value in values.items():
        site.db.execute(f"UPDATE issues SET {column} = ? WHERE id = ?", (value, issue))  # noqa: S608 - columns of ours
    if "history" in told:
        payloads.insert(site, "histories", issue, payloads.history_row(site, told["history"]))
    if "comment" in told:
        payloads.insert(site, "comments", issue, payloads.comment_row(site, told["comment"]))
