"""Rate limits, by the sandbox's clock: the three of Jira Cloud, and the one of Data Center.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from time import gmtime, strftime
from typing import TYPE_CHECKING

from slabridge_sandbox.instant import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from slabridge_sandbox.jira.site import Site


class Limited(Exception):  # noqa: N818 - an answer, not a failure of the sandbox
    """A call that comes too early, with the headers that say why and when to come back."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(headers)
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many milliseconds; `reason` is what RateLimit-Reason calls it."""

    reason: str
    most: int
    window: int


@dataclass(slots=True)
class Limits:
    """What was used of each limit."""

    _calls: defaultdict[tuple[str, str], deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _hour: int = -1
    _points: int = 0

    def check(self, site: "Site", endpoint: str, issue: int | None) -> dict[str, str]:
        """Count a call to an endpoint, which writes to `issue` if there is one; return the headers of its answer.

        Raises:
            Limited: a limit is reached. The call counts for nothing.
        """
        switches, now = site.switches, site.clock.now
        if not site.cloud:
            limit = Limit("", switches.tokens_per_minute, MINUTE)
            left = self._left(limit, "", now)
            if left == 0:
                raise Limited(_refusal(site, limit, self._wait(limit, "", now)))
            self._used(limit, "", now)
            return {} if left is None else _bucket(limit, left - 1)
        limits = [(Limit("jira-burst-based", switches.burst, SECOND), endpoint)]
        if issue is not None:
            limits.append((Limit("jira-per-issue-on-write", switches.issue_writes, 2 * SECOND), str(issue)))
        for limit, key in limits:
            if self._left(limit, key, now) == 0:
                raise Limited(_refusal(site, limit, self._wait(limit, key, now)))
        self._enter(now)
        if switches.hourly_points and self._points >= switches.hourly_points:
            limit = Limit("jira-quota-tenant-based", switches.hourly_points, HOUR)
            raise Limited(_refusal(site, limit, HOUR - now % HOUR))
        for limit, key in limits:
            self._used(limit, key, now)
        self.spend(now, 1)
        left = self._left(limits[0][0], endpoint, now)
        return {} if left is None else {"X-RateLimit-Limit": str(switches.burst), "X-RateLimit-Remaining": str(left)}

    def spend(self, now: int, points: int) -> None:
        """Take points from the quota of this hour: one for a call, one for each issue that it reads."""
        self._enter(now)
        self._points += points

    def _enter(self, now: int) -> None:
        if now // HOUR != self._hour:
            self._hour, self._points = now // HOUR, 0

    def _left(self, limit: Limit, key: str, now: int) -> int | None:
        """Return how many calls are left in the window that ends now, None without a limit."""
        if not limit.most:
            return None
        calls = self._calls[limit.reason, key]
        while calls and calls[0] <= now - limit.window:
            calls.popleft()
        return max(0, limit.most - len(calls))

    def _used(self, limit: Limit, key: str, now: int) -> None:
        if limit.most:
            self._calls[limit.reason, key].append(now)

    def _wait(self, limit: Limit, key: str, now: int) -> int:
        return self._calls[limit.reason, key][0] + limit.window - now


def _refusal(site: "Site", limit: Limit, wait: int) -> dict[str, str]:
    """Return the headers of a refusal, `wait` milliseconds before a call would pass."""
    seconds, end = -(-wait // SECOND), (site.clock.now + wait) / 1000
    said = {"seconds": str(seconds), "date": formatdate(-(-end // 1), usegmt=True), "zero": "0"}
    headers = {} if site.switches.retry_after == "missing" else {"Retry-After": said[site.switches.retry_after]}
    if not site.cloud:
        return headers | _bucket(limit, 0)
    return headers | {
        "X-RateLimit-Limit": str(limit.most),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": strftime("%Y-%m-%dT%H:%MZ", gmtime(end)),
        "RateLimit-Reason": limit.reason,
    }


def _bucket(limit: Limit, left: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.most),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Interval-Seconds": str(limit.window // SECOND),
        "X-RateLimit-FillRate": str(limit.most),
    }
