"""Issues by key: a moved issue has another one, and is found by the earlier ones as well."""

import re
from collections.abc import Mapping, Sequence
from threading import Lock

from connectors.errors import Refused
from connectors.jira.client import Body
from connectors.jira.dialect import Dialect

_FORM = re.compile(r"[A-Z][A-Z0-9_]*-\d+", re.ASCII)


class Keys:
    """What keys mean to a site; each is asked for once."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._now: dict[str, str] = {}
        self._lock = Lock()

    def now(self, key: str) -> str:
        """Return the key that an issue has now; the same where there is no such issue, or it is hidden from us."""
        with self._lock:
            if key not in self._now:
                found = self._issue(key)
                self._now[key] = key if found is None else str(found.get("key") or key)
            return self._now[key]

    def ids(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the ids of issues by key; of those that are not there, or hidden from us, none."""
        found = zip(keys, self._dialect.client.lanes.map(self._issue, keys), strict=True)
        return {key: str(issue["id"]) for key, issue in found if issue is not None and issue.get("id")}

    def _issue(self, key: str) -> Body | None:
        if not _FORM.fullmatch(key):
            return None
        try:
            return dict(self._dialect.client.get("issue", key, fields="id").body)
        except Refused as error:
            if error.status not in {400, 404}:
                raise
            return None
