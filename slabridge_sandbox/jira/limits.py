"""Rate limits, by the sandbox's clock: the three of Jira Cloud, and the one of Data Center.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from time import gmtime, strftime

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import HOUR, MINUTE, SECOND
from slabridge_sandbox.jira.switches import Switches


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


class Limits:
    """What was used of each limit."""

    def __init__(self, clock: Clock, switches: Switches, *, cloud: bool) -> None:
        self._clock = clock
        self._switches = switches
        self._cloud = cloud
        self._calls: defaultdict[tuple[str, str], deque[int]] = defaultdict(deque)
        self._hour = -1
        self._points = 0

    def check(self, operation: str, issue: int | None) -> dict[str, str]:
        """Count a call to an operation, which writes to `issue` if there is one; return the headers of its answer.

        Raises:
            Limited: a limit is reached. The call counts for nothing.
        """
        switches, now = self._switches, self._clock.now
        if not self._cloud:
            limit = Limit("", switches.tokens_per_minute, MINUTE)
            left = self._left(limit, "", now)
            if left == 0:
                raise Limited(self._refusal(limit, self._wait(limit, "", now)))
            self._used(limit, "", now)
            return {} if left is None else _bucket(limit, left - 1)
        limits = [(Limit("jira-burst-based", switches.burst, SECOND), operation)]
        if issue is not None:
            limits.append((Limit("jira-per-issue-on-write", switches.issue_writes, 2 * SECOND), str(issue)))
        for limit, key in limits:
            if self._left(limit, key, now) == 0:
                raise Limited(self._refusal(limit, self._wait(limit, key, now)))
        self._enter(now)
        if switches.hourly_points and self._points >= switches.hourly_points:
            limit = Limit("jira-quota-tenant-based", switches.hourly_points, HOUR)
            raise Limited(self._refusal(limit, HOUR - now % HOUR))
        for limit, key in limits:
            self._used(limit, key, now)
        self.spend(1)
        left = self._left(limits[0][0], operation, now)
        return {} if left is None else {"X-RateLimit-Limit": str(switches.burst), "X-RateLimit-Remaining": str(left)}

    def spend(self, points: int) -> None:
        """Take points from the quota of this hour: one for a call, one for each issue that it reads."""
        self._enter(self._clock.now)
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

    def _refusal(self, limit: Limit, wait: int) -> dict[str, str]:
        """Return the headers of a refusal, `wait` milliseconds before a call would pass."""
        seconds, end = -(-wait // SECOND), (self._clock.now + wait) / 1000
        said = {"seconds": str(seconds), "date": formatdate(-(-end // 1), usegmt=True), "zero": "0"}
        headers = {} if self._switches.retry_after == "missing" else {"Retry-After": said[self._switches.retry_after]}
        if not self._cloud:
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
