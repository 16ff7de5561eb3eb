"""What is counted of calls: by host and answer, and what was waited for limits."""

from urllib.parse import urlsplit

import pytest

from connectors.errors import Unavailable
from connectors.http.limits import Limits
from tests.connectors.clock import Clock, session
from tests.connectors.misbehaving import Misbehaving, answer, reset


def test_calls_are_counted_by_host_and_class_of_answer(server: Misbehaving, clock: Clock, limits: Limits) -> None:
    server.will(answer(), answer(429, Retry_After="0"), answer(500), reset, answer(), answer(404))
    host = urlsplit(server.url).netloc
    with session(clock, limits) as http:
        http.call("GET", server.url)
        http.call("GET", server.url)
        with pytest.raises(Exception, match="404"):
            http.call("GET", server.url)
        traffic = http.traffic
    assert traffic.answers == {(host, "2xx"): 2, (host, "4xx"): 2, (host, "5xx"): 1, (host, "none"): 1}
    assert traffic.calls == http.calls.total() == 6


def test_waits_for_limits_are_counted_and_those_after_a_failure_are_not(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer(503), answer())
    host = urlsplit(server.url).netloc
    with session(clock, limits) as http:
        http.call("GET", server.url)
        assert clock.now > 0
        assert http.traffic.waited == {}
        server.will(answer(429, Retry_After="7"), answer(503, Retry_After="5"), answer())
        began = clock.now
        http.call("GET", server.url)
        waited = clock.now - began
        assert http.traffic.waited == {host: pytest.approx(waited)}
        assert waited == pytest.approx(12) or waited > 12


def test_a_host_that_is_left_alone_on_request_is_waited_for_by_others_too(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer())
    limits.rest(20)
    with session(clock, limits) as http:
        http.call("GET", server.url)
        assert sum(http.traffic.waited.values()) == 20
        limits.rest(3600)
        with pytest.raises(Unavailable):
            http.call("GET", server.url)
        assert sum(http.traffic.waited.values()) == 20
