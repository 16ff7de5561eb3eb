"""What every connector needs to know, complete: no defaults from a file, no environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.http.credentials import Auth
from connectors.roster import NOBODY, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What both tools need.

    `filter` is native and says which tickets are taken up ("" is all). `fields` are the native fields to read with
    their history, `written` those that we write and read back. `overlap` seconds are read again before the cursor,
    because indexes lag and commits come late. `timeout` is seconds to connect and between two bytes of an answer,
    `total` those of a whole answer, `max_answer` the most bytes of one. `concurrency` is how many calls may be under
    way at once, `calls_per_hour` how many may be made in an hour (None: no limit); both count for a host. `ca` names a
    file of certificates to trust instead of the usual ones, `proxy` a URL.
    `places` says where in the configuration a native field stands, for messages.
    `agents` and `not_agents` say whose comments are an agent's, and whose are not (`connectors.roles.Roles`).
    """

    name: str
    url: str
    auth: Auth
    fields: tuple[str, ...]
    written: tuple[str, ...] = ()
    filter: str = ""
    comments: bool = True
    page_size: int = 200
    overlap: int = 120
    timeout: tuple[float, float] = (5.0, 60.0)
    total: float = 300.0
    max_answer: int = 64_000_000
    concurrency: int = 2
    calls_per_hour: int | None = None
    ca: Path | None = None
    proxy: str | None = None
    agents: Roster = NOBODY
    not_agents: Roster = NOBODY
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, native: str, table: str = "fields") -> str:
        """Return in words where a native field stands in the configuration, as far as it is known."""
        return f"`{self.places.get(native, f'connections.{self.name}.{table}')}`"
