"""Terms: what planning goes by, the same for all tickets of a connection."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.interface import CommentWrite, Fact
from sla_engine import Calendar, Definitions, Result
from slabridge.config import CommentRule, Writeback

Page = Callable[[str], str | None]
"""Where people find a ticket's page, by its id; None: nobody has said where pages are."""

Risk = Callable[[Result, int], int | None]
"""How likely a cycle is to break at an instant (ms UTC), in percent; None: nobody knows, or it is decided."""

Encode = Callable[[str, Fact], str | None]
"""How the tool stores a fact in a field."""

_NONE = CommentRule((), ())


def nobody_knows(_: Result, __: int) -> int | None:
    """Say nothing of any cycle."""
    return None


def _any_length(_: CommentWrite) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Terms:
    """Times are in ms, instants by the tool's clock.

    No transition before `posts_from` is posted (None: no such floor). `last_run` is the as_of of the connection's last
    complete run (None: there was none): a breach of a cycle that was open then is posted also where it has ended since.
    What nobody could post since `held_since` is no older than it was then. `fits` says whether the tool takes a comment
    that long; comments are posted in the working time of `hours` (None: at any time). `links` is whether tickets get a
    link to their `page`. `risk` is how likely a cycle is to break.
    """

    definitions: Definitions
    writeback: Writeback
    encode: Encode
    as_of: int
    post_within: int
    posts_from: int | None = None
    last_run: int | None = None
    held_since: int | None = None
    fits: Callable[[CommentWrite], bool] = _any_length
    hours: Calendar | None = None
    page: Page = lambda _: None
    links: bool = False
    risk: Risk = nobody_knows

    @property
    def rule(self) -> CommentRule:
        """What is posted, and how: nothing where nothing is configured."""
        return self.writeback.comments or _NONE
