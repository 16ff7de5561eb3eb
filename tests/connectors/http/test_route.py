"""Certificates, proxies and hosts."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.errors import Halted, Refused, Unavailable
from connectors.http.credentials import BearerAuth
from connectors.http.limits import host_of
from connectors.http.session import Http
from connectors.servicenow.connector import ServiceNow
from slabridge.app.connect import connected
from tests.connectors.misbehaving import Misbehaving, answer, misbehaving_server, raw
from tests.patience import PATIENCE
from tests.slabridge.config.small import config

AUTH = BearerAuth(SecretStr("tok3n"))


@pytest.fixture(autouse=True)
def _no_proxy_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def http(**route: object) -> Http:
    return Http("snow", AUTH, timeout=(PATIENCE, PATIENCE), sleep=lambda _: None, **route)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a certificate of 127.0.0.1, followed by its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, to make a certificate")
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    key = file.with_name("key.pem")
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=slabridge"
    extension = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(file)]
    subprocess.run([openssl, *asked.split(), *extension], check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603 - its arguments are ours
    with file.open("a", encoding="utf-8") as both:
        both.write(key.read_text(encoding="utf-8"))
    return file


@pytest.fixture
def secured(certificate: Path) -> Iterator[Misbehaving]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with misbehaving_server(context) as server:
        yield server


def test_a_certificate_that_nobody_knows_is_refused(secured: Misbehaving) -> None:
    with http() as session, pytest.raises(Refused, match=r"certificate is not trusted .*`ca` names a file"):
        session.call("GET", secured.url)
    assert secured.seen == []


def test_a_certificate_of_our_own_file_is_trusted(secured: Misbehaving, certificate: Path) -> None:
    secured.will(answer(200, {"a": 1}))
    with http(ca=certificate) as session:
        assert session.call("GET", secured.url).body == {"a": 1}


def test_our_own_file_counts_before_that_of_the_environment(
    secured: Misbehaving, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    secured.will(answer())
    with http(ca=certificate) as session:
        session.call("GET", secured.url)
    assert len(secured.seen) == 1


@contextmanager
def swapping(certificate: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Give a proxy that answers in the tool's place, with a certificate of its own; and what it could read."""
    context, read = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[bytes]()
    context.load_cert_chain(certificate)

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, suppress(OSError):
                    client.recv(65_536)  # CONNECT
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    with context.wrap_socket(client, server_side=True) as secured:
                        read.append(secured.recv(65_536))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", read
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("is_known", [False, True], ids=["of an authority that nobody knows", "of another host"])
def test_a_proxy_that_answers_in_the_tools_place_reads_nothing(certificate: Path, *, is_known: bool) -> None:
    with (
        swapping(certificate) as (proxy, read),
        http(proxy=proxy, ca=certificate if is_known else None) as session,
        pytest.raises(Refused, match="certificate"),
    ):
        session.call("GET", "https://acme.invalid/x")
    assert not any(read)


def test_a_proxy_is_asked_for_the_tool(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.will(answer(200, {"a": 1}))
    with http(proxy=server.url) as session:
        assert session.call("GET", "http://acme.invalid/x").body == {"a": 1}
    assert server.seen[0].path == "http://acme.invalid/x"


@pytest.mark.parametrize("url", ["http://acme.invalid/x", "https://acme.invalid/x"])
def test_a_proxy_that_is_not_there_is_named_and_nothing_was_applied(url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        http(proxy=f"http://127.0.0.1:{port}") as session,
        pytest.raises(Unavailable, match=r"through the proxy \(connection refused\); check `proxy`"),
    ):
        session.call("POST", url, json={})


def test_a_proxy_that_refuses_is_quoted(server: Misbehaving) -> None:
    server.will(*[raw(407, b"")] * 5)
    with (
        http(proxy=server.url) as session,
        pytest.raises(Unavailable, match=r"through the proxy \(tunnel connection failed: 407"),
    ):
        session.call("GET", "https://acme.invalid/x")


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOW_PASSWORD", "a")
    monkeypatch.setenv("JIRA_TOKEN", "b")


@pytest.mark.usefixtures("_secrets")
def test_connections_of_one_host_share_its_limits_and_the_smaller_counts() -> None:
    file = config("""
        [connections.snow]
        concurrency = 4
        calls_per_hour = 100
        [connections.problems]
        like = "snow"
        url = "https://ACME.service-now.com/"
        concurrency = 3
        calls_per_hour = 200
    """)
    limits = {}
    with connected(file, spent={"acme.service-now.com": 7}) as pairs:
        for connection, connector in pairs:
            if isinstance(connector, ServiceNow):
                limits[connection.name] = connector.http._gate.limits
    assert limits["snow"] is limits["problems"]
    assert (limits["snow"].concurrency, limits["snow"].per_hour) == (3, 100)
    room = 0
    while limits["snow"].spend() == 0:
        room += 1
    assert room == 93


@pytest.mark.usefixtures("_secrets")
def test_a_run_that_is_over_or_asked_to_stop_asks_no_connection() -> None:
    for bounds, words in (({"left": lambda: 0.0}, "time is up"), ({"stopping": lambda: True}, "asked to stop")):
        with connected(config(""), **bounds) as pairs:
            for _, connector in pairs:
                with pytest.raises(Halted, match=words):
                    connector.check()


def test_a_host_is_its_name_and_port() -> None:
    assert host_of("https://Jira.acme.com:8443/jira") == "jira.acme.com:8443"
