"""How Jira limits us."""

from collections.abc import Iterator

import pytest

from connectors.errors import Refused, Spaced, Unavailable, Unclear
from connectors.http.limits import Limits
from connectors.http.session import Http
from connectors.jira.rate import RULES
from tests.connectors.clock import DATE, Clock, session
from tests.connectors.misbehaving import Misbehaving, answer, misbehaving_server, reset


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving_server() as server:
        yield server


@pytest.fixture
def http(clock: Clock, limits: Limits) -> Iterator[Http]:
    with session(clock, limits, rules=RULES) as http:
        yield http


@pytest.mark.parametrize(
    ("headers", "least"),
    [
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


def test_a_refusal_says_what_jira_says_and_carries_status_and_body(server: Misbehaving, http: Http) -> None:
    said = {"errorMessages": ["no"], "errors": {"customfield_1": "not on the screen"}}
    server.will(answer(400, said))
    with pytest.raises(Refused, match="no: customfield_1: not on the screen") as caught:
        http.call("PUT", server.url)
    assert caught.value.status == 400
    assert caught.value.body == said
