"""Keys of issues: what an issue is found by, and the numbers in them."""

import re
import sqlite3

from slabridge_sandbox.jira.names import Names
from slabridge_sandbox.jira.schema import LARGEST

_LAST_NUMBER = """
SELECT ifnull(max(last), 0) FROM (
  SELECT max(number) AS last FROM issues WHERE project = :project
  UNION ALL SELECT max(number) FROM moved WHERE project = :project
  UNION ALL SELECT max(number) FROM deleted WHERE project = :project
)
"""
_KEY = re.compile(r"([A-Za-z]\w*)-(\d{1,18})", re.ASCII)


class IssueKeys:
    """The ids and keys of all issues. An issue that was moved has another key, and is found by the old one as well."""

    def __init__(self, db: sqlite3.Connection, names: Names) -> None:
        self._db = db
        self._names = names

    def find(self, id_or_key: str) -> int | None:
        """Return the id of an issue from its id or a key that it has or had, None where there is none."""
        match = _KEY.fullmatch(id_or_key)
        if match is not None:
            project = self._names.project(match[1])
            if project is None:
                return None
            where = (project.id, min(int(match[2]), LARGEST))
            sql = "SELECT id FROM issues WHERE project = ? AND number = ?"
            found = self._db.execute(sql, where).fetchone()
            if found is None:
                found = self._db.execute("SELECT issue FROM moved WHERE project = ? AND number = ?", where).fetchone()
        elif id_or_key.isascii() and id_or_key.isdigit():
            found = self._db.execute("SELECT id FROM issues WHERE id = ?", (min(int(id_or_key), LARGEST),)).fetchone()
        else:
            return None
        return None if found is None else found[0]

    def of(self, project: int, number: int) -> str:
        """Return the key of an issue."""
        return f"{self._names.projects[project].key}-{number}"

    def next_number(self, project: int) -> int:
        """Return the number of the next issue of a project; none is used twice."""
        return int(self._db.execute(_LAST_NUMBER, {"project": project}).fetchone()[0]) + 1
