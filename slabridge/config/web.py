"""[web]: where people reach the pages of `slabridge serve`, and whom it believes (docs/web.md)."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from connectors.tool import Inside, TomlTable
from slabridge.config.connections.address import check_url
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.reading import Reading
from slabridge.config.shape import shape, text_as

Network = IPv4Network | IPv6Network

_EXAMPLE = "https://sla.acme.com"


@dataclass(frozen=True, slots=True)
class Web:
    """How pages are reached: at `url` (none: as they are asked), and who may ask for them.

    With `--auth token` whoever knows the `token`; with `--auth proxy` whoever a proxy at one of these addresses lets
    through: it says in the headers `user` and `role` who asks, and what of. `access_log` is where that is noted.
    """

    access_log: Path
    url: str | None = None
    token: Secret | None = None
    proxy: tuple[Network, ...] = ()
    user: str = "X-Forwarded-User"
    role: str = "X-Slabridge-Role"

    def timeline(self, connection: str, ticket: str) -> str | None:
        """Return the address of the page of a ticket, by its id; None where it is not known where pages are."""
        return None if self.url is None else f"{self.url}/tickets/{quote(connection, '')}/{quote(ticket, '')}"


def _header(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9-]{1,64}", name) is None:
        raise ValueError("is no name of a header; it has letters, digits and -")
    return name


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError('is no address; write "10.0.0.5", or a network as "10.0.0.0/24"') from None


class WebTable(TomlTable):
    """[web]."""

    url: str | None = Field(default=None, examples=[f'"{_EXAMPLE}"'])
    """Where people reach the pages, as `"https://sla.acme.com"`: links on tickets lead there. Default: none, and no
    ticket is linked.
    """
    token: Annotated[Any, Inside("SecretTable")] = None
    """The secret that `slabridge serve --auth token` asks for: [where it stands](configuration.md#secrets).
    """
    proxy: list[Annotated[Network, text_as(_network)]] = Field(default_factory=list)
    """Addresses or networks of the proxy that `slabridge serve --auth proxy` believes, as `["10.0.0.5"]`.
    """
    user: Annotated[str, text_as(_header)] = "X-Forwarded-User"
    """The header in which the proxy says who asks. Default: `"X-Forwarded-User"`."""
    role: Annotated[str, text_as(_header)] = "X-Slabridge-Role"
    """The header in which it says what of: `all`, `customer=NAME` or `team=NAME`. Default: `"X-Slabridge-Role"`."""
    access_log: str = Field(default="access.jsonl", min_length=1)
    """Where it is noted who looked at what: a file, relative to the configuration file's folder. Default:
    `"access.jsonl"`.
    """


def read_web(document: Mapping[str, Any], folder: Path, customer: str, reading: Reading) -> Web:
    """Return what the table says; the pages of a `customer` of a folder are below its name."""
    raw = document.get("web", {})
    table = shape(WebTable, raw, ("web",), reading) or WebTable()
    path = ("web", "token")
    token = read_secret(table.token, path, folder, reading) if isinstance(raw, Mapping) and "token" in raw else None
    url = None if table.url is None else table.url.rstrip("/")
    if url is not None:
        check_url(url, ("web", "url"), reading, _EXAMPLE, of="pages")
        url = f"{url}/{customer}" if customer else url
    return Web(folder / table.access_log, url, token, tuple(table.proxy), table.user, table.role)
