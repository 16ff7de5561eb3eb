"""How the site behaves: what an administrator set up, who may do what, and what else may go differently."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Switches:
    """The behaviour of the site, changed while it runs. The defaults are a plain site without surprises.

    Seconds are those of the sandbox's clock.
    """

    gzip: bool = False
    """Compress answers for clients that accept it."""

    index_lag: float = 0.0
    """A search sees issues as they were so many seconds ago, but for changes from before this was switched on."""
    max_rows: int = 5000
    """The most rows of a search page. With fields it is never more than 100, with more than 30 of them 50."""
    token_expiry: float = 604_800.0
    """Seconds for which the token of a search's next page can be used."""
    repeat_token: bool = False
    """Whether a search hands back the token it was given, page after page."""
    anonymous: bool = False
    """Whether wrong credentials make a call anonymous instead of 401."""
    locked: bool = False
    """Whether our account has to solve a CAPTCHA before its password works again: 403."""
    oauth_seconds: int = 3600
    """How long an access token lasts."""

    hidden: tuple[str, ...] = ()
    """Issues, by key or id, that our account may not see."""
    withheld: tuple[str, ...] = ("ADMINISTER",)
    """Permissions that our account lacks, as `EDIT_ISSUES` or, in one project, `ITSM/BROWSE_PROJECTS`."""
    off_screen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that are not on the edit screen, by project (`ITSM`) or project and issue type (`ITSM/Incident`)."""
    off_project: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that left a project or issue type, named as in `off_screen`: neither issues nor screens have them."""
    by_team: tuple[str, ...] = ()
    """Projects, by key, that their teams manage: no field that an administrator makes is on their layouts."""
    not_editable: tuple[str, ...] = ()
    """Statuses, by name, in which nobody may edit issues (`jira.issue.editable` is false): the screen is empty."""
    conflicts: int = 0
    """How many of the next writes to issues meet a conflicting one: 409."""

    sla_null_in_bulk: bool = False
    """Whether SLA fields are null unless a single issue is asked for."""
    issue_errors: tuple[str, ...] = ()
    """Issues, by id or key, that bulkfetch cannot give this time."""
    history_page: int = 0
    """The most histories of one issue on a page of changelog/bulkfetch (0: any number)."""
    history_created: Literal["ms", "s", "iso"] = "ms"
    """How changelog/bulkfetch writes instants."""

    burst: int = 0
    """Calls of one method and path pattern in a second before 429 (0: any number)."""
    issue_writes: int = 0
    """Writes to one issue in two seconds before 429 (0: any number); Jira Cloud takes 20."""
    hourly_points: int = 0
    """Points in an hour before 429, one a call and one for each issue that is read (0: any number)."""
    limit_status: Literal[429, 503] = 429
    """What a limit answers."""
    retry_after: Literal["seconds", "date", "zero", "missing"] = "seconds"
    """How Retry-After says it."""
    tokens_per_minute: int = 0
    """Calls in a minute on Data Center (0: any number)."""
