"""What role a comment has: an agent's, a customer's or the system's, by what the configuration says of its author."""

from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

import structlog

from connectors.roster import Roster

log = structlog.get_logger(__name__)


class Author(NamedTuple):
    """Who wrote a comment: the names of the account, none where the tool does not say, and the e-mail address.

    That is "" where the account has none, None where it is not shown.
    """

    names: frozenset[str]
    email: str | None = None


class Listed:
    """A roster whose groups were looked up; no name and no domain depends on capitals."""

    def __init__(self, roster: Roster, members: Iterable[str] = ()) -> None:
        self.names_somebody = bool(roster)
        self.domains = frozenset(domain.casefold() for domain in roster.domains)
        self._accounts = frozenset(name.casefold() for name in (*roster.accounts, *members))

    def __contains__(self, author: Author) -> bool:
        if any(name.casefold() in self._accounts for name in author.names):
            return True
        return (author.email or "").rpartition("@")[2].casefold() in self.domains


class Roles:
    """Who is an agent to a connection; says once what it cannot tell."""

    def __init__(self, connection: str, agents: Listed, not_agents: Listed) -> None:
        self._connection = connection
        self._agents = agents
        self._not_agents = not_agents
        self._said: set[str] = set()
        self._lock = Lock()

    @property
    def by_domain(self) -> bool:
        """Whether e-mail addresses decide."""
        return bool(self._agents.domains or self._not_agents.domains)

    def role(self, author: Author, ticket: str, *, asks: bool, machine: bool = False, desk: bool = False) -> str:
        """Return the role of a comment's author: agent, customer or system.

        The first that holds: named under `not_agents`, or `asks` for the ticket: a customer. Named under `agents`: an
        agent. A `machine`, or nobody knows who: the system. Else an agent where `desk` says so or `agents` names
        nobody, and a customer where it names somebody.
        """
        if author in self._not_agents or asks:
            return "customer"
        if self.by_domain and author.names and author.email is None and not machine and self._first("e-mail"):
            log.warning("author of a comment shows no e-mail address", connection=self._connection, ticket=ticket)
        if author in self._agents:
            return "agent"
        if not author.names and self._first("author"):
            log.warning("author of a comment is not known", connection=self._connection, ticket=ticket)
        if machine or not author.names:
            return "system"
        return "customer" if self._agents.names_somebody and not desk else "agent"

    def _first(self, what: str) -> bool:
        """Return whether this is to be said now: once is enough."""
        with self._lock:
            first = what not in self._said
            self._said.add(what)
            return first
