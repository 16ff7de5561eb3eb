"""The defects of the jira library that were measured, each kept out by its fence: see connectors/jira/client.py."""

import logging
import time
from collections.abc import Iterator
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import jira as library
import jira.resources
import pytest
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

from connectors.errors import ConnectorError, Refused, Unclear
from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Write
from connectors.jira.client import Client
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings
from tests.connectors.jira.site import MINUTE, NOW, Here, scripted, tickets
from tests.connectors.misbehaving import Misbehaving, Step, answer, misbehaving_server, patient, raw, reset, slow
from tests.patience import PATIENCE

SECRET = "planted-in-an-answer"


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving_server() as server:
        yield server


def connected(url: str) -> tuple[Client, list[float]]:
    """Return a site, and the seconds that it waits."""
    waits: list[float] = []
    auth = BasicAuth("me@example.com", SecretStr("token"))
    http = Http("jira", auth, rules=RULES, timeout=(PATIENCE, PATIENCE), sleep=waits.append)
    return Client(JiraSettings(name="jira", url=url, auth=auth, fields=()), http), waits


def test_every_request_of_the_library_has_a_timeout(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []
    send = HTTPAdapter.send

    def seen(self: HTTPAdapter, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - those of requests
        timeouts.append(more["timeout"])
        return send(self, *args, **more)

    monkeypatch.setattr(HTTPAdapter, "send", seen)
    server.will(answer(body=[]))
    connected(server.url)[0].fields()
    assert timeouts == [(PATIENCE, PATIENCE)]


@pytest.mark.parametrize("fault", [reset, slow, answer(500), answer(504)])
def test_a_comment_whose_answer_is_lost_is_sent_once_also_through_the_library(server: Misbehaving, fault: Step) -> None:
    site, _ = connected(server.url)
    server.will(fault)
    with patient(site.http, server), pytest.raises(Unclear):
        site.post("issue", "1", "comment", body={"body": "x"})
    server.was_asked()
    server.will(fault)
    with patient(site.http, server), pytest.raises(Unclear):
        site._jira.add_comment("1", "x")
    server.was_asked()
    assert len(server.seen) == 2


def test_retry_after_is_waited_for_in_full_and_may_be_a_date(server: Misbehaving) -> None:
    site, waits = connected(server.url)
    now = time.time()
    date = formatdate(now + 30, usegmt=True)
    server.will(answer(429, Retry_After="45"), answer(body=[]))
    site.fields()
    assert sum(waits) >= 45
    waits.clear()
    server.will(answer(429, Retry_After=date, Date=formatdate(now, usegmt=True)), answer(body=[]))
    site.fields()
    assert sum(waits) >= 30


@pytest.mark.parametrize("fault", [answer(500), answer(502), answer(503), answer(504), slow])
def test_a_read_is_sent_again_where_the_library_gives_up(server: Misbehaving, fault: Step) -> None:
    site, waits = connected(server.url)
    status = {"id": "status", "name": "Status"}
    server.will(fault, answer(body=[status]))
    with patient(site.http, server):
        assert site.fields() == [status]
    assert len(waits) == 1


def test_nothing_is_asked_before_it_is_needed(server: Misbehaving) -> None:
    connected(server.url)
    assert server.seen == []


def test_methods_of_the_library_that_return_none_in_silence_are_not_relied_on(here: Here) -> None:
    silent = library.JIRA(here.url, get_server_info=False, max_retries=0, timeout=PATIENCE, logging=False)
    assert silent.enhanced_search_issues("project = ITSM") is None
    silent.close()
    here.open("INC1", at=NOW - MINUTE)
    assert len(tickets(here.connect().changed(None))) == 1


def test_requests_hold_no_nulls_and_pages_are_taken_one_by_one(here: Here) -> None:
    for n in range(5):
        here.open(f"INC{n}", at=NOW - MINUTE)
    pages = here.connect(page_size=2, concurrency=1).changed(None)
    next(pages)
    searches = [sent.body for sent in here.sent if sent.path.endswith("search/jql")]
    assert len(searches) < 4
    assert all(value is not None for body in searches for value in body.values())


def test_no_objects_of_the_library_are_built(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def built(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(jira.resources.Resource, "__init__", built)
    id_ = here.open("INC1", at=NOW - MINUTE)
    here.comment("INC1", "Alice")
    connector = here.connect()
    connector.check()
    assert len(tickets(connector.changed(None))) == 1
    writes: list[Write] = [FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"}), CommentWrite(id_, "ITSM-1", ("m",), "x")]
    assert {receipt.outcome for receipt in connector.write(writes)} == {Outcome.APPLIED}


def test_an_update_reads_nothing_before_or_after(here: Here) -> None:
    id_ = here.open("INC1", at=NOW - MINUTE)
    connector = here.connect()
    list(connector.reread([id_]))
    list(connector.write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"})]))
    here.calls.clear()
    list(connector.write([FieldsWrite(id_, "ITSM-1", {"SLA holder": "Network"})]))
    assert here.calls == {"PUT issue/*": 1}


def test_neither_errors_nor_logs_show_answers_and_cookies(
    server: Misbehaving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site, _ = connected(server.url)
    body = b'{"errorMessages": ["no"], "summary": "planted-in-an-answer"}'
    server.will(raw(400, body, Set_Cookie=f"session={SECRET}"))
    with pytest.raises(ConnectorError) as raised:
        site.fields()
    assert isinstance(raised.value, Refused)
    assert SECRET not in str(raised.value)
    assert SECRET not in caplog.text


def test_our_session_is_the_librarys_own() -> None:
    with scripted() as script:
        connector = script.connect()
        assert connector._client._jira._session is connector._client.http
        assert isinstance(connector._client, Client)
        assert SimpleNamespace(**connector._client.server()).deploymentType == "Cloud"
