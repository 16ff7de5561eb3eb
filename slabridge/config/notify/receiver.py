"""[receivers.NAME]: to whom messages go, and when they may come (docs/notifications.md, "Receivers")."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.instant import MINUTE
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import RealTimeOrNone, check_field, one_of, shape, tables
from slabridge.text.language import Shown

_DIGEST = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom messages go: to the address `to`, or by what the field `by` holds to one of `each`, else to `to`.

    What is not urgent waits until the oldest of it is `every` (ms) old; outside the working time of the calendar `only`
    everything waits.
    """

    name: str
    to: Secret | None = None
    by: str | None = None
    each: Mapping[str, Secret] = field(default_factory=dict)
    every: int = _DIGEST
    only: str | None = None
    language: Shown = "en"

    @property
    def addresses(self) -> Mapping[str, Secret]:
        """Where each address is, by what the state calls it: `NAME`, or `NAME/VALUE` of a value of the field."""
        found = {f"{self.name}/{value}": secret for value, secret in self.each.items()}
        return found if self.to is None else {self.name: self.to, **found}

    def of(self, held: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """Yield the addresses of who is told of a ticket whose fields hold this; none where nobody is named for it."""
        values = [value for value in held.get(self.by, ()) if value in self.each] if self.by is not None else []
        if values:
            yield from (f"{self.name}/{value}" for value in values)
        elif self.to is not None:
            yield self.name


class ReceiverTable(TomlTable):
    """[receivers.NAME]."""

    to: Annotated[Any, Inside("SecretTable")] = Field(default=None, examples=['{ env = "DUTY_ADDRESS" }'])
    """Where the [address](notifications.md#addresses) is, which mostly holds a password: `{ env = "DUTY_ADDRESS" }` or
    `{ file = "..." }`. Default: nobody but those of `each`.
    """
    by: str | None = Field(default=None, examples=['"team"'], min_length=1)
    """A field by whose value the address is looked up in `each`; `to` is then for all other values."""
    each: Annotated[Any, Inside("{SecretTable}")] = Field(default=None, examples=['{ Network = { env = "NETWORK" } }'])
    """Values of that field, and where the address of each is."""
    every: Annotated[int, RealTimeOrNone] = _DIGEST
    """How long what is not urgent waits for more, to come as one message: `"15m"`. Default: `"15m"`."""
    only: str | None = Field(default=None, examples=['"office"'])
    """A calendar outside whose working time nothing is sent, breaches neither."""
    language: Annotated[Shown, one_of(*get_args(Shown))] = "en"
    """The language of the texts: `"en"`, `"sv"`. Default: `"en"`."""


def read_receivers(
    document: Mapping[str, Any], folder: Path, calendars: Collection[str], reading: Reading
) -> dict[str, Receiver]:
    """Return the receivers without problems, by name."""
    found = {}
    for name, raw in tables(document, "receivers", reading).items():
        receiver = _receiver(name, raw, folder, calendars, reading)
        if receiver is not None:
            found[name] = receiver
    return found


def _receiver(
    name: str, raw: Mapping[str, Any], folder: Path, calendars: Collection[str], reading: Reading
) -> Receiver | None:
    path: KeyPath = ("receivers", name)
    table = shape(ReceiverTable, raw, path, reading)
    if table is None:
        return None
    to = read_secret(table.to, (*path, "to"), folder, reading) if "to" in raw else None
    each = _each(table.each, (*path, "each"), folder, reading) if "each" in raw else {}
    if "to" not in raw and "each" not in raw:
        reading.problem(path, 'names no address; write to = { env = "..." }, or by and each')
    if (table.by is None) != ("each" not in raw):
        reading.problem(path, 'has only one of by and each; write by = "team" and each = { Network = { env = "..." } }')
    elif table.by is not None and check_field(table.by, (*path, "by"), reading):
        reading.uses.append(FieldUse((*path, "by"), table.by, tuple(each)))
    if table.only is not None and table.only not in calendars:
        reading.problem((*path, "only"), f"no such calendar; {instead(table.only, calendars)}", table.only)
    if reading.broken(path):
        return None
    return Receiver(name, to, table.by, each, table.every, table.only, table.language)


def _each(raw: object, path: KeyPath, folder: Path, reading: Reading) -> dict[str, Secret]:
    if not isinstance(raw, Mapping) or not raw:
        reading.problem(path, 'must be a table, as in { Network = { env = "NETWORK_ADDRESS" } }', secret=True)
        return {}
    found = {value: read_secret(one, (*path, value), folder, reading) for value, one in raw.items()}
    return {value: secret for value, secret in found.items() if secret is not None}
