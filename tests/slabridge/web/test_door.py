"""Who is let in to the pages, and as whom (docs/web.md, "Who is let in")."""

import base64
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from slabridge.config import Config
from slabridge.config.connections.secret import Secret
from tests.slabridge.web.conftest import Open

TOKEN = "t0ken-åäö-and-more"
PROXY = "10.0.0.5"


def with_token(config: Config, tmp_path: Path) -> Config:
    (tmp_path / "token").write_text(f"{TOKEN}\n", "utf-8")
    secret = Secret("config.toml", "web.token", file=tmp_path / "token")
    return replace(config, web=replace(config.web, token=secret))


def behind_proxy(config: Config) -> Config:
    return replace(config, web=replace(config.web, proxy=(ip_network("10.0.0.0/24"), ip_network("::1"))))


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8470", "[::1]:8470", "LOCALHOST"])
def test_without_auth_who_is_on_this_machine_is_let_in(config: Config, opened: Open, host: str) -> None:
    assert opened(config).ask("/", {"Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sla.acme.com"},
        {"Host": "localhost.attacker.example"},
        {"Host": "127.0.0.1.attacker.example:8470"},
        {"Host": ""},
        {"X-Forwarded-For": "10.1.1.1"},
        {"Forwarded": "for=10.1.1.1"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
def test_without_auth_nobody_is_let_in_by_another_name_or_through_a_proxy(
    config: Config, opened: Open, headers: dict[str, str]
) -> None:
    answer = opened(config).ask("/", headers)
    assert (answer.status, "--auth" in answer.text) == (421, True)


def test_a_token_lets_in_as_bearer_and_as_password_and_nothing_else_does(
    config: Config, opened: Open, tmp_path: Path
) -> None:
    pages = opened(with_token(config, tmp_path), auth="token")
    right: list[str | bytes] = [f"Bearer {TOKEN}".encode(), basic("ann", TOKEN)]
    assert [pages.ask("/", {"Authorization": one, "Host": "sla.acme.com"}).status for one in right] == [200, 200]
    wrong = [
        "",
        "Bearer",
        "Bearer x",
        f"Basic {TOKEN[:5]}",
        basic(TOKEN, ""),
        basic("ann", TOKEN[:-1]),
        "Digest x",
        "Basic ////",
    ]
    for one in wrong:
        answer = pages.ask("/", {"Authorization": one.encode()})
        assert (answer.status, answer.headers["www-authenticate"][:5]) == (401, "Basic"), one
        assert TOKEN not in answer.text
    assert pages.ask("/").status == 401


def test_a_token_is_in_no_log_and_no_repr(config: Config, opened: Open, tmp_path: Path) -> None:
    pages = opened(with_token(config, tmp_path), auth="token")
    pages.ask("/", {"Authorization": f"Bearer {TOKEN}".encode()})
    pages.ask("/", {"Authorization": f"Bearer {TOKEN}x".encode()})
    noted = config.web.access_log.read_text("utf-8")
    assert noted.count('"status":200') == noted.count('"status":401') == 1
    assert "t0ken" not in noted + repr(pages.sites.now[""].door)
    assert isinstance(pages.sites.now[""].door.token, SecretStr)


@pytest.mark.parametrize(
    ("role", "sees"), [("all", {"1", "2", "3"}), ("customer=Acme", {"1"}), ("team=Mail", {"1", "3"})]
)
def test_the_proxy_says_who_asks_and_what_of(config: Config, opened: Open, role: str, sees: set[str]) -> None:
    pages = opened(behind_proxy(config), auth="proxy")
    headers: dict[str, str | bytes] = {
        "X-Forwarded-User": "Åsa".encode(),
        "X-Slabridge-Role": role,
        "Host": "sla.acme.com",
    }
    for peer in ("10.0.0.5", "::1"):
        found = pages.ask("/api/v1/cycles", headers, peer=peer)
        assert {one["id"] for one in found.json["cycles"]} == sees
    for n in ("1", "2", "3"):
        searched = pages.ask(f"/tickets?key=INC{n}", headers, peer=PROXY)
        assert (searched.status == 303) == (n in sees)
    along = pages.ask("/cycles.csv", headers, peer=PROXY).text
    assert {n for n in "123" if f"INC{n}" in along} == sees
    hidden = 200 if role == "all" else 403
    assert {pages.ask(path, headers, peer=PROXY).status for path in ("/health", "/quarantine", "/api/v1/status")} == {
        hidden
    }
    assert '"user":"Åsa"' in config.web.access_log.read_text("utf-8")


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "all"}, "10.0.1.5"),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "all"}, "127.0.0.1"),
        ({"X-Forwarded-User": "ann"}, PROXY),
        ({"X-Slabridge-Role": "all"}, PROXY),
        ({"X-Forwarded-User": "", "X-Slabridge-Role": "all"}, PROXY),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "admin"}, PROXY),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "customer="}, PROXY),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "all, customer=Acme"}, PROXY),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": b"team=\xff"}, PROXY),
        ({"X-Forwarded-User": "ann", "X-Slabridge-Role": "customer=Acme", "x-slabridge-role": "all"}, PROXY),
    ],
)
def test_who_is_not_named_by_the_proxy_alone_and_clearly_sees_nothing(
    config: Config, opened: Open, headers: dict[str, str | bytes], peer: str
) -> None:
    pages = opened(behind_proxy(config), auth="proxy")
    for path in ("/", "/api/v1/cycles", "/static/style.css", "/tickets/snow/INC1"):
        assert pages.ask(path, headers, peer=peer).status == 403
