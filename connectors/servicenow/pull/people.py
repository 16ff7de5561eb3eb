"""Whose comments are an agent's, where the configuration names people: members of groups, and e-mail addresses.

Groups are read once, by sys_user_grmember; people as they come to comment, each once.
"""

import re
import threading
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from connectors.errors import Refused
from connectors.roles import Author, Listed, Roles
from connectors.roster import Roster
from connectors.servicenow.page import Record
from connectors.servicenow.pull.comment import JournalEntry
from connectors.servicenow.records import Records
from connectors.servicenow.selection import IN_LIST
from connectors.servicenow.settings import ServiceNowSettings

_MEMBERS, _USERS = "sys_user_grmember", "sys_user"
_GROUP, _USER = "group.name", "user.user_name"
_NOBODY = {"", "guest"}
"""Who nobody knows: an e-mail of an address that no user has comes from `guest`."""
_PLATFORM = "system"
_TEXT = re.compile(r"[^\^,=\s](?:[^\^,=\r\n\t]*[^\^,=\s])?")
"""A name that can stand in a list: a ^ would begin a condition, a comma another name."""


class Speakers(NamedTuple):
    """Those who commented on some tickets, by what comments call them, and who of them is an agent."""

    roles: Roles
    authors: Mapping[str, Author]

    def role(self, entry: JournalEntry, ticket: str) -> str:
        """Return the role of a comment on the ticket of this key: ours and the platform's are the system's."""
        if entry.ours or entry.by == _PLATFORM:
            return "system"
        return self.roles.role(self.authors[entry.by], ticket, asks=entry.callers)


class People:
    """Who is who; thread-safe."""

    def __init__(self, records: Records, settings: ServiceNowSettings) -> None:
        self._records = records
        self._settings = settings
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Author] = {}
        self._roles: Roles | None = None

    def speakers(self, entries: Iterable[JournalEntry], *, shown: bool) -> Speakers:
        """Return who these are; where `shown`, entries have names as people see them, which several can have.

        Raises:
            Refused: what decides who is an agent cannot be read.
        """
        settings, field = self._settings, "name" if shown else "user_name"
        names = {entry.by for entry in entries}
        with self._lock:
            if self._roles is None:
                agents = self._listed(settings.agents, "agents")
                self._roles = Roles(settings.name, agents, self._listed(settings.not_agents, "not_agents"))
            if self._roles.by_domain or (shown and (settings.agents or settings.not_agents)):
                new = [name for name in sorted(names) if _TEXT.fullmatch(name) and (field, name) not in self._known]
                for start in range(0, len(new), IN_LIST):
                    self._look_up(field, new[start : start + IN_LIST])
            authors = {name: self._known.get((field, name), Author(frozenset({name}))) for name in names}
        return Speakers(self._roles, authors | dict.fromkeys(names & _NOBODY, Author(frozenset())))

    def _look_up(self, field: str, names: Collection[str]) -> None:
        found: dict[str, list[Record]] = {name.casefold(): [] for name in names}
        for row in self._rows(_USERS, field, names, ["user_name", "email"]):
            found[str(row[field]).casefold()].append(row)
        for name in names:
            rows = found[name.casefold()]
            emails = {row.get("email") for row in rows}
            accounts = {name, *(str(row.get("user_name") or name) for row in rows)}
            self._known[field, name] = Author(frozenset(accounts), emails.pop() if len(emails) == 1 else None)

    def _listed(self, roster: Roster, key: str) -> Listed:
        if not roster.groups:
            return Listed(roster)
        name = self._settings.name
        if wrong := [group for group in roster.groups if not _TEXT.fullmatch(group)]:
            raise Refused(f"{name}: {key}.groups {wrong[0]!r} cannot be looked for: it has a comma, a ^ or a =")
        rows = self._rows(_MEMBERS, _GROUP, roster.groups, [_USER], whole=True)
        there = {str(row[_GROUP]).casefold() for row in rows}
        if missing := [group for group in roster.groups if group.casefold() not in there]:
            raise Refused(
                f"{name}: the members of {key}.groups {missing[0]!r} are needed, and {_MEMBERS} shows none; is the "
                "name right, and may the account read that table, and name and user_name through it?"
            )
        return Listed(roster, (str(row.get(_USER) or "") for row in rows))

    def _rows(
        self, table: str, field: str, values: Collection[str], fields: Collection[str], *, whole: bool = False
    ) -> list[Record]:
        """Read the rows of a table whose field holds one of the values, whatever its capitals.

        Raises:
            Refused: the table cannot be read, or (where the `whole` is asked for) rows of it; or others came.
        """
        name, wanted = self._settings.name, {value.casefold() for value in values}
        condition = f"{field}IN{','.join(values)}"

        rows, hidden = self._records.matching(table, condition, [field, *fields])
        if any(str(row.get(field) or "").casefold() not in wanted for row in rows):
            raise Refused(f"{name}: {table} ignores the condition on {field}; may the account read it?")
        if whole and hidden:
            raise Refused(f"{name}: {hidden} of {hidden + len(rows)} rows of {table} are hidden from the account")
        return rows
