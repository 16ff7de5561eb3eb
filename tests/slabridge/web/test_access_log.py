"""What is noted of who looked at what, and that nothing is shown that is not noted."""

import json
import os
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from slabridge.config import Config
from tests.slabridge.web.asking import Pages
from tests.slabridge.web.conftest import Open


def test_who_looked_at_what_is_noted_line_by_line(config: Config, pages: Pages) -> None:
    pages.ask("/tickets/snow/INC1?lang=sv")
    pages.ask("/tickets?key=%0A%22INC9")
    pages.ask("/nothing")
    pages.ask("/static/style.css")
    pages.ask("/healthz")
    lines = [json.loads(line) for line in config.web.access_log.read_text("utf-8").splitlines()]
    assert [(one["path"], one["query"], one["status"]) for one in lines] == [
        ("/tickets/snow/INC1", "lang=sv", 200),
        ("/tickets", "key=%0A%22INC9", 200),
        ("/nothing", "", 404),
    ]
    assert {(one["user"], one["role"], one["from"], one["method"]) for one in lines} == {
        ("", "all", "127.0.0.1", "GET")
    }
    assert config.web.access_log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_was_moved_away_is_begun_anew(config: Config, pages: Pages) -> None:
    log = config.web.access_log
    pages.ask("/")
    log.rename(log.with_suffix(".1"))
    pages.ask("/cycles")
    assert '"path":"/cycles"' in log.read_text("utf-8")
    assert '"path":"/"' in log.with_suffix(".1").read_text("utf-8")


def test_what_cannot_be_noted_is_not_shown(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with capture_logs() as logged:
        monkeypatch.setattr(os, "write", full)
        answer = pages.ask("/tickets/snow/INC1")
        monkeypatch.undo()
    assert (answer.status, "INC1" in answer.text) == (503, False)
    assert [one["reason"] for one in logged] == ["No space left on device"]
    assert pages.ask("/tickets/snow/INC1").status == 200


def test_a_guess_at_another_customers_address_is_noted_and_answered_like_any(config: Config, opened: Open) -> None:
    pages = opened(replace(config, customer="acme"), replace(config, customer="globex"))
    assert pages.ask("/", method="POST").status == 405
    assert pages.ask(f"/{'x' * 3_000}").status == 414
    assert pages.ask("/nobody").status == 404
    assert [json.loads(line)["status"] for line in config.web.access_log.read_text("utf-8").splitlines()] == [
        405,
        414,
        404,
    ]
