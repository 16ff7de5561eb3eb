"""What ids are called now.

A history has names as they were at the time, in a Data Center in the language of the site; a payload has them as they
are, in the language of our account.
"""

from threading import Lock

from connectors.errors import Refused
from connectors.interface import Values
from connectors.jira.client import Client
from connectors.jira.field import ISSUE_LINKS, Field
from connectors.jira.link import names_of_links, words_of

LISTS = frozenset({"issuetype", "priority", "resolution", "status"})
"""System fields of whose values the site has a list, under the field's id."""


class Names:
    """Names of a site's values: from its lists, each asked for once when it is needed, else as payloads showed them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lists: dict[str, dict[str, str]] = {}
        self._shown: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def show(self, field: Field, values: Values) -> None:
        """Remember what a payload called the values of a field."""
        self._shown.update({(field.id, value.code): value.name for value in values})

    def of(self, field: Field, code: str) -> str:
        """Return the name of an id, "" where nothing says it."""
        if field.system == ISSUE_LINKS:
            return self._listed(ISSUE_LINKS).get(words_of(code), "")
        return self._listed(field.id).get(code) or self._shown.get((field.id, code), "")

    def _listed(self, kind: str) -> dict[str, str]:
        if kind not in {*LISTS, ISSUE_LINKS}:
            return {}
        with self._lock:
            if kind not in self._lists:
                self._lists[kind] = self._read(kind)
            return self._lists[kind]

    def _read(self, kind: str) -> dict[str, str]:
        try:
            if kind == ISSUE_LINKS:
                return names_of_links(self._client.listed(self._client.get("issueLinkType"), "issueLinkTypes"))
            found = self._client.all_of(kind)
        except Refused:
            return {}  # names in histories stand as they are
        return {str(one.get("id")): str(one.get("name")) for one in found if one.get("name")}
