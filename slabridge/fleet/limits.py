"""The limits of a host, kept in a Redis for all workers: places, calls of the hour, and when to leave it alone.

Every question is one Lua script, so that of two workers that ask at once one comes first. The clock is the Redis's.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any, Self
from uuid import uuid4

import redis
import structlog
from pydantic import SecretStr

from connectors.http.limits import EVERYWHERE, Limits, Unknown

log = structlog.get_logger("slabridge")

_PREFIX = "slabridge:"
_LIVES = f"{_PREFIX}alive:"
_ALIVE = 20
"""Seconds after which a worker that is not heard of has lost its places."""
_BEAT = 5.0
_STEP = 0.05
"""Seconds after which a worker asks again for a place."""
_NARROW = 15 * 60
"""Seconds for which a host that had too many calls at once is asked one at a time."""

_ENTER = """
redis.call('SET', KEYS[3], 1, 'EX', ARGV[3])
for _, place in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[4] .. string.match(place, '^[^/]+')) == 0 then redis.call('SREM', KEYS[1], place) end
end
local most = tonumber(ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 1 then most = 1 end
if redis.call('SCARD', KEYS[1]) >= most then return 0 end
redis.call('SADD', KEYS[1], ARGV[2])
return 1
"""
_DUE = """
return math.max(0, redis.call('PTTL', KEYS[1]), redis.call('PTTL', KEYS[2]))
"""
_REST = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
"""
_SPEND = """
local now = tonumber(redis.call('TIME')[1])
local spent, oldest = 0, nil
local begun = redis.call('HGETALL', KEYS[1])
for i = 1, #begun, 2 do
  local ends = tonumber(begun[i])
  if ends + 3600 <= now then
    redis.call('HDEL', KEYS[1], begun[i])
  else
    spent = spent + tonumber(begun[i + 1])
    if not oldest or ends < oldest then oldest = ends end
  end
end
local most = tonumber(ARGV[1])
if most >= 0 and spent >= most then return (oldest or now) + 3600 - now end
redis.call('HINCRBY', KEYS[1], now - now % 10 + 10, 1)
redis.call('EXPIRE', KEYS[1], 3700)
return 0
"""


class Shared:
    """What a process shares of all hosts' limits with others, by a Redis; `of_host` gives those of one.

    While it is open, a thread says that this process lives. One that does not any more has no places.
    """

    def __init__(self, address: SecretStr) -> None:
        self.redis = redis.Redis.from_url(
            address.get_secret_value(), socket_timeout=5, socket_connect_timeout=5, health_check_interval=25
        )
        self.name = uuid4().hex
        self.alive = f"{_LIVES}{self.name}"
        self.scripts = {
            name: self.redis.register_script(text)
            for name, text in {"enter": _ENTER, "due": _DUE, "rest": _REST, "spend": _SPEND}.items()
        }
        self._owed: dict[tuple[str, str], None] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="limits", daemon=True)

    def __enter__(self) -> Self:
        with suppress(redis.RedisError):  # each call says so that then cannot be made
            self.beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.redis.close()

    def of_host(self, host: str, concurrency: int, per_hour: int | None, _spent: int) -> Limits:
        """Return the limits of a host; what earlier runs spent, the Redis knows of all customers."""
        return SharedLimits(self, host, concurrency, per_hour)

    def give_back(self, places: str, place: str) -> None:
        """Give a place back; where the Redis cannot be asked, as soon as it can."""
        try:
            self.redis.srem(places, place)
        except redis.RedisError:
            self._owed[places, place] = None

    def beat(self) -> None:
        """Say that this process lives, and give back what could not be given back."""
        self.redis.set(self.alive, 1, ex=_ALIVE)
        for places, place in list(self._owed):
            self.redis.srem(places, place)
            del self._owed[places, place]

    def _go_on(self) -> None:
        while not self._ended.wait(_BEAT):
            try:
                self.beat()
            except redis.RedisError as error:
                log.warning("limits unknown", reason=_reason(error))


class SharedLimits(Limits):
    """The limits of one host that all workers keep to; within this process they hold as ever.

    Raises:
        Unknown: from each question, where the Redis cannot be asked.
    """

    def __init__(self, shared: Shared, host: str, concurrency: int, per_hour: int | None) -> None:
        super().__init__(concurrency)
        self.per_hour = per_hour
        self._shared = shared
        self._host = f"{_PREFIX}host:{host}"
        self._taken: list[str] = []
        self._numbers = count()

    def narrow(self) -> bool:
        """See `Limits`; for others it holds for a quarter of an hour."""
        self._said(lambda: self._shared.redis.set(f"{self._host}:narrow", 1, ex=_NARROW))
        return super().narrow()

    def rest(self, seconds: float, endpoint: str = EVERYWHERE) -> None:
        """See `Limits`."""
        super().rest(seconds, endpoint)
        if seconds > 0:
            key, ms = f"{self._host}:rest:{endpoint}", max(1, round(seconds * 1000))
            self._said(lambda: self._shared.scripts["rest"](keys=[key], args=[ms]))

    def due_in(self, endpoint: str) -> float:
        """See `Limits`."""
        keys = [f"{self._host}:rest:{place}" for place in (EVERYWHERE, endpoint)]
        return max(super().due_in(endpoint), self._asked("due", keys) / 1000)

    def spend(self) -> float:
        """See `Limits`; calls are counted of all customers that share the host."""
        return float(self._asked("spend", [f"{self._host}:calls"], -1 if self.per_hour is None else self.per_hour))

    def enter(self, seconds: float) -> bool:
        """See `Limits`."""
        until = time.monotonic() + seconds
        if not super().enter(seconds):
            return False
        place = f"{self._shared.name}/{self._host}/{id(self)}/{next(self._numbers)}"
        keys = [self._key, f"{self._host}:narrow", self._shared.alive]
        try:
            while not self._asked("enter", keys, self.concurrency, place, _ALIVE, _LIVES):
                left = until - time.monotonic()
                if left <= 0:
                    super().leave()
                    return False
                time.sleep(min(_STEP, left))
        except Unknown:
            super().leave()
            self._shared.give_back(self._key, place)  # the answer alone may be lost
            raise
        self._taken.append(place)
        return True

    def leave(self) -> None:
        """See `Limits`."""
        self._shared.give_back(self._key, self._taken.pop())
        super().leave()

    @property
    def _key(self) -> str:
        return f"{self._host}:places"

    def _asked(self, script: str, keys: list[str], *arguments: str | float) -> int:
        try:
            return int(self._shared.scripts[script](keys=keys, args=arguments))
        except redis.RedisError as error:
            raise Unknown(
                f"the Redis that keeps the limits of all workers cannot be asked ({_reason(error)})"
            ) from error

    def _said(self, tell: Callable[[], Any]) -> None:
        """Tell the others what an answer said; where they cannot be told, this process keeps to it, and they ask."""
        try:
            tell()
        except redis.RedisError as error:
            log.warning("limits unknown", reason=_reason(error))


def _reason(error: redis.RedisError) -> str:
    """Return what is wrong, without what may stand in an address."""
    return type(error).__name__
