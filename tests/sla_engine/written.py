"""Documents and tickets as the example tests write them."""

import tomllib
from typing import Any

Row = dict[str, Any]

CALENDARS = """
[calendars.always]
timezone = "UTC"
hours = "24x7"
day = "24h"
[calendars.office]                                 # 07:00Z to 16:00Z in winter
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
day = "8h"
"""

RESOLUTION = """
start = { status = ["new", "work", "wait"] }
pause = { status = "wait" }
stop = { status = "done" }
cancel = { status = "gone" }
"""


def document(objective: str, *, agreement: str = "", more: str = "") -> dict[str, Any]:
    """Return a document with one agreement, on the office calendar unless it says otherwise, and one objective."""
    calendar = "" if "calendar" in agreement else 'calendar = "office"'
    return tomllib.loads(
        f'{more}\n{CALENDARS}\n[agreements.standard]\nkind = "sla"\n{calendar}\n{agreement}\n'
        f"[agreements.standard.objectives.goal]\n{objective}"
    )


def change(at: str, **fields: object) -> Row:
    return {"at": at, "by": "alice", "changes": fields}


def comment(at: str, role: str = "agent", *, public: bool = True, by: str = "alice") -> Row:
    return {"at": at, "by": by, "role": role, "public": public}


def ticket(created: str, *rows: Row, **fields: object) -> Row:
    """Return a ticket that is `created` with the fields, a new one unless it says otherwise, and lives through rows."""
    held = {"status": "new"} | fields
    history = []
    for row in rows:
        if "changes" in row:
            changes = {name: [held.get(name), to] for name, to in row["changes"].items()}
            history.append(row | {"changes": changes})
            held |= row["changes"]
    comments = [row for row in rows if "changes" not in row]
    return {"source": "test", "key": "T1", "created": created, "fields": held, "history": history, "comments": comments}
