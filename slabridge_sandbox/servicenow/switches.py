"""How the instance behaves: what an administrator set up, and what else may go differently on a real one."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Switches:
    """The behaviour of the instance, changed while it runs. The defaults are a plain instance without surprises."""

    gzip: bool = False
    """Compress answers for clients that accept it."""

    invalid_query: Literal["ignore", "no_rows", "refuse"] = "ignore"
    """What a condition that cannot be understood, or a field that does not exist, does to a query: it is dropped; no
    row comes back (`glide.invalid_query.returns_no_rows`); or it is answered 403 (query ACLs)."""

    hidden_rows: dict[str, str] = field(default_factory=dict)
    """By table, an encoded query: the accounts in `restricted` do not see the rows that it selects. `1/3` hides a
    third of the rows, by their sys_id."""
    hidden_fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By table, the fields that the accounts in `restricted` neither read nor write."""
    read_only_fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By table, the fields whose new values are left out of what those accounts write, without a word."""
    hidden_tables: tuple[str, ...] = ()
    """The tables that the accounts in `restricted` may not read: 403."""
    read_only_tables: tuple[str, ...] = ()
    """The tables that the accounts in `restricted` may not write: 403."""
    empty_rows: bool = False
    """Whether hidden rows come as `{}` instead of not at all."""
    restricted: tuple[str, ...] = ("slabridge",)
    """The user names that those above are about."""

    commit_delay: int = 0
    """Seconds between the stamp of a new state of a record and the moment when readers can see it."""

    quota_rows: int = 0
    """A list of more rows than this takes too long (0: none does)."""
    quota_answer: Literal["partial", "error"] = "partial"
    """What then comes: 200 with some of the rows and an error, or 500."""

    calls_per_hour: int = 0
    """How many calls an account may make in each hour of the sandbox's clock before it gets 429 (0: any number)."""
    rate_headers: bool = True
    """Whether a 429 says what the limit is and when to come back; without, it is one of a full node."""

    token_seconds: int = 1799
    """How long an access token lasts."""
    token_in_real_time: bool = False
    """Whether that is counted in real seconds, and not by the sandbox's clock."""
    token_calls: int = 0
    """For how many calls an access token is good before it expires all the same (0: any number)."""

    batch_unserviced: int = 0
    """A batch leaves each n-th of its requests unserviced (0: none)."""
    batch_output: int = 10_000_000
    """The bytes of all answers of a batch; requests after that are left unserviced."""
