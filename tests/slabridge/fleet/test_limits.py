"""What a host allows holds for all workers together: two sessions here are of two processes."""

import ssl
from collections.abc import Iterator

import pytest
import redis
from pydantic import SecretStr

from connectors.errors import Unavailable
from connectors.http.credentials import BasicAuth
from connectors.http.limits import Unknown
from connectors.http.session import Http
from slabridge.fleet.limits import Shared, SharedLimits
from slabridge.fleet.queue import queue_at
from slabridge.fleet.timing import Timing
from slabridge.state import lease
from tests.connectors.misbehaving import misbehaving_server
from tests.slabridge.fleet.redis_server import Line

HOST = "acme.service-now.com"


@pytest.fixture
def two(redis_address: str) -> Iterator[tuple[Shared, Shared]]:
    with Shared(SecretStr(redis_address)) as one, Shared(SecretStr(redis_address)) as other:
        yield one, other


def of(shared: Shared, concurrency: int = 2, per_hour: int | None = None, host: str = HOST) -> SharedLimits:
    limits = shared.of_host(host, concurrency, per_hour, 0)
    assert isinstance(limits, SharedLimits)
    return limits


def test_no_more_calls_are_under_way_than_one_process_may_have(two: tuple[Shared, Shared]) -> None:
    one, other = map(of, two)
    assert (one.enter(0), other.enter(0), one.enter(0), other.enter(0)) == (True, True, False, False)
    one.leave()
    assert other.enter(0)
    assert of(two[0], host="another.service-now.com").enter(0)


def test_a_worker_that_died_has_no_places(two: tuple[Shared, Shared]) -> None:
    one, other = (of(shared, 1) for shared in two)
    assert one.enter(0)
    assert not other.enter(0)
    other._shared.redis.delete(two[0].alive)  # as it expires by itself, when nobody renews it
    assert other.enter(0)


def test_what_one_worker_was_told_by_a_tool_the_others_keep_to(two: tuple[Shared, Shared]) -> None:
    one, other = map(of, two)
    one.rest(0.0)
    assert other.due_in("GET /x") == 0
    one.rest(1000.0, "GET /x")
    one.rest(10.0, "GET /x")  # a shorter one changes nothing
    assert other.due_in("GET /x") == pytest.approx(1000, abs=300)
    assert other.due_in("GET /y") == 0
    one.rest(500.0)
    assert other.due_in("GET /y") == pytest.approx(500, abs=300)
    assert one.narrow()
    assert other.enter(0)
    assert not of(two[1]).enter(0)


def test_calls_of_the_hour_are_those_of_all(two: tuple[Shared, Shared]) -> None:
    one, other = (of(shared, per_hour=3) for shared in two)
    assert [one.spend(), other.spend(), one.spend()] == [0, 0, 0]
    assert 0 < other.spend() <= 3610
    assert of(two[0], per_hour=4).spend() == 0
    assert of(two[0]).spend() == 0


def test_who_cannot_ask_makes_no_call(redis_address: str) -> None:
    line = Line(redis_address)
    with misbehaving_server() as tool, Shared(SecretStr(line.address)) as shared:
        limits = of(shared)
        assert limits.enter(0)
        line.cut()
        limits.leave()  # it is given back later
        limits.rest(300.0, "GET /x")
        for ask in (lambda: limits.enter(0), limits.spend, lambda: limits.due_in("GET /y")):
            with pytest.raises(Unknown, match="cannot be asked"):
                ask()
        with (
            Http("snow", BasicAuth("slabridge", SecretStr("hunter2")), limits=of(shared)) as http,
            pytest.raises(Unavailable, match="is asked no more: the Redis that keeps the limits of all workers"),
        ):
            http.call("GET", f"{tool.url}/x")
        assert tool.seen == []
        line.mend()
        assert limits.due_in("GET /x") > 200
        shared.beat()
        with redis.Redis.from_url(redis_address) as client:
            assert client.scard(f"slabridge:host:{HOST}:places") == 0
    line.close()


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
def test_the_certificate_of_a_broker_is_verified(scheme: str) -> None:
    queue = queue_at(SecretStr(f"{scheme}://:hunter2@broker.acme.com/0"), Timing())
    with queue.connection_for_write() as connection:
        assert ssl.CERT_REQUIRED in connection.ssl.values()


def test_a_run_that_hangs_is_killed_before_its_lease_counts_no_more() -> None:
    assert Timing().killed_after * 1000 <= lease._DURATION < Timing().redelivered_after * 1000
