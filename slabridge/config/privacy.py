"""[privacy]: which fields hold people, how long ended tickets are kept, and whether names are (docs/privacy.md)."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import Definitions
from sla_engine.instant import DAY
from slabridge.config.connections.connection import Connection
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import one_of, shape, text_as

Reports = Literal["issued", "waived"]
_LEAST = 30 * DAY
"""Of what is kept for less, the report of a month would lack a part."""

_USUAL: Final = frozenset(
    [
        *("assignee", "assigned_to", "agent", "caller", "caller_id", "requester", "requested_for", "reporter"),
        *("creator", "author", "owner", "manager", "watchers", "opened_by", "resolved_by", "closed_by", "approved_by"),
        *("sys_created_by", "sys_updated_by", "user", "contact", "customer_contact"),
    ]
)
"""What fields that hold people are usually called, here or in their tool."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What becomes of people and of what is over.

    `people` are canonical fields that hold people, `keep` is how long ended tickets are kept, ms (None: for good), and
    `waived` whether they go before the reports that they belong to were issued. With `pseudonyms` everybody is called
    by a keyed hash, whose `key` this is.
    """

    people: frozenset[str] = frozenset()
    keep: int | None = None
    waived: bool = False
    pseudonyms: bool = False
    key: Secret | None = None

    def fields_of(self, connection: Connection) -> frozenset[str]:
        """Return the native fields of a connection that hold people."""
        return frozenset(native for name, native in connection.fields.items() if name in self.people)


def _days(text: str) -> int:
    found = re.fullmatch("([1-9][0-9]{0,4})d", text)
    if found is None:
        raise ValueError('is no number of days; write them as in "400d"')
    if int(found[1]) * DAY < _LEAST:
        raise ValueError("is too short; keep tickets for 30 days at least")
    return int(found[1]) * DAY


class PrivacyTable(TomlTable):
    """[privacy]."""

    people: list[Annotated[str, Field(min_length=1)]] = Field(examples=['["assignee"]'])
    """The fields, by our names, that hold people."""
    keep: Annotated[int | None, text_as(_days)] = None
    """How long ended tickets are kept, in days of 24 hours: `"400d"`, at least `"30d"`. Default: for good.
    """
    reports: Annotated[Reports, one_of(*get_args(Reports))] = "issued"
    """`"issued"`: no ticket goes before the reports of all months that it counts in are issued. `"waived"`: none is
    waited for. Default: `"issued"`.
    """
    pseudonyms: bool = False
    """Whether everybody is called by a keyed hash in the state, in reports, logs and comments. Default: `false`.
    """
    key: Annotated[Any, Inside("SecretTable")] = None
    """The secret of the keyed hashes: [where it stands](configuration.md#secrets). Default: none; needed for
    `pseudonyms` and by `slabridge forget`.
    """


def read_privacy(
    document: Mapping[str, Any],
    folder: Path,
    definitions: Definitions,
    connections: Collection[Connection],
    reading: Reading,
) -> Privacy:
    """Return what the table says; the rest of the file was read before."""
    if "privacy" not in document:
        return Privacy()
    table = shape(PrivacyTable, document["privacy"], ("privacy",), reading)
    if table is None:
        return Privacy()
    key = None if table.key is None else read_secret(table.key, ("privacy", "key"), folder, reading)
    mapped = {name for connection in connections for name in connection.fields}
    for n, name in enumerate(table.people):
        if name not in mapped and connections:
            reading.problem(("privacy", "people", n), f"no connection maps this field; {instead(name, mapped)}", name)
    if table.pseudonyms:
        if table.key is None:
            remedy = 'write key = { env = "SLABRIDGE_KEY" }, and let that be a long random text'
            reading.problem(("privacy", "key"), f"is missing, and pseudonyms are made with it; {remedy}")
        for path in _named(table.people, definitions, connections, reading):
            reading.problem(
                path, "needs people's names, and with pseudonyms = true there are none; change it, or drop pseudonyms"
            )
    return Privacy(frozenset(table.people), table.keep, table.reports == "waived", table.pseudonyms, key)


def people_of(document: Mapping[str, Any], connections: Iterable[Connection] = ()) -> frozenset[str]:
    """Return the fields, by our names, that hold people: those that [privacy] names, and those usually called so."""
    table = document.get("privacy")
    named = table.get("people") if isinstance(table, Mapping) else None
    mapped = [(name, native) for connection in connections for name, native in connection.fields.items()]
    usual = (name for name, native in mapped if native in _USUAL)
    return _USUAL.union(usual, map(str, named) if isinstance(named, list) else ())


def _named(
    people: Collection[str], definitions: Definitions, connections: Iterable[Connection], reading: Reading
) -> Iterable[KeyPath]:
    """Yield the places that compare people's names, or hand them on: to a ticket, as its holder."""
    if definitions.holder in people:
        yield ("attribution", "holder")
    yield from (use.path for use in reading.uses if use.field in people and use.values)
    yield from reading.authors
    for connection in connections:
        yield from (("connections", connection.name, "values", name) for name in people if name in connection.values)
