"""How ServiceNow limits us."""

from collections.abc import Iterator

import pytest

from connectors.errors import CutShort, Refused
from connectors.http.limits import Limits
from connectors.http.session import Http
from connectors.servicenow.rate import RULES
from tests.connectors.clock import DATE, NOW, Clock, session
from tests.connectors.misbehaving import Misbehaving, answer


@pytest.fixture
def http(clock: Clock, limits: Limits) -> Iterator[Http]:
    with session(clock, limits, rules=RULES) as http:
        yield http


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) + 42)}, 42),
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) + 42), "Retry_After": "7"}, 7),
        ({"X_RateLimit_Reset": str(int(NOW.timestamp()) + 42), "Retry_After": "never"}, 42),
    ],
)
def test_the_end_of_a_rate_window_is_waited_for_where_retry_after_is_absent(
    server: Misbehaving, http: Http, clock: Clock, headers: dict[str, str], least: float
) -> None:
    server.will(answer(429, Date=DATE, **headers), answer())
    http.call("GET", server.url)
    assert clock.now == least


@pytest.mark.parametrize("text", ["1000000000", "soon", "12", ""])
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


def test_a_refusal_says_what_servicenow_says(server: Misbehaving, http: Http) -> None:
    server.will(answer(401, {"error": {"message": "User Not Authenticated", "detail": "no session"}}))
    with pytest.raises(Refused, match=r"\(401\): User Not Authenticated: no session: .*check `auth`"):
        http.call("GET", server.url)


@pytest.mark.parametrize("status", [500, 504])
def test_a_read_that_was_cancelled_is_cut_short(server: Misbehaving, http: Http, status: int) -> None:
    server.will(*[answer(status, {"error": {"message": "Transaction cancelled: maximum execution time exceeded"}})] * 5)
    with pytest.raises(CutShort):
        http.call("GET", server.url)
    assert len(server.seen) == (1 if status == 500 else 5)
