"""A clock that moves by what is slept, and a session that goes by it."""

import datetime as dt
from typing import Any

from pydantic import SecretStr

from connectors.http.credentials import BearerAuth
from connectors.http.limits import Limits
from connectors.http.session import Http
from tests.patience import PATIENCE

NOW = dt.datetime(2031, 5, 1, 10, 0, 30, tzinfo=dt.UTC)
DATE = f"{NOW:%a, %d %b %Y %H:%M:%S} GMT"


class Clock:
    """Moves by what is slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def session(clock: Clock, limits: Limits, **more: Any) -> Http:  # noqa: ANN401 - those of `Http`
    auth = BearerAuth(SecretStr("tok3n"))
    given = {"timeout": (PATIENCE, PATIENCE), **more}
    return Http("tool", auth, sleep=clock.sleep, clock=clock, limits=limits, **given)
