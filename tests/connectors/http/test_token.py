import json
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import structlog
from pydantic import SecretStr

from connectors.errors import ConnectorError, Refused, Unavailable, Unclear
from connectors.http.credentials import Auth, OAuth, OAuthClient, OAuthPassword, OAuthRefresh
from connectors.http.session import Http
from connectors.http.token import Token
from tests.connectors.misbehaving import Misbehaving, Step, answer, raw, reset
from tests.patience import PATIENCE

CLIENT_SECRET, PASSWORD, REFRESH, NEXT = "cl1ent-s3cret", "p4ssword!", "refr3sh-1", "refr3sh-2"
PAGE = b"<html><title>Log in</title><input type=password></html>"


class Session(Http):
    """Does not sleep; `now` is its clock, `sleep` what happens meanwhile."""

    sleep: Callable[[], None]

    def __init__(self, auth: Auth) -> None:
        self.now = 1000.0
        self.sleep = lambda: None
        super().__init__(
            "snow", auth, timeout=(PATIENCE, PATIENCE), sleep=lambda _: self.sleep(), clock=lambda: self.now
        )


def given(server: Misbehaving, kind: str = "password", file: Path | None = None) -> Auth:
    client: Any = {
        "token_url": f"{server.url}/oauth_token.do",
        "client_id": "id-1",
        "client_secret": SecretStr(CLIENT_SECRET),
    }
    match kind:
        case "password":
            return OAuthPassword(user="bridge", secret=SecretStr(PASSWORD), **client)
        case "client":
            return OAuthClient(scope="read:jira-work", hint="Tool: a.grant.type", **client)
        case _:
            return OAuthRefresh(token=SecretStr(REFRESH), file=file, **client)


def token(name: str, **more: object) -> Step:
    return answer(200, {"access_token": name, "token_type": "Bearer", "expires_in": 1799, **more})


def bearers(server: Misbehaving) -> list[str | None]:
    """Return what was asked for, with which token; "oauth" for a token."""
    return [
        "oauth" if request.path == "/oauth_token.do" else request.headers.get("Authorization")
        for request in server.seen
    ]


def forms(server: Misbehaving) -> list[dict[str, str]]:
    asked = [request for request in server.seen if request.path == "/oauth_token.do"]
    return [{key: values[0] for key, values in parse_qs(request.body.decode()).items()} for request in asked]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("password", {"grant_type": "password", "username": "bridge", "password": PASSWORD}),
        ("client", {"grant_type": "client_credentials", "scope": "read:jira-work"}),
        ("refresh", {"grant_type": "refresh_token", "refresh_token": REFRESH}),
    ],
)
def test_a_token_is_asked_for_once_and_sent_as_bearer(server: Misbehaving, kind: str, asked: dict[str, str]) -> None:
    server.will(token("t1"), answer(), answer())
    with Session(given(server, kind)) as http:
        http.call("GET", server.url)
        http.call("POST", server.url, json={})
    assert bearers(server) == ["oauth", "Bearer t1", "Bearer t1"]
    assert forms(server) == [{**asked, "client_id": "id-1", "client_secret": CLIENT_SECRET}]
    assert "Authorization" not in server.seen[0].headers
    assert http.calls == {"GET": 1, "POST": 2}


def test_where_json_is_wanted_a_token_is_asked_for_in_json_through_the_proxy(server: Misbehaving) -> None:
    server.will(token("t1"), answer())
    auth = OAuthClient(
        token_url="http://auth.example/oauth/token",
        client_id="id-1",
        client_secret=SecretStr(CLIENT_SECRET),
        as_json=True,
    )
    with Http("tool", auth, proxy=server.url) as http:
        http.call("GET", "http://api.example/1a")
    assert [request.path for request in server.seen] == [auth.token_url, "http://api.example/1a"]
    assert json.loads(server.seen[0].body) == {
        "grant_type": "client_credentials",
        "client_id": "id-1",
        "client_secret": CLIENT_SECRET,
    }


def test_a_token_is_renewed_a_minute_before_it_expires(server: Misbehaving) -> None:
    server.will(token("t1"), answer(), answer(), token("t2"), answer())
    with Session(given(server)) as http:
        http.call("GET", server.url)
        http.now += 1799 - 61
        http.call("GET", server.url)
        http.now += 1
        http.call("GET", server.url)
    assert bearers(server) == ["oauth", "Bearer t1", "Bearer t1", "oauth", "Bearer t2"]


@pytest.mark.parametrize("lasts", [None, "soon", True])
def test_a_token_of_unknown_life_is_kept_until_it_is_refused(server: Misbehaving, lasts: object) -> None:
    server.will(token("t1", expires_in=lasts), answer(), answer(), answer(401), token("t2"), answer())
    with Session(given(server)) as http:
        http.call("GET", server.url)
        http.now += 1e6
        http.call("GET", server.url)
        http.call("GET", server.url)
    assert bearers(server) == ["oauth", *["Bearer t1"] * 3, "oauth", "Bearer t2"]


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_token_refused_midway_is_renewed_once_and_the_call_sent_again(server: Misbehaving, method: str) -> None:
    server.will(token("t1"), answer(401), token("t2"), answer(200, {"ok": 1}))
    with Session(given(server)) as http:
        assert http.call(method, server.url, json={"body": "x"}).body == {"ok": 1}
    assert bearers(server) == ["oauth", "Bearer t1", "oauth", "Bearer t2"]


def test_a_new_token_refused_too_ends_it(server: Misbehaving) -> None:
    server.will(token("t1"), answer(401), token("t2"), answer(401))
    with Session(given(server)) as http, pytest.raises(Refused, match="check `auth`") as caught:
        http.call("GET", server.url)
    assert caught.value.status == 401
    assert len(server.seen) == 4


def test_threads_whose_token_is_refused_renew_it_once(server: Misbehaving) -> None:
    auth = given(server)
    assert isinstance(auth, OAuth)
    meet = threading.Barrier(4)
    fetched: list[str] = []

    def fetch(*_: object) -> object:
        fetched.append("t")
        return {"access_token": f"t{len(fetched)}", "expires_in": 1799}

    held = Token("snow", auth, fetch)

    def call(_: int) -> str:
        held.prepare()
        request = _prepared(held)
        meet.wait(PATIENCE)
        held.expire(request)
        held.prepare()
        return str(_prepared(held).headers["Authorization"])

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(call, range(4))) == {"Bearer t2"}
    assert len(fetched) == 2


def _prepared(held: Token) -> requests.PreparedRequest:
    return held(requests.Request("GET", "http://x").prepare())


NOTHING_SAID = answer(401, {"error": "server_error", "error_description": "access_denied"})


@pytest.mark.parametrize(
    ("kind", "fault", "words"),
    [
        ("password", NOTHING_SAID, "client_id or client_secret is wrong, the OAuth application is inactive, user or"),
        ("client", NOTHING_SAID, r"switched off \(Tool: a\.grant\.type\)"),
        ("refresh", NOTHING_SAID, "refresh_token is expired, revoked or used up"),
        ("password", answer(400, {"error": "invalid_grant"}), "check user and password"),
        ("refresh", answer(403, {"error": "invalid_grant"}), "authorize anew"),
        ("client", answer(401, {"error": "invalid_client"}), "check client_id and client_secret"),
        ("client", answer(400, {"error": "invalid_scope"}), "check scope"),
        ("client", answer(400, {"error": "unsupported_grant_type"}), "check kind"),
        ("client", answer(403, ["odd"]), "it may be"),
        ("client", answer(200, {"access_token": ""}), "without a token; check `auth.token_url`"),
        ("client", answer(200, ["t"]), "without a token"),
        ("client", answer(200, {"access_token": "t\r\nX: y"}), "without a token"),
        ("client", answer(404), r"refused POST /oauth_token\.do \(404\)"),
        ("client", raw(302, b"", Location="https://sso.example.com"), r"redirects to sso\.example\.com"),
        ("client", raw(200, PAGE, Content_Type="text/html"), "a login page"),
    ],
)
def test_a_token_that_is_refused_says_what_to_check(server: Misbehaving, kind: str, fault: Step, words: str) -> None:
    server.will(fault)
    with Session(given(server, kind)) as http, pytest.raises(Refused, match=words) as caught:
        http.call("GET", server.url)
    assert str(caught.value).startswith("snow")
    assert len(server.seen) == 1


def test_a_token_that_cannot_be_had_now_is_tried_for_and_then_left_to_the_next_run(server: Misbehaving) -> None:
    server.will(answer(503), reset, token("t1"), answer())
    with Session(given(server)) as http:
        http.call("GET", server.url)
    server.will(*[answer(503)] * 5)
    with Session(given(server)) as http, pytest.raises(Unavailable, match=r"answers 503 .*POST /oauth_token\.do"):
        http.call("GET", server.url)


def test_a_write_that_may_be_applied_stays_unclear_when_no_token_is_had(server: Misbehaving) -> None:
    server.will(token("t1", expires_in=10), reset, answer(400, {"error": "invalid_grant"}))
    with Session(given(server)) as http:
        http.sleep = lambda: setattr(http, "now", http.now + 60)
        with pytest.raises(Unclear, match=r"check user and password.*may have been applied"):
            http.call("PUT", server.url, json={})


def test_a_replaced_refresh_token_is_in_its_file_before_the_access_token_is_used(
    server: Misbehaving, tmp_path: Path
) -> None:
    file = tmp_path / "refresh"
    file.write_text(f"{REFRESH}\n", encoding="utf-8")
    file.chmod(0o644)
    seen: list[str] = []

    def look(handler: Any) -> None:  # noqa: ANN401 - a step's
        seen.append(file.read_text(encoding="utf-8"))
        answer()(handler)

    server.will(token("t1", refresh_token=NEXT), look, token("t2", refresh_token=NEXT), answer())
    with Session(given(server, "refresh", file)) as http:
        http.call("GET", server.url)
        http.now += 4000
        http.call("GET", server.url)
    assert seen == [f"{NEXT}\n"]
    assert [form["refresh_token"] for form in forms(server)] == [REFRESH, NEXT]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["refresh"]


def test_two_connections_share_a_refresh_tokens_file(server: Misbehaving, tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text(REFRESH, encoding="utf-8")
    auth = given(server, "refresh", file)
    server.will(token("t1", refresh_token=NEXT), answer(), token("t2", refresh_token="third"), answer())
    with Session(auth) as one, Session(auth) as other:
        one.call("GET", server.url)
        other.call("GET", server.url)
    assert [form["refresh_token"] for form in forms(server)] == [REFRESH, NEXT]


def test_a_link_to_a_refresh_token_stays_a_link(server: Misbehaving, tmp_path: Path) -> None:
    (tmp_path / "real").write_text(REFRESH, encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to("real")
    server.will(token("t1", refresh_token=NEXT), answer())
    with Session(given(server, "refresh", link)) as http:
        http.call("GET", server.url)
    assert link.is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == f"{NEXT}\n"


def test_a_refresh_token_that_cannot_be_kept_ends_it_with_the_place(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "refresh"
    file.write_text(REFRESH, encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("connectors.http.token_file.os.fsync", full)
    server.will(token("t1", refresh_token=NEXT))
    with Session(given(server, "refresh", file)) as http, pytest.raises(Refused, match=r"No space left.*writable"):
        http.call("GET", server.url)
    assert [path.name for path in tmp_path.iterdir()] == ["refresh"]


def test_a_replaced_refresh_token_of_the_environment_is_warned_of_once(server: Misbehaving) -> None:
    server.will(token("t1", refresh_token=NEXT), answer(), token("t2", refresh_token="third"), answer())
    with structlog.testing.capture_logs() as logs, Session(given(server, "refresh")) as http:
        http.call("GET", server.url)
        http.now += 4000
        http.call("GET", server.url)
    assert [form["refresh_token"] for form in forms(server)] == [REFRESH, NEXT]
    (warning,) = [entry for entry in logs if entry["log_level"] == "warning"]
    assert "{ file = ... }" in warning["event"]


def test_credentials_of_a_netrc_are_not_sent_for_a_token(
    server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n", encoding="utf-8")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.will(token("t1"), answer())
    with Session(given(server)) as http:
        http.call("GET", server.url)
    assert bearers(server) == ["oauth", "Bearer t1"]
    assert "Authorization" not in server.seen[0].headers


def test_no_log_error_traceback_or_representation_shows_a_secret(server: Misbehaving, tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text(REFRESH, encoding="utf-8")
    echo = f"no: {CLIENT_SECRET} {PASSWORD} {REFRESH} {NEXT} acc3ss"
    steps = [
        [answer(401, {"error": echo, "error_description": echo})],
        [answer(404, {"error": {"message": echo}})],
        [answer(500, {"error": {"message": echo}})] * 5,
        [answer(200, {"token": echo})],
        [raw(200, echo.encode())],
        [token("acc3ss", refresh_token=NEXT), answer(400, {"error": {"message": echo}})],
    ]
    with structlog.testing.capture_logs() as logs:
        for kind in ("password", "client", "refresh"):
            for script in steps:
                server.script.clear()
                server.will(*script)
                file.write_text(REFRESH, encoding="utf-8")
                auth = given(server, kind, file)
                hidden = [CLIENT_SECRET, *{"password": [PASSWORD], "refresh": [REFRESH]}.get(kind, [])]
                hidden += ["acc3ss"] if script is steps[-1] else []
                hidden += [NEXT] if script is steps[-1] and kind == "refresh" else []
                with Session(auth) as http, pytest.raises(ConnectorError) as caught:
                    http.call("GET", f"{server.url}/x", params={"q": 1})
                text = "".join(traceback.format_exception(caught.value))
                said = [text, repr(auth), repr(http), repr(vars(http.auth))]
                for secret in hidden:
                    assert [words for words in said if secret in words] == []
    for secret in (CLIENT_SECRET, PASSWORD, REFRESH, NEXT, "acc3ss"):
        assert not any(secret in str(entry) for entry in logs)
