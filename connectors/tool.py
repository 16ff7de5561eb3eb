"""What the configuration has to know of a kind of tool, without loading its client library."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.interface import Cursor, NativeDefinitions
from connectors.roster import Roster
from connectors.settings import Settings


@dataclass(frozen=True, slots=True)
class Inside:
    """What a value is that is read on its own, for the schema of the file alone.

    A kind is the name of a `TomlTable`, or a word of `slabridge.config.schema`; `[kind]` is a list, also of
    several kinds as `[one|other]`, `{kind}` a table whose keys are names. Of several kinds it is one.
    """

    kinds: tuple[str, ...]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", kinds)


class TomlTable(BaseModel):
    """A table of the configuration; a key that is not in it is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, defer_build=True)


_Name = Annotated[str, Field(min_length=1)]


def _domain(text: str) -> str:
    if not re.fullmatch(r"[^@\s.]+(\.[^@\s.]+)+", text):
        raise ValueError('is no domain of an e-mail address; write what stands behind the @, as "acme.com"')
    return text


class RosterTable(TomlTable):
    """Whose comments are an agent's, or are not."""

    accounts: list[_Name] = Field(default=[], examples=['["5b10ac8d82e05b22cc7d4ef5"]'])
    """Accounts: user names, in Jira Cloud account ids. Default: `[]`."""
    groups: list[_Name] = Field(default=[], examples=['["service-desk"]'])
    """Names of groups. Default: `[]`."""
    domains: list[Annotated[str, AfterValidator(_domain)]] = Field(default=[], examples=['["acme.com"]'])
    """What stands behind the `@` of e-mail addresses, without subdomains. Default: `[]`."""

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.accounts or self.groups or self.domains):
            raise ValueError('names nobody; write { groups = ["service-desk"] }, or accounts or domains')
        return self

    def roster(self) -> Roster:
        """Return whom it names."""
        return Roster(tuple(self.accounts), tuple(self.groups), tuple(self.domains))


ROSTERS: Mapping[str, type[TomlTable]] = {"agents": RosterTable, "not_agents": RosterTable}
"""The keys of a connection that are such tables."""


def rosters(values: Mapping[str, Any]) -> dict[str, Roster]:
    """Return the settings that those of the keys give which are there."""
    return {key: values[key].roster() for key in ROSTERS if values[key] is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """How one signs in to a tool.

    `kinds` are those of `auth` that it takes. `token_url` gives, for the tool's address, where tokens are had (None:
    nobody knows), `takes_json` whether they are asked for there in JSON. `api_key_header` is the header of an API key,
    `hint` what else may be wrong where a token is refused without a reason.
    """

    kinds: tuple[str, ...]
    token_url: Callable[[str], str | None]
    takes_json: Callable[[str], bool] = lambda _: False
    api_key_header: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A kind of tool.

    `connector`, `inspector` and `provisioner` are where these are, as `module:Class`. `keys` are the keys of a
    connection that it alone has, `inner` the tables among them; `own_settings` makes settings of their values.
    `result_table` is whether results may go to a table of their own, `comment_fields` are fields that take comments and
    no values. `issue_links` and `remote_links` are the native fields that the tool's own links are read as, "" where it
    has none.

    `check_name`, `check_written` and `check_filter` raise `Refused` for a native name, a
    written field and a filter that cannot be; `read_by` gives those native fields that a filter reads, `read_to` the
    instant (ms UTC) that a cursor of changed tickets stands at. `address_advice`
    gives what is wrong with an address beside a kind of `auth`, "" where nothing is; `page` where people see a ticket,
    by the tool's address, the connection's own keys, the ticket's id and its key ("": nobody knows). `exported` reads
    SLA definitions from files, by name and content, and raises `ValueError` for one that it cannot read.
    """

    name: str
    connector: str
    inspector: str
    provisioner: str
    settings: type[Settings]
    signing_in: SigningIn
    keys: type[TomlTable]
    inner: Mapping[str, type[TomlTable]] = field(default_factory=dict)
    own_settings: Callable[[Mapping[str, Any]], dict[str, Any]]
    result_table: bool = False
    comment_fields: tuple[str, ...] = ()
    issue_links: str = ""
    remote_links: str = ""
    check_name: Callable[[str], object]
    check_written: Callable[[str], object]
    check_filter: Callable[[str], object]
    read_by: Callable[[str, Iterable[str]], set[str]]
    read_to: Callable[[Cursor], int | None]
    exported: Callable[[Iterable[tuple[str, bytes]]], NativeDefinitions]
    page: Callable[[str, Mapping[str, Any], str, str], str]
    address_advice: Callable[[str, str], str] = lambda _url, _token_url: ""
