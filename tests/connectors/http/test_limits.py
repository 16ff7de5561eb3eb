"""Rate limits of the tools, and our own."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from connectors.errors import Spaced, Unavailable, Unclear
from connectors.http.credentials import BearerAuth
from connectors.http.limits import HOUR, Limits
from connectors.http.session import Http
from tests.connectors.misbehaving import Misbehaving, answer, misbehaving_server, reset
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


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(4, clock=clock)


@pytest.fixture
def http(clock: Clock, limits: Limits) -> Iterator[Http]:
    with session(clock, limits) as http:
        yield http


def session(clock: Clock, limits: Limits, **more: Any) -> Http:  # noqa: ANN401 - those of `Http`
    auth = BearerAuth(SecretStr("tok3n"))
    given = {"timeout": (PATIENCE, PATIENCE), **more}
    return Http("jira", auth, sleep=clock.sleep, clock=clock, limits=limits, **given)


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) + 42)}, 42),
        ({"X_RateLimit_Reset": "2031-05-01T10:00Z"}, 29),
        ({"X_RateLimit_Reset": "2031-05-01T10:00:50Z"}, 20),
        ({"X_RateLimit_Reset": "2031-05-01T10:00Z", "Retry_After": "7"}, 7),
        ({"X_RateLimit_Reset": "2031-05-01T10:00Z", "Retry_After": "never"}, 29),
    ],
)
def test_the_end_of_a_rate_window_is_waited_for_where_retry_after_is_absent(
    server: Misbehaving, http: Http, clock: Clock, headers: dict[str, str], least: float
) -> None:
    server.will(answer(429, Date=DATE, **headers), answer())
    http.call("GET", server.url)
    assert clock.now == least


@pytest.mark.parametrize("text", ["2031-05-01T09:00Z", "soon", "12", ""])
def test_a_rate_window_that_is_over_or_nonsense_is_waited_for_no_longer_than_any_fault(
    server: Misbehaving, http: Http, clock: Clock, text: str
) -> None:
    server.will(answer(429, Date=DATE, X_RateLimit_Reset=text), answer())
    http.call("GET", server.url)
    assert 0.5 <= clock.now <= 1


def test_a_limit_without_any_word_of_a_rate_lets_one_call_at_a_time_be_under_way(
    server: Misbehaving, http: Http, clock: Clock, limits: Limits
) -> None:
    server.will(answer(429), answer(429), answer())
    http.call("GET", server.url)
    assert limits.concurrency == 1
    assert [round(seconds) for seconds in clock.slept] in ([0, 1], [1, 1], [0, 2], [1, 2])


@pytest.mark.parametrize("header", ["Retry_After", "X_RateLimit_Limit", "RateLimit_Reason"])
def test_a_limit_with_a_word_of_a_rate_leaves_the_number_of_calls_alone(
    server: Misbehaving, http: Http, limits: Limits, header: str
) -> None:
    server.will(answer(429, **{header: "0"}), answer())
    http.call("GET", server.url)
    assert limits.concurrency == 4


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


@pytest.mark.parametrize("reason", ["jira-quota-tenant-based", "jira-quota-global-based", "jira-cost-based"])
@pytest.mark.parametrize("name", ["RateLimit_Reason", "X_Beta_RateLimit_Reason"])
def test_a_spent_quota_of_jira_ends_the_run_there_at_once(
    server: Misbehaving, http: Http, clock: Clock, reason: str, name: str
) -> None:
    server.will(answer(429, **{name: reason, "Retry_After": "20"}))
    with pytest.raises(Unavailable, match=reason) as caught:
        http.call("GET", server.url)
    assert caught.value.retry_after == 20
    assert clock.slept == []


def test_a_spent_quota_without_an_end_keeps_the_host_alone_for_this_run(server: Misbehaving, http: Http) -> None:
    server.will(answer(429, RateLimit_Reason="jira-quota-tenant-based"))
    for path in ("/a", "/b"):
        with pytest.raises(Unavailable):
            http.call("GET", server.url + path)
    assert len(server.seen) == 1


def test_a_burst_limit_of_jira_slows_its_endpoint_alone(server: Misbehaving, http: Http, clock: Clock) -> None:
    server.will(answer(429, RateLimit_Reason="jira-burst-based", Retry_After="90"), *[answer()] * 3)
    issue = "/rest/api/3/issue"
    with pytest.raises(Unavailable):
        http.call("PUT", f"{server.url}{issue}/HELP-1", json={})
    http.call("GET", f"{server.url}{issue}/HELP-2")
    http.call("PUT", f"{server.url}{issue}/HELP-2/properties", json={})
    assert clock.slept == []
    with pytest.raises(Unavailable, match="left alone"):
        http.call("PUT", f"{server.url}{issue}/HELP-2", json={})
    clock.now += 60
    http.call("PUT", f"{server.url}{issue}/HELP-2", json={})
    assert clock.slept == [30]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_limit_of_writes_on_one_ticket_fails_that_write_alone(
    server: Misbehaving, http: Http, clock: Clock, method: str
) -> None:
    server.will(answer(429, RateLimit_Reason="jira-per-issue-on-write", Retry_After="40"), answer())
    with pytest.raises(Spaced) as caught:
        http.call(method, server.url + "/HELP-1", json={})
    assert caught.value.retry_after == 40
    http.call(method, server.url + "/HELP-2", json={})
    assert clock.slept == []


def test_a_write_that_may_be_applied_is_unclear_also_at_the_limit_of_its_ticket(
    server: Misbehaving, http: Http
) -> None:
    server.will(reset, answer(429, RateLimit_Reason="jira-per-issue-on-write"))
    with pytest.raises(Unclear):
        http.call("PUT", server.url, json={})


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
        ([answer(429, X_RateLimit_Reset=str(int(NOW.timestamp()) + 30), Date=DATE)], 30.0),
        ([answer(502)] * 4, None),
    ],
)
def test_a_wait_longer_than_the_run_has_left_ends_the_call_at_once(
    server: Misbehaving, clock: Clock, limits: Limits, steps: list[Any], seconds: float | None
) -> None:
    server.will(*steps)
    with session(clock, limits, left=lambda: 3.0) as http, pytest.raises(Unavailable) as caught:
        http.call("GET", server.url)
    assert caught.value.retry_after == seconds
    assert max(clock.slept, default=0) <= 3


def test_no_call_is_sent_once_the_time_is_up(server: Misbehaving, clock: Clock, limits: Limits) -> None:
    with session(clock, limits, left=lambda: 0.0) as http, pytest.raises(Unavailable, match="the run's time is up"):
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


def test_a_run_that_is_asked_to_stop_sends_nothing_more(server: Misbehaving, clock: Clock, limits: Limits) -> None:
    with session(clock, limits, stopping=lambda: True) as http, pytest.raises(Unavailable, match="was asked to stop"):
        http.call("GET", server.url)
    assert server.seen == []


def test_a_run_that_is_asked_to_stop_while_it_waits_stops_within_half_a_second(
    server: Misbehaving, clock: Clock, limits: Limits
) -> None:
    server.will(answer(429, Retry_After="30"))
    with (
        session(clock, limits, stopping=lambda: clock.now >= 5.2) as http,
        pytest.raises(Unavailable, match="was asked to stop"),
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
    monkeypatch.setattr("connectors.http.session._STEP", 0.01)
    limits = Limits(1, clock=clock)
    assert limits.enter(0)
    asked = iter([False, True])
    with (
        session(clock, limits, stopping=lambda: next(asked)) as http,
        pytest.raises(Unavailable, match="was asked to stop"),
    ):
        http.call("GET", server.url)


def test_a_call_waits_for_its_place(clock: Clock, server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.http.session._STEP", 0.01)
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
    assert seen == [*["looked"] * 4, "full"]
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
