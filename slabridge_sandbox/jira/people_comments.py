"""What people do to comments: write them, delete them, and hide them from customers or from others.

Each is an act as those of `people`, and touches its issue as Jira does.
"""

from typing import Any

import orjson

from slabridge_sandbox.jira import adf, comments
from slabridge_sandbox.jira.site import Site

PERSON = "Jira Administrator"


def comment(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`, of the `type` atlassian, customer or app) comment; `internal` hides it from customers."""
    author = site.names.account(asked.get("by", PERSON), asked.get("type", "atlassian"))
    kept = {"sd.public.comment": {"internal": True}} if asked.get("internal") else {}
    body = orjson.dumps(adf.from_text(asked["body"])).decode()
    (issue,) = site.issues([_issue(site, asked["issue"])])
    return {"id": str(comments.add(site, issue, author, comments.Draft(body, kept)))}


def delete_comment(site: Site, asked: dict[str, Any]) -> object:
    """Delete the comment of this id, whoever wrote it."""
    row = _comment(site, asked)
    comments.remove(site, row["issue"], row["id"])
    return {"id": str(row["id"])}


def hide_comment(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) hide the comment of this id: from customers, or from all who have not a project `role`."""
    row, now = _comment(site, asked), site.clock.now
    properties, visibility = orjson.loads(row["properties"]), row["visibility"]
    if "role" in asked:
        visibility = orjson.dumps({"type": "role", "value": asked["role"]}).decode()
    else:
        properties["sd.public.comment"] = {"internal": True}
    (issue,) = site.issues([row["issue"]])
    with site.transaction():
        site.index.remember(now, issue)
        site.db.execute(
            "UPDATE comments SET editor = ?, updated = ?, visibility = ?, properties = ? WHERE id = ?",
            (
                site.names.account(asked.get("by", PERSON)),
                now,
                visibility,
                orjson.dumps(properties).decode(),
                row["id"],
            ),
        )
        site.touch(row["issue"])
    site.notify(row["issue"], now)
    return {"id": str(row["id"])}


def _issue(site: Site, text: str) -> int:
    found = site.keys.find(text)
    if found is None:
        raise ValueError(f"there is no issue {text}")
    return found


def _comment(site: Site, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - a row
    id_ = asked["comment"]
    rows = site.rows("SELECT * FROM comments WHERE id = ?", (id_,))
    if not rows:
        raise ValueError(f"there is no comment {id_}")
    return rows[0]
