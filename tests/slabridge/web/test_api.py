"""`/api/v1`: every answer is as it is described, and the same as on the pages and the command line."""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import orjson
import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_schema_validator import OAS31Validator

from slabridge.state import State, Transaction, connections, quarantine, tickets
from slabridge.state.quarantine import Quarantined
from slabridge.web.pages import ROUTES
from tests.slabridge.cli.conftest import call as program
from tests.slabridge.run.conftest import quick, reported
from tests.slabridge.run.job import Job
from tests.slabridge.web.by_proxy import PROXY, ByProxy, pages_of

__all__ = ["program", "quick", "reported"]

DOCUMENT = orjson.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
DESCRIBED = OpenAPI.from_dict(DOCUMENT)
Call = Callable[..., tuple[int, str, str]]
GIVEN = {"connection": "snow", "period": "2016-03", "agreement": "standard"}


@pytest.fixture
def job(reported: Job) -> Job:
    reported.text += PROXY
    reported.run()
    return reported


@pytest.fixture
def pages(job: Job) -> Iterator[ByProxy]:
    with pages_of(job.config()) as found:
        yield found


def any_ticket(pages: ByProxy, connection: str = "snow") -> dict[str, Any]:
    found: dict[str, Any] = pages.get(f"/api/v1/cycles?connection={connection}").json["cycles"][0]
    return found


def test_every_route_is_described_and_every_description_is_a_route() -> None:
    there = {route.path.replace(":path", "") for route in ROUTES if route.path.startswith("/api/v1/")} - {"/api/v1/"}
    assert set(DOCUMENT["paths"]) == there


@pytest.mark.parametrize("path", DOCUMENT["paths"])
@pytest.mark.parametrize("role", ["all", "customer=Nobody", "team=Nobody"])
def test_answers_are_as_they_are_described(pages: ByProxy, path: str, role: str) -> None:
    given = {**GIVEN, "key": any_ticket(pages)["ticket"]}
    answer = pages.made(re.sub(r"\{(\w+)\}", lambda name: given[name[1]], path), role)
    request = MockRequest("https://sla.acme.com", "get", path, view_args=given, path_pattern=path)
    DESCRIBED.validate_response(request, MockResponse(answer.body, answer.status, content_type="application/json"))
    named = DOCUMENT["paths"][path]["get"]["responses"][str(answer.status)]
    described = DOCUMENT["components"]["responses"][named["$ref"].rpartition("/")[2]] if "$ref" in named else named
    schema = described["content"]["application/json"]["schema"]
    OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(answer.json)


@pytest.mark.parametrize(
    "query", ["", "?status=breached", "?holder=Network&sort=-holder", "?limit=1&offset=1", "?soon=1"]
)
def test_open_cycles_are_those_of_the_command_line_and_of_the_page(
    pages: ByProxy, job: Job, program: Call, query: str
) -> None:
    found = pages.get(f"/api/v1/cycles{query}").json
    asked = dict(part.split("=") for part in query.removeprefix("?").split("&") if part)
    offset, limit = int(asked.pop("offset", "0")), int(asked.pop("limit", "100"))
    flags = [
        part for name, value in asked.items() for part in ([f"--{name}"] if name == "soon" else [f"--{name}", value])
    ]
    code, out, _ = program("board", "--config", job.path, "--limit", offset + limit, "--json", *flags)
    printed = orjson.loads(out)
    assert code == 0
    assert printed["cycles"][offset : offset + limit] == found["cycles"]
    for name in ("total", "due_within_hour", "by_status", "by"):
        assert printed[name] == found[name]
    page = pages.get(f"/cycles{query}").text
    assert re.findall(r'<th role="rowheader" scope="row"><a href="[^"]*">([^<]*)', page) == [
        one["ticket"] for one in found["cycles"]
    ]
    along = pages.get(f"/cycles.csv{re.sub('&?(limit|offset)=[0-9]+', '', query).replace('?&', '?')}").text.splitlines()
    assert len(along) - 1 == found["total"]


def test_who_asks_for_a_holder_that_nobody_is_called_is_told_who_is_nearest(job: Job, program: Call) -> None:
    code, out, err = program("board", "--config", job.path, "--holder", "Netwrk", "--json")
    assert (code, orjson.loads(out)["total"]) == (0, 0)
    assert "no open cycle has holder 'Netwrk'; the nearest is \"Network\"" in err
    _, _, err = program("board", "--config", job.path, "--holder", "Network", "--json")
    assert err == ""


def test_figures_of_the_board_open_lists_of_so_many(pages: ByProxy) -> None:
    board = pages.get("/").text
    figures = re.findall(
        r'<a(?: class="[^"]*")? href="(/cycles\?[^"]*)"(?:>| class="[^"]*">)(?:<strong>)?(\d+)<', board
    )
    assert len(figures) > 10
    for address, count in figures:
        total = pages.get(f"/api/v1{address.replace('&amp;', '&')}").json["total"]
        assert (address, total) == (address, int(count))


def test_a_ticket_is_what_explain_prints(pages: ByProxy, job: Job, program: Call) -> None:
    one = any_ticket(pages)
    found = pages.get(f"/api/v1/tickets/snow/{one['ticket']}").json
    _, out, _ = program("explain", one["ticket"], "--config", job.path, "--json")
    assert [orjson.loads(line) for line in out.splitlines()] == found["results"]
    assert pages.get(f"/api/v1/tickets/snow/{one['id']}").json == found
    page = pages.get(f"/tickets/snow/{one['id']}").text
    assert all(f"{each['agreement']}" in page for each in found["results"])


def test_the_status_is_what_the_command_prints(pages: ByProxy, job: Job, program: Call) -> None:
    _, out, _ = program("status", "--config", job.path, "--json", "--quarantine")
    ours, theirs = orjson.loads(out), pages.get("/api/v1/status").json
    for one in (ours, theirs):
        one.pop("now")
        for connection in one["connections"]:
            connection.pop("age_seconds")
    assert ours == theirs


def test_a_team_opens_its_own_tickets_and_no_other(pages: ByProxy) -> None:
    cycles = pages.get("/api/v1/cycles?limit=1000").json["cycles"]
    holders = {one["holder"] for one in cycles if one["holder"]}
    assert len(holders) > 1
    for holder in holders:
        role = f"team={holder}"
        own = {(one["connection"], one["id"]) for one in cycles if holder in (one["holder"], one["team"])}
        assert {(one["connection"], one["id"]) for one in pages.get("/api/v1/cycles", role).json["cycles"]} >= own
        for connection, id_ in own:
            assert pages.get(f"/tickets/{connection}/{id_}", role).status == 200
    strange = "team=Nobody"
    for one in cycles:
        assert pages.get(f"/tickets/{one['connection']}/{one['id']}", strange).status == 404
        assert pages.get(f"/api/v1/tickets/{one['connection']}/{one['id']}", strange).status == 404
    assert pages.get("/api/v1/cycles", strange).json["total"] == 0


def test_a_ticket_that_is_gone_is_on_no_list(pages: ByProxy, job: Job) -> None:
    one = any_ticket(pages)
    state = State.of(job.config().state)
    with state.begin() as sql:
        tickets.lose(Transaction(sql, "snow"), [one["id"]])
        assert connections.as_ofs(sql)["snow"] is not None
    state.close()
    left = pages.get("/api/v1/cycles?limit=1000").json["cycles"]
    assert one["id"] not in {each["id"] for each in left if each["connection"] == "snow"}


def test_figures_of_health_open_lists_of_so_many(pages: ByProxy) -> None:
    shown = pages.get("/health").text
    figures = re.findall(r'<a href="(/health/[a-z]+/[a-z]+)">(\d+)<', shown)
    assert {address.split("/")[3] for address, _ in figures} >= {"known", "open"}
    for address, count in figures:
        listed = pages.get(address).text
        assert len(re.findall(r'<th scope="row"><a href="/tickets/', listed)) == min(int(count), 100), address
    assert pages.get("/health/snow/nothing").status == pages.get("/health/strange/open").status == 404
    assert pages.get("/health/snow/open", "team=Network").status == 403


def test_a_ticket_in_quarantine_says_so_wherever_it_is_shown(pages: ByProxy, job: Job, program: Call) -> None:
    one = any_ticket(pages)
    state = State.of(job.config().state)
    with state.begin() as sql:
        quarantine.put(
            Transaction(sql, "snow"), [Quarantined(one["id"], one["id"], "the tool gave nonsense")], 1_456_800_000_000
        )
    state.close()
    assert "the tool gave nonsense" in pages.get(f"/api/v1/tickets/snow/{one['id']}").json["remarks"][0]
    assert "the tool gave nonsense" in pages.get(f"/tickets/snow/{one['id']}").text
    _, _, err = program("explain", one["ticket"], "--config", job.path)
    assert "the tool gave nonsense" in err
    assert f"slabridge retry {one['ticket']}" in pages.get("/quarantine").text
    assert pages.get("/api/v1/cycles").json["left_out"]["snow"]["quarantined"] == 1
    assert 'href="/quarantine">1 are in quarantine' in pages.get("/").text
