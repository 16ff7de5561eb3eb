import datetime as dt
import socket
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from connectors.errors import ConnectorError, CutShort, Refused, Unavailable, Unclear
from connectors.http.credentials import BasicAuth, BearerAuth
from connectors.http.session import Http
from tests.connectors.misbehaving import Misbehaving, Step, answer, cut, patient, raw, reset, slow
from tests.patience import PATIENCE

SECRET = "s3cret-hühner"
PAGE = b"<html><head><title>Instance\x07\nHibernating</title></head><body class='x'>zzz</body></html>"
LOGIN = b"<!doctype html><title>Acme</title><form><input name=p type='password'></form>"


class Session(Http):
    """Does not sleep but says how long it would have slept."""

    def __init__(self, auth: BasicAuth | BearerAuth | None = None) -> None:
        self.slept: list[float] = []
        auth = auth or BasicAuth("slabridge", SecretStr(SECRET))
        super().__init__(
            "snow", auth, timeout=(PATIENCE, PATIENCE), sleep=self.slept.append, clock=lambda: sum(self.slept)
        )


@pytest.fixture
def http() -> Iterator[Session]:
    with Session() as http:
        yield http


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_answer_has_body_and_the_servers_clock(server: Misbehaving, http: Session) -> None:
    server.will(answer(200, {"result": [1]}, Date="Sun, 01 Mar 2026 10:00:00 GMT"))
    got = http.call("GET", server.url + "/a", params={"q": "x^y"})
    assert (got.status, got.body, got.date) == (200, {"result": [1]}, 1772359200000)
    assert server.seen[0].path == "/a?q=x%5Ey"


def test_an_answer_without_body_has_none(server: Misbehaving, http: Session) -> None:
    server.will(raw(204, b""))
    assert http.call("PUT", server.url, json={"a": 1}).body is None


def test_libraries_that_take_a_session_send_through_the_same_fence(server: Misbehaving, http: Session) -> None:
    server.will(answer(503), answer(200, {"a": 1}))
    assert http.get(server.url + "/lib").json() == {"a": 1}
    assert http.calls == {"GET": 2}


def test_basic_credentials_may_hold_any_letter(server: Misbehaving, http: Session) -> None:
    server.will(answer())
    http.call("GET", server.url)
    assert server.seen[0].headers["Authorization"] == "Basic c2xhYnJpZGdlOnMzY3JldC1ow7xobmVy"


def test_a_token_is_sent_as_bearer(server: Misbehaving) -> None:
    server.will(answer())
    with Session(BearerAuth(SecretStr("tok"))) as http:
        http.call("GET", server.url)
    assert server.seen[0].headers["Authorization"] == "Bearer tok"


@pytest.mark.parametrize(
    ("fault", "method", "marked"),
    [
        *((fault, method, None) for fault in (reset, cut, slow, answer(502), answer(504)) for method in ("GET", "PUT")),
        (answer(500), "GET", None),
        (answer(500), "POST", True),
        (reset, "POST", True),
        (reset, "PATCH", True),
        (answer(429), "POST", None),
        (answer(503, Retry_After="1"), "POST", None),
        (answer(503), "PATCH", True),
    ],
)
def test_what_may_be_sent_again_is(
    server: Misbehaving, http: Session, fault: Step, method: str, marked: bool | None
) -> None:
    server.will(fault, answer(200, {"ok": 1}))
    with patient(http, server):
        assert http.call(method, server.url, json={}, idempotent=marked).body == {"ok": 1}
    assert http.calls[method] == 2


@pytest.mark.parametrize("fault", [reset, cut, slow, answer(500), answer(502), answer(503), raw(200, PAGE)])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_comment_is_sent_once_when_its_answer_is_lost(
    server: Misbehaving, http: Session, fault: Step, method: str
) -> None:
    server.will(fault, answer())
    with patient(http, server), pytest.raises(Unclear, match="may have been applied"):
        http.call(method, server.url, json={"work_notes": "x"})
    server.was_asked()
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [answer(500), cut, raw(200, b'{"result": ['), raw(200, PAGE)])
def test_fields_whose_answer_stays_lost_are_unclear(server: Misbehaving, http: Session, fault: Step) -> None:
    server.will(*[fault] * 5)
    with pytest.raises(Unclear):
        http.call("PUT", server.url, json={"u_due": "x"})


def test_a_write_stays_unclear_when_its_second_attempt_was_certainly_not_applied(
    server: Misbehaving, http: Session
) -> None:
    server.will(reset, *[answer(429)] * 4)
    with pytest.raises(Unclear):
        http.call("PUT", server.url, json={"u_due": "x"})


def test_a_comment_that_only_met_the_rate_limit_was_certainly_not_applied(server: Misbehaving, http: Session) -> None:
    server.will(*[answer(429)] * 5)
    with pytest.raises(Unavailable, match="limits our rate"):
        http.call("POST", server.url, json={"body": "x"})


def test_attempts_are_bounded_and_their_waits_grow(server: Misbehaving, http: Session) -> None:
    server.will(*[answer(502)] * 5)
    with pytest.raises(Unavailable, match=r"snow \(127\.0\.0\.1:\d+\) answers 502 \(Bad Gateway\): GET /x$"):
        http.call("GET", server.url + "/x?secret=1")
    assert len(server.seen) == 5
    for least, slept in zip([0.5, 1, 2, 4], http.slept, strict=True):
        assert least <= slept <= least + 0.5


def test_retry_after_is_a_lower_bound(server: Misbehaving, http: Session) -> None:
    server.will(answer(429, Retry_After="17"), answer(429, Retry_After="1.5"), answer())
    http.call("GET", server.url)
    assert http.slept[0] == 17
    assert http.slept[1] >= 1.5


def test_retry_after_zero_means_soon_not_never(server: Misbehaving, http: Session) -> None:
    server.will(answer(429, Retry_After="0"), answer())
    http.call("GET", server.url)
    assert 0 < http.slept[0] <= 1


def test_retry_after_may_be_a_date_by_the_servers_clock(server: Misbehaving, http: Session) -> None:
    now = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
    dates = {
        name: f"{at:%a, %d %b %Y %H:%M:%S} GMT"
        for name, at in {"Date": now, "Retry_After": now + dt.timedelta(seconds=42)}.items()
    }
    server.will(answer(503, **dates), answer())
    http.call("GET", server.url)
    assert http.slept == [42]


def test_a_retry_after_that_is_nonsense_counts_for_nothing(server: Misbehaving, http: Session) -> None:
    server.will(*[answer(429, Retry_After=text) for text in ("soon", "-5", "inf")], answer())
    http.call("GET", server.url)
    assert all(0 < slept < 3 for slept in http.slept)


def test_a_wait_longer_than_our_patience_is_handed_up_at_once(server: Misbehaving, http: Session) -> None:
    server.will(answer(429, Retry_After="3600"))
    with pytest.raises(Unavailable) as caught:
        http.call("GET", server.url)
    assert caught.value.retry_after == 3600
    assert http.slept == []


def test_waits_together_stay_within_our_patience(server: Misbehaving, http: Session) -> None:
    server.will(*[answer(429, Retry_After="25")] * 3)
    with pytest.raises(Unavailable) as caught:
        http.call("GET", server.url)
    assert http.slept == [25, 25]
    assert caught.value.retry_after == 25


def test_wrong_credentials_are_refused_with_advice(server: Misbehaving, http: Session) -> None:
    server.will(answer(401, {"error": "User Not Authenticated"}))
    with pytest.raises(Refused, match=r"\(401\): User Not Authenticated: .*check `auth`") as caught:
        http.call("GET", server.url)
    assert caught.value.status == 401


def test_a_refusal_carries_status_and_body(server: Misbehaving, http: Session) -> None:
    server.will(answer(400, {"message": "no", "errors": {"a": "b"}}))
    with pytest.raises(Refused, match="no") as caught:
        http.call("PUT", server.url)
    assert caught.value.status == 400
    assert caught.value.body == {"message": "no", "errors": {"a": "b"}}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_refused_and_never_followed(server: Misbehaving, http: Session, method: str) -> None:
    server.will(raw(302, b"", Location="https://sso.example.com/login?token=abc"))
    with pytest.raises(Refused, match=r"redirects to sso\.example\.com; is url right"):
        http.call(method, server.url)
    assert len(server.seen) == 1


def test_a_page_with_200_is_unavailable_and_its_title_shown_clean(server: Misbehaving, http: Session) -> None:
    server.will(raw(200, PAGE, Content_Type="text/html"))
    with pytest.raises(Unavailable, match="web page \\(titled “Instance Hibernating”\\) where data was expected"):
        http.call("GET", server.url)


def test_a_login_page_with_200_is_refused(server: Misbehaving, http: Session) -> None:
    server.will(raw(200, LOGIN, Content_Type="text/html"))
    with pytest.raises(Refused, match="a login page"):
        http.call("GET", server.url)


@pytest.mark.parametrize("body", [b'{"result": [{"a": "', b"", b"\xff\xfe{"])
def test_broken_json_with_200_is_cut_short(server: Misbehaving, http: Session, body: bytes) -> None:
    server.will(raw(200, body))
    with pytest.raises(CutShort, match="broken or cut JSON"):
        http.call("GET", server.url)


def test_half_an_emoji_spoils_one_letter_only(server: Misbehaving, http: Session) -> None:
    server.will(raw(200, b'{"a": "caf\xc3\xa9 \\ud83d"}'))
    assert http.call("GET", server.url).body == {"a": "café ?"}


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize("body", [DEEP, b'{"a":' * 2000 + b"1" + b"}" * 2000, b'{"a": NaN}', b'{"a": 1e999}'])
def test_json_that_nobody_sends_is_broken_json(server: Misbehaving, http: Session, body: bytes) -> None:
    server.will(raw(200, body))
    with pytest.raises(CutShort, match="broken or cut JSON"):
        http.call("GET", server.url)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_an_error_of_json_that_nobody_sends_says_nothing(server: Misbehaving, http: Session, status: int) -> None:
    server.will(*[raw(status, DEEP)] * 5)
    with pytest.raises(ConnectorError, match=str(status) if status != 429 else "limits our rate"):
        http.call("GET", server.url)


def test_a_raw_control_character_spoils_nothing(server: Misbehaving, http: Session) -> None:
    server.will(raw(200, b'{"a": "x\x01\ty\n", "b": [1, "\\ud83d"]}'))
    assert http.call("GET", server.url).body == {"a": "x\x01\ty\n", "b": [1, "?"]}


@pytest.mark.parametrize(
    "date",
    ["Tue, 31 Dec 9999 23:59:59 -1400", "Mon, 01 Jan 1066 00:00:00 +1400", "Sat, 01 Jan 2206 00:00:00 GMT",
     "Sun, 01 Mar 2026 10:00:00 +99999999999", "soon", ""],
)  # fmt: skip
def test_a_date_of_no_year_of_ours_is_none(server: Misbehaving, http: Session, date: str) -> None:
    server.will(answer(200, {"a": 1}, Date=date), answer(429, Retry_After=date), answer())
    assert http.call("GET", server.url).date is None
    http.call("GET", server.url)
    assert http.slept[0] < 3


def test_a_page_of_many_titles_is_looked_at_once(server: Misbehaving, http: Session) -> None:
    server.will(raw(400, b"<title>" * 500_000, Content_Type="text/html; charset=nonsense"))
    with pytest.raises(Refused, match="400"):
        http.call("GET", server.url)


def test_a_server_that_is_not_there_is_named(http: Session) -> None:
    with pytest.raises(Unavailable, match=r"snow \(127\.0\.0\.1:\d+\) cannot be reached \(connection refused\)"):
        http.call("GET", f"http://127.0.0.1:{free_port()}/x")
    assert http.calls["GET"] == 5


def test_a_comment_to_a_server_that_is_not_there_was_certainly_not_applied(http: Session) -> None:
    with pytest.raises(Unavailable):
        http.call("POST", f"http://127.0.0.1:{free_port()}/x", json={})
    assert http.calls["POST"] == 5


def test_a_name_that_does_not_resolve_is_named(http: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable, match=r"snow \(acme\.invalid\) has a name that cannot be resolved"):
        http.call("GET", "https://acme.invalid/x")


def test_https_to_a_port_that_speaks_http_is_named(server: Misbehaving, http: Session) -> None:
    with pytest.raises(Unavailable, match="fails at TLS"):
        http.call("GET", server.url.replace("http:", "https:"))


def test_a_silent_server_is_waited_for_no_longer_than_told(server: Misbehaving, http: Session) -> None:
    server.will(slow)
    with patient(http, server), pytest.raises(Unclear, match="did not answer in time"):
        http.call("POST", server.url, json={})


def test_credentials_in_the_url_are_not_shown(http: Session) -> None:
    with pytest.raises(Unavailable) as caught:
        http.call("GET", f"http://user:p4ss@127.0.0.1:{free_port()}/x")
    assert "p4ss" not in str(caught.value)


def test_a_url_that_is_none_is_refused(http: Session) -> None:
    with pytest.raises(Refused, match="url is not valid"):
        http.call("GET", "acme.service-now.com")


def test_no_log_error_or_representation_shows_the_secret(server: Misbehaving, http: Session) -> None:
    echo = {"error": {"message": f"bad password {SECRET}", "detail": "x" * 500}}
    server.will(answer(401, echo), answer(200), reset)
    said: list[str] = [repr(http), repr(http.auth)]
    with structlog.testing.capture_logs() as logs:
        for method in ("GET", "GET", "POST"):
            try:
                http.call(method, server.url + "/p?token=t0ken", json={"text": "ticket text"})
            except ConnectorError as error:
                said.append(f"{error!r} {error.__cause__!r}")
    said += map(str, logs)
    assert len(logs) == 3
    for word in (SECRET, "t0ken", "ticket text", "c2xhYnJpZGdl"):
        assert not any(word in text for text in said)
