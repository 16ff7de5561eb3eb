"""Rate limits of the tools, and our own."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from connectors.errors import Halted, Unavailable, Unclear
from connectors.http.limits import HOUR, Limits
from connectors.http.rules import Limited, Rules
from connectors.http.session import Http
from tests.connectors.clock import Clock, session
from tests.connectors.misbehaving import Misbehaving, answer, reset, slow
from tests.patience import PATIENCE


@pytest.fixture
def http(clock: Clock, limits: Limits) -> Iterator[Http]:
    with session(clock, limits) as http:
        yield http


def test_tokens_left_is_no_reason_to_wait_long(server: Misbehaving, http: Http, clock: Clock) -> None:
    server.will(answer(429, Retry_After="0", X_RateLimit_Remaining="3"), answer())
    http.call("GET", server.url)
    assert 0.5 <= clock.now <= 1


def test_a_wait_that_a_tool_asked_for_is_kept_to_by_its_other_sessions(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer(429, Retry_After="3600"), *[answer()] * 2)
    with session(clock, limits) as one, session(clock, limits) as other:
        with pytest.raises(Unavailable):
            one.call("GET", server.url + "/a")
        with pytest.raises(Unavailable, match=r"left alone for 3600 seconds more: GET /b") as caught:
            other.call("GET", server.url + "/b")
        assert caught.value.retry_after == 3600
        clock.now += 3590
        other.call("GET", server.url + "/b")
    assert clock.now == 3600
    assert [request.path for request in server.seen] == ["/a", "/b"]


def test_no_more_calls_than_allowed_are_under_way_at_once(server: Misbehaving, clock: Clock) -> None:
    most: list[int] = []
    under_way, two = threading.Semaphore(0), threading.Event()
    busy = threading.Lock()
    count = [0]

    def step(handler: Any) -> None:  # noqa: ANN401 - a step's
        with busy:
            count[0] += 1
            most.append(count[0])
            if count[0] == 2:
                two.set()
        assert two.wait(PATIENCE)
        if len(most) < 3:
            under_way.acquire(timeout=0.05)  # a third would come now, if it were let
        with busy:
            count[0] -= 1
        answer()(handler)

    server.will(*[step] * 12)
    with session(clock, Limits(2, clock=clock)) as http, ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: http.call("GET", f"{server.url}/{n}"), range(12)))
        assert http.calls == {"GET": 12}
    assert max(most) == 2


def test_an_hour_has_so_many_calls_and_no_more(server: Misbehaving, clock: Clock) -> None:
    server.will(*[answer()] * 5)
    with session(clock, Limits(2, per_hour=3, spent=1, clock=clock)) as http:
        http.call("GET", server.url)
        clock.now += 600
        http.call("GET", server.url)
        with pytest.raises(Unavailable, match=r"all 3 calls of this hour \(calls_per_hour\) are made") as caught:
            http.call("GET", server.url)
        assert caught.value.retry_after == HOUR - 600
        clock.now += HOUR - 600
        http.call("GET", server.url)
        clock.now += 11
        http.call("GET", server.url)
        with pytest.raises(Unavailable):
            http.call("GET", server.url)
    assert len(server.seen) == 4


def test_repeated_calls_count_too(server: Misbehaving, clock: Clock) -> None:
    server.will(answer(502), answer(502))
    with (
        session(clock, Limits(2, per_hour=2, clock=clock)) as http,
        pytest.raises(Unavailable, match="calls_per_hour"),
    ):
        http.call("GET", server.url)


def test_a_write_that_may_be_applied_is_unclear_when_the_hour_is_spent(server: Misbehaving, clock: Clock) -> None:
    server.will(reset)
    with session(clock, Limits(2, per_hour=1, clock=clock)) as http, pytest.raises(Unclear):
        http.call("PUT", server.url, json={})


def test_many_calls_within_an_hour_take_little_memory(clock: Clock) -> None:
    limits = Limits(per_hour=100_000, clock=clock)
    for _ in range(20_000):
        clock.now += 0.1
        assert limits.spend() == 0
    assert len(limits._begun) <= 200


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ([answer(429, Retry_After="30")], 30.0),
        ([answer(503, Retry_After="30")], 30.0),
        ([answer(429)], 30.0),
        ([answer(502)] * 4, None),
    ],
)
def test_a_wait_longer_than_the_run_has_left_ends_the_call_at_once(
    server: Misbehaving, clock: Clock, limits: Limits, steps: list[Any], seconds: float | None
) -> None:
    server.will(*steps)
    rules = Rules(limited=lambda _: Limited(seconds=30.0))
    with session(clock, limits, left=lambda: 3.0, rules=rules) as http, pytest.raises(Unavailable) as caught:
        http.call("GET", server.url)
    assert caught.value.retry_after == seconds
    assert max(clock.slept, default=0) <= 3


def test_no_call_is_sent_once_the_time_is_up(server: Misbehaving, clock: Clock, limits: Limits) -> None:
    with session(clock, limits, left=lambda: 0.0) as http, pytest.raises(Halted, match="the run's time is up"):
        http.call("GET", server.url)
    assert server.seen == []


@pytest.mark.parametrize(("left", "timeouts"), [(0.2, (1.0, 1.0)), (1.5, (1.2, 1.5)), (60.0, (1.2, 2.0))])
def test_an_answer_is_waited_for_no_longer_than_the_run_has_left(
    server: Misbehaving,
    clock: Clock,
    limits: Limits,
    monkeypatch: pytest.MonkeyPatch,
    left: float,
    timeouts: tuple[float, float],
) -> None:
    server.will(answer())
    used: list[Any] = []
    with session(clock, limits, left=lambda: left, timeout=(1.2, 2.0)) as http:
        adapter = http.get_adapter(server.url)
        send = adapter.send

        def noted(*args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
            used.append(kwargs["timeout"])
            return send(*args, **{**kwargs, "timeout": PATIENCE})

        monkeypatch.setattr(adapter, "send", noted)
        http.call("GET", server.url)
    assert used == [timeouts]


@pytest.mark.parametrize(("method", "error"), [("GET", Halted), ("POST", Unclear)])
def test_an_answer_that_the_runs_own_time_cut_off_is_no_fault_of_the_tools(
    server: Misbehaving, clock: Clock, limits: Limits, method: str, error: type[Exception]
) -> None:
    server.will(slow)
    left = lambda: 0.0 if server.seen else 1.0  # noqa: E731 - short
    with session(clock, limits, left=left) as http, pytest.raises(error, match="the run's time is up"):
        http.call(method, server.url)
    assert len(server.seen) == 1


def test_a_run_that_is_asked_to_stop_sends_nothing_more(server: Misbehaving, clock: Clock, limits: Limits) -> None:
    with session(clock, limits, stopping=lambda: True) as http, pytest.raises(Halted, match="was asked to stop"):
        http.call("GET", server.url)
    assert server.seen == []


def test_a_run_that_is_asked_to_stop_while_it_waits_stops_within_half_a_second(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer(429, Retry_After="30"))
    with (
        session(clock, limits, stopping=lambda: clock.now >= 5.2) as http,
        pytest.raises(Halted, match="was asked to stop"),
    ):
        http.call("GET", server.url)
    assert 5.2 <= clock.now <= 5.7


def test_a_write_that_may_be_applied_is_unclear_when_the_run_is_asked_to_stop(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(reset)
    with session(clock, limits, stopping=lambda: bool(clock.slept)) as http, pytest.raises(Unclear):
        http.call("PUT", server.url, json={})


def test_a_run_that_is_asked_to_stop_waits_for_no_place(
    clock: Clock, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.http.gate._STEP", 0.01)
    limits = Limits(1, clock=clock)
    assert limits.enter(0)
    asked = iter([False, True])
    with (
        session(clock, limits, stopping=lambda: next(asked)) as http,
        pytest.raises(Halted, match="was asked to stop"),
    ):
        http.call("GET", server.url)


def test_a_call_waits_for_its_place(clock: Clock, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.http.gate._STEP", 0.01)
    limits = Limits(1, clock=clock)
    assert limits.enter(0)
    seen: list[str] = []

    def stopping() -> bool:
        seen.append("looked")
        if len(seen) == 4:
            limits.leave()
        return False

    def step(handler: Any) -> None:  # noqa: ANN401 - a step's
        seen.append("full" if not limits.enter(0) else "free")
        answer()(handler)

    server.will(step)
    with session(clock, limits, stopping=stopping) as http:
        http.call("GET", server.url)
    assert seen[:4] == ["looked"] * 4
    assert set(seen[4:]) == {"looked", "full"}  # who waits for an answer looks too
    assert limits.enter(0)


def test_a_host_that_asked_to_be_left_alone_for_longer_than_the_run_has_left_is(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    limits.rest(30)
    with session(clock, limits, left=lambda: 20.0) as http, pytest.raises(Unavailable) as caught:
        http.call("GET", server.url)
    assert caught.value.retry_after == 30
    assert clock.slept == []


def test_of_two_waits_that_a_tool_asked_for_the_longer_counts(limits: Limits) -> None:
    limits.rest(100)
    limits.rest(10)
    assert limits.due_in("GET /x") == 100


def test_a_thread_may_read_the_cookies_while_another_sets_one(http: Http) -> None:
    http.cookies.set("a", "1", domain="a.example")
    reading = iter(http.cookies)
    http.cookies.set("b", "1", domain="b.example")
    assert [cookie.name for cookie in reading] == ["a"]


def test_a_wait_that_a_tool_asked_for_in_maintenance_is_kept_to_by_its_other_sessions(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer(503, Retry_After="3600"), answer())
    with session(clock, limits) as one, session(clock, limits) as other:
        with pytest.raises(Unavailable):
            one.call("GET", server.url + "/a")
        with pytest.raises(Unavailable, match=r"left alone for 3600 seconds more: GET /b"):
            other.call("GET", server.url + "/b")
    assert [request.path for request in server.seen] == ["/a"]
