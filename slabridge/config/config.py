"""The whole file: what is judged by, where tickets are, where the state is, and how the job behaves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from connectors.settings import Settings
from connectors.tool import TomlTable
from sla_engine.agreement import Definitions
from sla_engine.chain.rule import ChainRule
from sla_engine.instant import DAY, MINUTE
from slabridge.config.agreements.agreement import promises_of
from slabridge.config.agreements.classes import with_services
from slabridge.config.agreements.definitions import definitions_of
from slabridge.config.agreements.result import RISK, STEP, TIMELINE, WORDS, ResultRef
from slabridge.config.agreements.tree import find_in_tree
from slabridge.config.connections.connection import Connection
from slabridge.config.connections.tables import read_connections
from slabridge.config.customers import source_of
from slabridge.config.fleet import read_fleet
from slabridge.config.foresight import Foresight, read_foresight
from slabridge.config.like import resolve_like
from slabridge.config.notify.receiver import Receiver, read_receivers
from slabridge.config.notify.rule import Breaches, NotifyRule, read_notify
from slabridge.config.places import Places
from slabridge.config.privacy import Privacy, people_of, read_privacy
from slabridge.config.problem import ConfigError, KeyPath, Problem, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.services.reporting import Reporting, reporting_of
from slabridge.config.services.satisfaction import ToolRatings
from slabridge.config.services.sources import ServiceNowSource
from slabridge.config.shape import RealTime, shape, tables
from slabridge.config.source import Source
from slabridge.config.state import read_state
from slabridge.config.warning import find_warnings
from slabridge.config.web import Web, read_web
from slabridge.text.language import Shown


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without problems.

    `state` is a database's URL, or the absolute path of a SQLite file. `post_within`, `settle`, `outage` and
    `pull_within` are ms, `chain_limit` is how many tickets may be linked with each other. `renamed` are keys by a name
    of an earlier version; they are among the `warnings`, too. `uses` are the places that read fields, `mapped` has the
    values to which each (connection, field) is mapped. `reporting` is what reports go by. `document` is
    the file as it was parsed, `places` says where its keys stand; `customer` is whose file of a folder it is, or "".
    `notify` says of what the `receivers`, by name, are told.
    `privacy` says what becomes of people and of what is over, `web` where people reach the pages, `foresight` by what
    open cycles are compared with others.
    """

    definitions: Definitions
    connections: tuple[Connection, ...]
    state: str
    post_within: int
    settle: int
    outage: int = DAY
    pull_within: int = 5 * MINUTE
    chain_limit: int = 1_000
    warnings: tuple[Problem, ...] = ()
    renamed: tuple[Problem, ...] = ()
    file: str = ""
    uses: tuple[FieldUse, ...] = ()
    mapped: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    reporting: Reporting | None = None
    places: Places = field(default_factory=lambda: Places(""))
    document: Mapping[str, Any] = field(default_factory=dict)
    customer: str = ""
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    notify: tuple[NotifyRule, ...] = ()
    privacy: Privacy = field(default_factory=Privacy)
    web: Web = field(default_factory=lambda: Web(Path("access.jsonl")))
    foresight: Foresight = field(default_factory=lambda: Foresight(False, None, (), ()))

    @property
    def reads_chain(self) -> bool:
        """Whether anything is written that takes more to know than each ticket alone."""
        return any(connection.writeback.reads_chain for connection in self.connections)

    @property
    def zones(self) -> frozenset[str]:
        """The time zones by which any report counts."""
        services = () if self.reporting is None else self.reporting.services
        return frozenset({self.definitions.timezone, *(one.timezone for one in services if one.timezone)})

    @property
    def language(self) -> Shown:
        """The language that people are shown things in, where they name none."""
        return "en" if self.reporting is None else self.reporting.rules.language

    @property
    def dimensions(self) -> frozenset[str]:
        """The canonical fields that any connection maps: what results can be counted by."""
        return frozenset(name for connection in self.connections for name in connection.fields)

    def stepped(self, connection: str) -> tuple[ResultRef, ...]:
        """Return the results of a connection's tickets of which a step of percent is written somewhere."""
        return self._written(connection, STEP)

    def _written(self, connection: str, result: str) -> tuple[ResultRef, ...]:
        """Return the references to a result by which anything of a connection's tickets is written."""
        return tuple(
            rule.value
            for one in self.connections
            for rule in one.writeback.fields
            if rule.value.result == result and (one.name == connection or rule.value.side is not None)
        )

    def risk_steps(self, connection: str) -> frozenset[int]:
        """Return the steps of risk, in percent, that are told of a connection's tickets, or written somewhere."""
        told = (step for rule in self.notify for step in rule.ladder)
        found = {step.percent for step in told if step.kind == "risk"}
        if self._written(connection, RISK):
            found.update(int(step) for step in WORDS[RISK] if step != "0")
        return frozenset(found)

    def settings(self) -> tuple[Settings, ...]:
        """Return what the connectors need, with the secrets, read now.

        Raises:
            ConfigError: with every secret that cannot be had.
        """
        found = []
        problems: list[Problem] = []
        for connection in self.connections:
            try:
                found.append(connection.settings())
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)
        return tuple(found)


class JobTable(TomlTable):
    """[job]."""

    post_within: Annotated[int, RealTime] = DAY
    """A transition is posted as a comment only if it happened at most so long ago; fields of tickets whose last cycle
    ended longer ago are left alone, unless slabridge wrote them before. Default: `"24h"`.
    """
    settle: Annotated[int, RealTime] = MINUTE
    """How long after it was sent to wait before looking whether a comment whose answer was lost is there. Default:
    `"60s"`.
    """
    outage: Annotated[int, RealTime] = DAY
    """After how long in which no run has reached a tool a run ends with 3 (a person must look) and no longer with 4.
    Default: `"24h"`.
    """
    pull_within: Annotated[int, RealTime] = 5 * MINUTE
    """A connection in its first load, or whose pull takes longer than this, waits until the others were judged and
    written, and is then read on. Default: `"5m"`.
    """
    chain_limit: int = Field(default=1_000, ge=2)
    """How many tickets may be linked with each other, directly or through others; of a larger group each is shown
    without the chain. Default: 1000.
    """


def load_config(path: Path) -> Config:
    """Return a whole configuration file. Secrets are not read yet.

    Raises:
        ConfigError: with all problems.
    """
    return read_config(source_of(path))


def config_of(document: Mapping[str, Any], path: Path) -> Config:
    """Return the configuration in a parsed file; other files that it names are relative to its folder.

    Raises:
        ConfigError: with all problems.
    """
    return read_config(Source(path, document, Reading(str(path))))


def read_config(source: Source) -> Config:
    """Return a parsed configuration.

    Raises:
        ConfigError: with all problems.
    """
    document, folder, reading = source.document, source.folder, source.reading
    definitions = definitions_of(document, reading)
    quiet = Reading(reading.file)  # what is wrong there is noted where it is read
    promises = promises_of(tables(with_services(document, quiet), "agreements", quiet))
    receivers = read_receivers(document, folder, tables(document, "calendars", quiet), reading)
    notify = read_notify(document, tables(document, "receivers", quiet), promises, reading)
    connections = read_connections(document, folder, promises, reading)
    reporting = reporting_of(document, folder, definitions, reading)
    _check_types(definitions.chain, connections, reading)
    _check_sources(reporting, connections, reading)
    _check_hours(connections, tables(document, "calendars", quiet), reading)
    state = read_state(document, folder, reading)
    job = shape(JobTable, _renamed(document.get("job", {}), ("job",), reading), ("job",), reading) or JobTable()
    privacy = read_privacy(document, folder, definitions, connections, reading)
    _check_within(notify, privacy, reading)
    web = read_web(document, folder, source.customer, reading)
    read_fleet(document, folder, reading)
    _check_common(source, reading)
    _check_pages(connections, web, reading)
    mapped = frozenset(name for connection in connections for name in connection.fields)
    of_tickets = (definitions.holder, reporting.rules.fault, mapped)
    foresight = read_foresight(document, *of_tickets, people=people_of(document, connections), reading=reading)
    _check_risk(notify, connections, foresight, reading)
    reading.check()
    connections = tuple(replace(one, pages=web if web.url else None) for one in connections)
    warnings = (*reading.renamed, *find_warnings(definitions, connections, reading))
    return Config(
        definitions,
        connections,
        state,
        job.post_within,
        job.settle,
        job.outage,
        job.pull_within,
        job.chain_limit,
        reporting=replace(reporting, dimensions=mapped),
        warnings=warnings,
        renamed=tuple(reading.renamed),
        file=reading.file,
        uses=tuple(reading.uses),
        mapped=dict(reading.mapped),
        places=reading.places,
        document=document,
        customer=source.customer,
        receivers=receivers,
        notify=notify,
        privacy=privacy,
        web=web,
        foresight=foresight,
    )


def read_connection(document: Mapping[str, Any], path: Path, name: str) -> tuple[Connection, dict[str, Any]]:
    """Return a connection of a parsed file, of which nothing else need be right, and its table.

    What names agreements is left out of both: they may not be there yet.

    Raises:
        ConfigError: with all problems of the connection.
    """
    reading = Reading(str(path))
    given = resolve_like(tables(document, "connections", reading), ("connections",), reading)
    table = {key: value for key, value in given.get(name, {}).items() if key not in _NAMING}
    if name not in given:
        reading.problem(("connections",), f"has no {name}; {instead(name, given)}")
    found = read_connections({"connections": {name: table}} if table else {}, path.absolute().parent, (), reading)
    reading.check()
    return found[0], table


_NAMING = ("like", "native", "writeback", "links")
"""Keys of a connection that name agreements, other connections, or what only a run needs."""


def warnings_of(config: Config) -> tuple[Problem, ...]:
    """Return what works, but hardly as it was meant."""
    return config.warnings


def tree_of(config: Config) -> tuple[Problem, ...]:
    """Return what the tree of agreements leaves open."""
    found = Reading.at(config.places)
    find_in_tree(config.definitions, config.mapped, found)
    return found.problems()


def _check_sources(reporting: Reporting, connections: Iterable[Connection], reading: Reading) -> None:
    """Note a problem for each source whose connection is none of the file, or one to another tool."""
    names = {type_: [one.name for one in connections if one.type == type_] for type_ in ("servicenow", "jira")}

    def check(type_: str, name: str, path: KeyPath) -> None:
        if name not in names[type_] and not reading.broken(("connections", name)):
            tool = "ServiceNow" if type_ == "servicenow" else "Jira"
            reading.problem((*path, type_), f"is no connection to a {tool}; {instead(name, names[type_])}", name)

    for service in reporting.services:
        for n, source in enumerate(service.outages):
            if isinstance(source, ServiceNowSource):
                check("servicenow", source.connection, ("services", service.name, "outages", n))
    for n, rating in enumerate(reporting.satisfaction):
        if isinstance(rating, ToolRatings):
            check("jira" if rating.survey is None else "servicenow", rating.connection, ("satisfaction", "sources", n))


def _check_types(rules: Iterable[ChainRule], connections: Iterable[Connection], reading: Reading) -> None:
    """Note a problem for each type of link that is read nowhere."""
    known = {link.type for connection in connections for link in connection.links}
    if reading.problems():  # then some links may not be known
        return
    for n, rule in enumerate(rules):
        for type_ in rule.link:
            if type_ not in known:
                remedy = instead(type_, known) if known else "write one, with what the tickets name each other by"
                reading.problem(("chain", n, "link"), f"no [[connections.NAME.links]] has this type; {remedy}", type_)


def _check_within(rules: Iterable[NotifyRule], privacy: Privacy, reading: Reading) -> None:
    """Note a problem for each count of breaches over a longer time than tickets are kept."""
    for n, rule in enumerate(rules):
        for m, told in enumerate(rule.management):
            if isinstance(told, Breaches) and privacy.keep is not None and told.within > privacy.keep:
                path = ("notify", n, "management", m, "within")
                reading.problem(path, "is longer than tickets are kept ([privacy] keep); count over a shorter time")


def _check_hours(connections: Iterable[Connection], calendars: Collection[str], reading: Reading) -> None:
    """Note a problem for each connection whose comments wait for a calendar that there is not."""
    for connection in connections:
        rule = connection.writeback.comments
        if rule is not None and rule.only is not None and rule.only not in calendars:
            path = ("connections", connection.name, "writeback", "comments", "only")
            reading.problem(path, f"no such calendar; {instead(rule.only, calendars)}", rule.only)


def _check_common(source: Source, reading: Reading) -> None:
    """Note a problem where [fleet] stands anywhere but in what all customers have in common."""
    if "fleet" in source.document and not (source.customer and ("fleet",) in reading.places.files):
        reading.problem(("fleet",), "is of all customers of a folder; it stands in their common.toml")


def _check_pages(connections: Iterable[Connection], web: Web, reading: Reading) -> None:
    """Note a problem for each field that is to hold the address of a page, where nobody has said where pages are."""
    for connection in connections if web.url is None else ():
        for n, item in enumerate(connection.writeback.fields):
            if item.value.result == TIMELINE:
                path = ("connections", connection.name, "writeback", "fields", n, "value")
                remedy = 'write [web] url = "https://sla.acme.com", where people reach slabridge serve'
                reading.problem(path, f"is the address of a page, and nobody knows where pages are; {remedy}", TIMELINE)


def _check_risk(
    rules: Iterable[NotifyRule], connections: Iterable[Connection], foresight: Foresight, reading: Reading
) -> None:
    """Note a problem for each place that asks how likely a cycle is to break, where runs do not say so."""
    if foresight.in_runs:
        return
    places: list[KeyPath] = [
        ("notify", n, "ladder", m, "at")
        for n, rule in enumerate(rules)
        for m, step in enumerate(rule.ladder)
        if step.kind == "risk"
    ]
    places += [
        ("connections", connection.name, "writeback", "fields", n, "value")
        for connection in connections
        for n, item in enumerate(connection.writeback.fields)
        if item.value.result == RISK
    ]
    for path in places:
        reading.problem(path, "asks how likely a cycle is to break, and nobody says so in runs; write [foresight]")


_OLD_KEYS = {"tell_within": "post_within"}


def _renamed(raw: object, path: KeyPath, reading: Reading) -> object:
    """Return a table with today's names of its keys."""
    if not isinstance(raw, Mapping):
        return raw
    table = dict(raw)
    for old, new in _OLD_KEYS.items():
        if old in table and new in table:
            reading.problem((*path, old), f"is the earlier name of {new}, which is there too; drop it")
            del table[old]
        elif old in table:
            table[new] = table.pop(old)
            reading.rename((*path, old), (*path, new))
    return table
