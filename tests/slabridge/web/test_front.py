"""What every request passes: what may be asked, and what a browser may do with the answer."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from slabridge.config import Config
from slabridge.state import State
from slabridge.web import board
from slabridge.web.front import Front
from slabridge.web.pages import ROUTES
from tests.slabridge.web.asking import Pages
from tests.slabridge.web.conftest import Open

PLACES = {
    "{connection}": "snow",
    "{key:path}": "INC1",
    "{agreement}": "standard",
    "{period}": "2026-03",
    "{name}": "style.css",
    "{list}": "cases",
    "{file}": "page.html",
    "{count}": "open",
}


def path_of(route: Any) -> str:  # noqa: ANN401 - of Starlette
    path: str = route.path
    for place, value in PLACES.items():
        path = path.replace(place, value)
    return path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
@pytest.mark.parametrize("path", ["/", "/api/v1/cycles", "/static/style.css", "/nothing"])
def test_pages_are_only_read(pages: Pages, method: str, path: str) -> None:
    answer = pages.ask(path, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_answer_says_that_a_browser_may_load_nothing_from_elsewhere(pages: Pages, route: Any) -> None:  # noqa: ANN401
    answer = pages.ask(path_of(route))
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "frame-ancestors" not in policy or policy["frame-ancestors"] == "'none'"
    assert not any("http" in source or "*" in source or "unsafe-eval" in source for source in policy.values())
    assert "'unsafe-inline'" not in policy.get("script-src", "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.status in (200, 202, 303, 404)


def test_of_a_bug_neither_page_nor_log_has_a_word_of_its_own(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Anna's ticket")

    monkeypatch.setattr(board, "asked", broken)
    for path in ("/", "/cycles"):
        with capture_logs() as logged:
            answer = pages.ask(path)
        assert (answer.status, "bug" in answer.text) == (500, True)
        assert [(one["event"], one["error"]) for one in logged] == [("bug", "ValueError")]
        assert "Anna" not in answer.text + repr(logged)


@pytest.mark.parametrize(
    "query", ["status=x&nope=1", "sort=used", "offset=-1", "limit=0", "limit=1001", "offset=9" + 9 * "9", "soon=2"]
)
def test_what_there_is_not_to_be_asked_for_is_said(pages: Pages, query: str) -> None:
    for path in ("/cycles", "/api/v1/cycles"):
        answer = pages.ask(f"{path}?{query}")
        assert answer.status == 400
        assert query.rsplit("&", maxsplit=1)[-1].split("=", maxsplit=1)[0] in answer.text


def test_an_address_that_is_too_long_is_refused(pages: Pages) -> None:
    assert pages.ask(f"/tickets?key={'x' * 2_001}").status == 414


def test_a_state_that_is_not_there_is_said_and_found_when_it_is(config: Config, opened: Open) -> None:
    state = Path(config.state)
    away = state.rename(state.with_suffix(".away"))
    pages = opened(config)
    for path in ("/", "/cycles", "/api/v1/cycles", "/tickets/snow/INC1"):
        answer = pages.ask(path)
        assert (answer.status, "slabridge run" in answer.text) == (503, True), path
    assert pages.ask("/healthz").status == 200
    away.rename(state)
    assert pages.ask("/").status == 200


def test_a_state_that_was_put_in_its_place_is_read_from_then_on(
    config: Config, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slabridge.app.board._FRESH", 0.0)
    assert pages.ask("/api/v1/cycles").json["total"] == 4
    State.of(str(tmp_path / "other.db")).close()
    (tmp_path / "other.db").replace(config.state)
    assert pages.ask("/api/v1/cycles").json["total"] == 0


def test_who_asks_too_much_at_once_is_turned_away_and_noted(config: Config, pages: Pages) -> None:
    async def asked() -> list[int]:
        begun, go = asyncio.Event(), asyncio.Event()
        waiting = 0

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal waiting
            waiting += 1
            if waiting == 3:
                begun.set()
            await go.wait()
            await PlainTextResponse("there")(scope, receive, send)

        front = Front(slow, lambda: pages.sites.now, at_once=3)
        there = [asyncio.create_task(pages.answered(front, "/")) for _ in range(3)]
        await begun.wait()
        turned_away = (await pages.answered(front, "/cycles")).status
        go.set()
        return [turned_away, *[(await one).status for one in there], (await pages.answered(front, "/")).status]

    assert asyncio.run(asked()) == [503, 200, 200, 200, 200]
    assert '"path":"/cycles","query":"","status":503' in config.web.access_log.read_text("utf-8")


def test_what_a_reload_leaves_behind_is_given_back_when_its_last_request_is_answered(
    config: Config, pages: Pages
) -> None:
    async def reloaded() -> tuple[int, int]:
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            begun.set()
            await go.wait()
            site = scope["site"]
            site.readable.state()
            await PlainTextResponse("there")(scope, receive, send)

        front = Front(slow, lambda: pages.sites.now)
        before = files_open()
        for _ in range(20):
            begun.clear()
            go.clear()
            there = asyncio.create_task(pages.answered(front, "/"))
            await begun.wait()
            pages.sites.take({"": config})
            go.set()
            assert (await there).status == 200
        return before, files_open()

    before, after = asyncio.run(reloaded())
    assert after <= before + 3


def files_open() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


@pytest.mark.parametrize("path", ["/cycles/", "/api/v1/cycles/", "//cycles"])
def test_no_address_leads_on_to_another_host_or_scheme(pages: Pages, path: str) -> None:
    answer = pages.ask(path, {"Host": "localhost"})
    assert (answer.status, answer.headers.get("location")) == (404, None)
