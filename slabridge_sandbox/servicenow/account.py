"""Accounts: who a request comes from, and how often they may come."""

import base64
import binascii
import sqlite3
from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from starlette.requests import Request

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import HOUR
from slabridge_sandbox.servicenow.date_time import ZONE
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.oauth import APPLICATION_USER, Tokens
from slabridge_sandbox.servicenow.record import User, identify
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.switches import Switches
from slabridge_sandbox.servicenow.table import Table

API_KEY = "sandbox-api-key"
"""What the header x-sn-apikey takes for the service account."""
_RULE = identify("sys_rate_limit_rules", "Table API")


class Accounts:
    """Everybody in sys_user, all with the same password."""

    def __init__(
        self, db: sqlite3.Connection, clock: Clock, switches: Switches, secret: str, tables: Mapping[str, Table]
    ) -> None:
        self._db = db
        self._tables = tables
        self._clock = clock
        self._switches = switches
        self._secret = secret
        self._calls: Counter[str] = Counter()
        self._hour = 0
        self.tokens = Tokens(clock, switches, self._is_right)

    def session(self, request: Request) -> Session:
        """Return whose request this is, or refuse it: nobody's, or one too many."""
        name = self._name(request)
        found = self._db.execute(
            "SELECT sys_id, user_name, time_zone FROM sys_user WHERE user_name = ? AND active IS NOT 'false'", (name,)
        ).fetchone()
        if found is None:
            raise ApiError.unauthorized()
        sys_id, name, zone = found
        request.state.logged.account = name
        if not request.state.logged.inside:
            self._count(name)
        return Session(User(sys_id, name), ZoneInfo(zone) if zone else ZONE, self._switches, self._tables)

    def _name(self, request: Request) -> str | None:
        if "x-sn-apikey" in request.headers:
            return APPLICATION_USER if request.headers["x-sn-apikey"] == API_KEY else None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.tokens.user(given)
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return name if scheme.lower() == "basic" and secret == self._secret else None

    def _is_right(self, name: str, secret: str) -> bool:
        found = self._db.execute("SELECT 1 FROM sys_user WHERE user_name = ?", (name,)).fetchone()
        return found is not None and secret == self._secret

    def _count(self, name: str) -> None:
        """Count a call in the hour that it is, and refuse it if there were too many."""
        hour, into = divmod(self._clock.now, HOUR)
        if hour != self._hour:
            self._hour = hour
            self._calls.clear()
        self._calls[name] += 1
        limit = self._switches.calls_per_hour
        if 0 < limit < self._calls[name]:
            headers = {
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Reset": str((hour + 1) * HOUR // 1000),
                "X-RateLimit-Rule": _RULE,
                "Retry-After": str(-(-(HOUR - into) // 1000)),
            }
            detail = f"Rate limit of {limit} requests per hour for Table API exceeded"
            raise ApiError(429, "Rate limit exceeded", detail, headers if self._switches.rate_headers else {})
