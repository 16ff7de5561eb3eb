"""No answer takes longer as a whole, or more room, than it may: whatever a server sends, and however slowly."""

import gzip
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.errors import ConnectorError, CutShort, Halted, Unavailable, Unclear
from connectors.http.body import shown
from connectors.http.credentials import OAuthClient
from connectors.http.session import Http
from tests.connectors.http.test_route import certificate, secured
from tests.connectors.misbehaving import Handler, Misbehaving, Step, answer, drip, raw
from tests.patience import PATIENCE

__all__ = ["certificate", "secured"]

OK = b"HTTP/1.1 200 OK\r\n"
BODY = OK + b"Content-Type: application/json\r\nContent-Length: 60000000\r\n\r\n[1"
DRIPS = {
    "the status line": drip(b"HTTP/1.1 200 ", b"O"),
    "a header": drip(OK + b"Date: ", b"x"),
    "header by header": drip(OK, b"X: y\r\n"),
    "100 Continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the body": drip(BODY, b" "),
    "a body without end": drip(OK + b"\r\n", b" "),
    "chunks": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the size of a chunk": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "the body of an error": drip(BODY.replace(b"200 OK", b"400 No"), b" "),
    "the body of a redirect": drip(BODY.replace(b"200 OK", b"302 No\r\nLocation: /x"), b" "),
}
SOON = 0.3


def http(**bounds: Any) -> Http:  # noqa: ANN401 - those of Http
    return Http("snow", None, **{"timeout": (PATIENCE, PATIENCE), "sleep": lambda _: None, **bounds})


@pytest.mark.parametrize("step", DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_is_waited_for_no_longer_than_told(server: Misbehaving, step: Step) -> None:
    server.will(step)
    with http(total=SOON) as session, pytest.raises(ConnectorError) as caught:
        session.call("GET", server.url + "/x")
    if "X: y" not in step.__name__:  # of so many headers there are too many before
        assert isinstance(caught.value, Unavailable)
        assert "did not end its answer within 0.3 seconds (`timeout.total`): GET /x" in str(caught.value)
    assert len(server.seen) == 1


def test_over_tls_too(secured: Misbehaving, certificate: Path) -> None:
    secured.will(DRIPS["the body"])
    with http(total=SOON, ca=certificate) as session, pytest.raises(Unavailable, match=r"timeout\.total"):
        session.call("GET", secured.url)


def test_through_a_proxy_too(server: Misbehaving) -> None:
    server.will(DRIPS["the body"], drip(b"HTTP/1.1 200 ", b"O"))
    with http(total=SOON, proxy=server.url) as session:
        for url in ("http://tool.example/x", "https://tool.example/x"):
            with pytest.raises(Unavailable, match=r"timeout\.total"):
                session.call("GET", url)
    assert [request.method for request in server.seen] == ["GET", "CONNECT"]


def test_a_token_that_drips_too(server: Misbehaving) -> None:
    auth = OAuthClient(token_url=server.url, client_id="c", client_secret=SecretStr("s"))
    server.will(DRIPS["the body"])
    with Http("snow", auth, total=SOON, sleep=lambda _: None) as session, pytest.raises(Unavailable, match="total"):
        session.call("GET", server.url)


def test_a_write_whose_answer_drips_is_unclear_and_sent_once(server: Misbehaving) -> None:
    for method in ("POST", "PUT"):
        server.will(DRIPS["the body"])
        with http(total=SOON) as session, pytest.raises(Unclear, match="may have been applied"):
            session.call(method, server.url, json={})
    assert len(server.seen) == 2


@pytest.mark.parametrize(("method", "kind"), [("GET", Halted), ("POST", Unclear)])
def test_the_time_of_the_run_ends_an_answer_that_drips(
    server: Misbehaving, method: str, kind: type[ConnectorError]
) -> None:
    end = time.monotonic() + SOON
    server.will(DRIPS["the body"])
    with http(left=lambda: end - time.monotonic()) as session, pytest.raises(kind, match="time is up"):
        session.call(method, server.url, json={})


@pytest.mark.parametrize(("method", "kind"), [("GET", Halted), ("POST", Unclear)])
def test_a_run_that_is_asked_to_stop_waits_for_the_answer_under_way_but_not_without_end(
    server: Misbehaving, method: str, kind: type[ConnectorError]
) -> None:
    asked = threading.Event()
    server.will(telling(asked, DRIPS["the body"]))
    with http(timeout=(PATIENCE, SOON), stopping=asked.is_set) as session, pytest.raises(kind, match="asked to stop"):
        session.call(method, server.url, json={})


def test_an_answer_that_comes_after_the_run_was_asked_to_stop_is_taken(server: Misbehaving) -> None:
    asked = threading.Event()
    server.will(telling(asked, answer(200, {"a": 1})))
    with http(stopping=asked.is_set) as session:
        assert session.call("GET", server.url).body == {"a": 1}


def telling(event: threading.Event, step: Step) -> Step:
    def told(handler: Handler) -> None:
        event.set()
        step(handler)

    return told


def test_a_connection_is_used_again_after_a_whole_answer(server: Misbehaving) -> None:
    server.will(*[answer(200, {"a": "x" * 200_000})] * 3)
    with http(total=PATIENCE) as session:
        for _ in range(3):
            assert len(session.call("GET", server.url).body["a"]) == 200_000
        pools = session.get_adapter(server.url).poolmanager.pools  # type: ignore[attr-defined]
        assert [pools.get(key).num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - no mapping


def large(size: int) -> bytes:
    return b'{"a": "' + b"x" * size + b'"}'


@pytest.mark.parametrize(
    "step",
    [
        raw(200, large(100_000)),
        raw(400, large(100_000)),
        raw(302, large(100_000), Location="/x"),
        raw(200, gzip.compress(large(30_000_000)), Content_Encoding="gzip"),
        raw(200, zlib.compress(large(30_000_000)), Content_Encoding="deflate"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n"),
        drip(OK + b"\r\n", b"x" * 10_000),
        drip(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", b" "),
    ],
    ids=["large", "an error", "a redirect", "gzip", "deflate", "chunks", "no end", "no number"],
)
def test_an_answer_that_is_too_large_is_cut_short_and_says_how_to_ask_for_less(
    server: Misbehaving, step: Callable[[Handler], None]
) -> None:
    server.will(step)
    words = r"answers with more than 64 KB \(`max_answer`\); a smaller page_size asks for less: GET /api/x"
    with http(max_answer=64_000) as session, pytest.raises(CutShort, match=words):
        session.call("GET", server.url + "/api/x")
    assert len(server.seen) == 1


def test_a_write_whose_answer_is_too_large_is_unclear(server: Misbehaving) -> None:
    server.will(raw(201, large(100_000)))
    with http(max_answer=64_000) as session, pytest.raises(Unclear, match="max_answer"):
        session.call("POST", server.url, json={})


def test_an_answer_just_small_enough_is_taken(server: Misbehaving) -> None:
    body = large(1000)
    server.will(raw(200, body), raw(200, gzip.compress(body), Content_Encoding="gzip"))
    with http(max_answer=len(body)) as session:
        for _ in range(2):
            assert len(session.call("GET", server.url).body["a"]) == 1000


@pytest.mark.parametrize(
    ("size", "words"), [(64_000_000, "64 MB"), (2_000_000_000, "2 GB"), (1_500, "1.5 KB"), (10, "10 bytes")]
)
def test_sizes_are_said_in_words(size: int, words: str) -> None:
    assert shown(size) == words
