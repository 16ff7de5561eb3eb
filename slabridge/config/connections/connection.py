"""A connection: how to reach a ticket tool, what its fields mean, and what is written there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from connectors import TOOLS
from connectors.settings import Settings
from sla_engine.instant import DAY
from slabridge.config.agreements.result import TIMELINE
from slabridge.config.connections.auth import Account
from slabridge.config.connections.mapping import TicketMapping
from slabridge.config.connections.trust import certificate_problems
from slabridge.config.connections.writeback import Writeback
from slabridge.config.problem import ConfigError, show_path
from slabridge.config.web import Web

WRITES_PER_RUN = 2_000
"""Writes that a run may send on a connection, unless its configuration says otherwise."""

FirstRun = Literal["quiet", "post"]

_PASSED = ("page_size", "overlap", "timeout", "total", "max_answer", "concurrency", "calls_per_hour", "ca", "proxy")
"""What the connector's settings call by the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(TicketMapping):
    """A ticket tool: how it is reached, what its fields mean, and what is written there.

    `overlap`, `timeout` (to connect, and between two bytes of an answer) and `total` (for a whole answer) are seconds,
    `max_answer` bytes. What is None is as the connector's settings have it; `own` are those that its tool alone has.
    `ca_at` is the file and the key in which `ca` stands.

    `first_run` is whether a first run posts what happened before it. `census` is how often, in ms, all that is known is
    compared with what is there (None: never), `writes_per_run` how many writes a run may send (None: no limit). `guard`
    is how many percent of the tickets that carry values of ours a changed file may change (None: all).
    `native` is objective (`agreement.objective`) -> names of the tool's own clocks that it is compared with.
    `pages` is where its tickets' pages are (None: nobody has said it).
    `also_written` are native fields that a run wrote by an earlier file, for `slabridge revert` to put back.
    """

    type: str
    url: str
    auth: Account
    filter: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)
    page_size: int | None = None
    overlap: int | None = None
    timeout: tuple[float, float] | None = None
    total: float | None = None
    max_answer: int | None = None
    concurrency: int | None = None
    calls_per_hour: int | None = None
    ca: Path | None = None
    proxy: str | None = None
    census: int | None = DAY
    writes_per_run: int | None = WRITES_PER_RUN
    first_run: FirstRun = "quiet"
    guard: int | None = 20
    native: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ca_at: tuple[str, str] = ("", "")
    writeback: Writeback = field(default_factory=Writeback)
    pages: Web | None = None
    also_written: tuple[str, ...] = ()

    @property
    def mapping(self) -> TicketMapping:
        """What its fields mean, and nothing else of it."""
        return TicketMapping(
            name=self.name, fields=self.fields, values=self.values, unmapped=self.unmapped, links=self.links
        )

    @property
    def read(self) -> tuple[str, ...]:
        """The native fields that are read with their history."""
        return tuple(dict.fromkeys([*self.fields.values(), *(link.field for link in self.links)]))

    @property
    def links_pages(self) -> bool:
        """Whether tickets get a link that leads to their page: the tool has such, and something else is written."""
        writes = bool(self.writeback.fields) or self.writeback.comments is not None
        return self.pages is not None and bool(TOOLS[self.type].remote_links) and writes

    @property
    def tells_pages(self) -> bool:
        """Whether the address of a ticket's page is written anywhere."""
        return self.links_pages or any(item.value.result == TIMELINE for item in self.writeback.fields)

    def timeline(self, ticket: str) -> str | None:
        """Return the address of our page of a ticket, by its id; None where it is not known where pages are."""
        return None if self.pages is None else self.pages.timeline(self.name, ticket)

    def settings(self) -> Settings:
        """Return what the connector needs, with the secrets, read now.

        Raises:
            ConfigError: a secret or the certificates cannot be had.
        """
        given: dict[str, Any] = dict(self.own) | {
            key: getattr(self, key) for key in _PASSED if getattr(self, key) is not None
        }
        if self.writeback.table:
            given |= {"result_table": self.writeback.table, "result_reference": self.writeback.reference}
        if any(link.names for link in self.links):
            given["link_types"] = self._link_types()
        if self.links_pages:
            given["links"] = True
        problems = [] if self.ca is None else certificate_problems(self.ca, self.ca_at)
        try:
            auth = self.auth.read()
        except ConfigError as error:
            problems += error.problems
        if problems:
            raise ConfigError(problems)
        return TOOLS[self.type].settings(
            name=self.name,
            url=self.url,
            auth=auth,
            fields=self.read,
            written=tuple(dict.fromkeys([*(item.field for item in self.writeback.fields), *self.also_written])),
            filter=self.filter,
            places=self._places(),
            **given,
        )

    def page(self, ticket: str, key: str) -> str:
        """Return where people see a ticket in the tool, by its id and key ("": nobody knows)."""
        return TOOLS[self.type].page(self.url, self.own, ticket, key)

    def _link_types(self) -> dict[str, str]:
        """Return the types of the tool's own links that are looked for, and where each stands in the file."""
        return {
            name.rpartition(" ")[0]: f"`{show_path(('connections', self.name, 'links', n, 'issue_link'))}`"
            for n, link in enumerate(self.links)
            for name in link.names[:1]
        }

    def _places(self) -> dict[str, str]:
        """Return where in the file each native field stands; one that is read and written, where it is read."""
        here = ("connections", self.name)
        written = {
            item.field: show_path((*here, "writeback", "fields", n, "field"))
            for n, item in enumerate(self.writeback.fields)
        }
        linking = {link.field: show_path((*here, "links", n)) for n, link in enumerate(self.links)}
        return linking | written | {native: show_path((*here, "fields", name)) for name, native in self.fields.items()}
