"""The whole file: what is judged by, where tickets are, where the state is, and how the job behaves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from connectors.settings import Settings
from connectors.tool import TomlTable
from sla_engine.agreement import Definitions
from sla_engine.chain.rule import ChainRule
from sla_engine.instant import DAY, MINUTE
from slabridge.config.agreements.agreement import promises_of
from slabridge.config.agreements.classes import with_services
from slabridge.config.agreements.definitions import definitions_of, read_document
from slabridge.config.agreements.result import STEP, ResultRef
from slabridge.config.agreements.tree import find_in_tree
from slabridge.config.connections.connection import Connection
from slabridge.config.connections.tables import read_connections
from slabridge.config.problem import ConfigError, KeyPath, Problem, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.services.reporting import Reporting, reporting_of
from slabridge.config.services.satisfaction import ToolRatings
from slabridge.config.services.sources import ServiceNowSource
from slabridge.config.shape import RealTime, shape, tables
from slabridge.config.warning import find_warnings

_DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without problems.

    `state` is a database's URL, or the absolute path of a SQLite file. `post_within`, `settle`, `outage` and
    `pull_within` are ms, `chain_limit` is how many tickets may be linked with each other. `renamed` are keys by a name
    of an earlier version; they are among the `warnings`, too. `uses` are the places that read fields, `mapped` has the
    values to which each (connection, field) is mapped. `reporting` is what reports go by.
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

    @property
    def reads_chain(self) -> bool:
        """Whether anything is written that takes more to know than each ticket alone."""
        return any(connection.writeback.reads_chain for connection in self.connections)

    @property
    def dimensions(self) -> frozenset[str]:
        """The canonical fields that any connection maps: what results can be counted by."""
        return frozenset(name for connection in self.connections for name in connection.fields)

    def stepped(self, connection: str) -> tuple[ResultRef, ...]:
        """Return the results of a connection's tickets of which a step of percent is written somewhere."""
        return tuple(
            rule.value
            for one in self.connections
            for rule in one.writeback.fields
            if rule.value.result == STEP and (one.name == connection or rule.value.side is not None)
        )

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
    settle: Annotated[int, RealTime] = MINUTE
    outage: Annotated[int, RealTime] = DAY
    pull_within: Annotated[int, RealTime] = 5 * MINUTE
    chain_limit: int = Field(default=1_000, ge=2)


class StateTable(TomlTable):
    """The top-level `state`."""

    state: str = Field(default="slabridge.db", min_length=1)


def load_config(path: Path) -> Config:
    """Return a whole configuration file. Secrets are not read yet.

    Raises:
        ConfigError: with all problems.
    """
    return config_of(read_document(path), path)


def config_of(document: Mapping[str, Any], path: Path) -> Config:
    """Return the configuration in a parsed file; other files that it names are relative to its folder.

    Raises:
        ConfigError: with all problems.
    """
    folder = path.absolute().parent
    reading = Reading(str(path))
    definitions = definitions_of(document, reading)
    quiet = Reading(reading.file)  # what is wrong there is noted where it is read
    promises = promises_of(tables(with_services(document, quiet), "agreements", quiet))
    connections = read_connections(document, folder, promises, reading)
    reporting = reporting_of(document, folder, definitions, reading)
    _check_types(definitions.chain, connections, reading)
    _check_sources(reporting, connections, reading)
    _check_hours(connections, tables(document, "calendars", quiet), reading)
    state = _state(document, folder, reading)
    job = shape(JobTable, _renamed(document.get("job", {}), ("job",), reading), ("job",), reading) or JobTable()
    reading.check()
    dimensions = frozenset(name for connection in connections for name in connection.fields)
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
        reporting=replace(reporting, dimensions=dimensions),
        warnings=warnings,
        renamed=tuple(reading.renamed),
        file=reading.file,
        uses=tuple(reading.uses),
        mapped=dict(reading.mapped),
    )


def warnings_of(config: Config) -> tuple[Problem, ...]:
    """Return what works, but hardly as it was meant."""
    return config.warnings


def tree_of(config: Config) -> tuple[Problem, ...]:
    """Return what the tree of agreements leaves open."""
    found = Reading(config.file)
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


def _check_hours(connections: Iterable[Connection], calendars: Collection[str], reading: Reading) -> None:
    """Note a problem for each connection whose comments wait for a calendar that there is not."""
    for connection in connections:
        rule = connection.writeback.comments
        if rule is not None and rule.only is not None and rule.only not in calendars:
            path = ("connections", connection.name, "writeback", "comments", "only")
            reading.problem(path, f"no such calendar; {instead(rule.only, calendars)}", rule.only)


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


def _state(document: Mapping[str, Any], folder: Path, reading: Reading) -> str:
    given = {key: document[key] for key in ("state",) if key in document}
    state = (shape(StateTable, given, (), reading, secret=True) or StateTable()).state
    if "://" not in state:
        return str(folder / state)
    scheme = state.partition("://")[0]
    if scheme.partition("+")[0] not in _DATABASES:
        reading.problem(
            ("state",), "is no database that can be used; name a file, or write postgresql://user@host/database"
        )
    try:
        password = urlsplit(state).password
    except ValueError as error:
        reading.problem(("state",), f"is no database address: {error}")
        return state
    if password is not None:
        remedy = "leave it out and set PGPASSWORD, or use a ~/.pgpass file"
        reading.problem(("state",), f"holds a password, and no secret stands in this file; {remedy}")
    return state
