"""Agreements as pages and as JSON: the same values as the command line's, to whom cycles of theirs have them."""

import asyncio
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from sla_engine import Engine
from sla_engine.instant import parse_instant
from slabridge.app.agreements import agreements
from slabridge.config import load_config
from slabridge.show.agreements import as_json
from slabridge.state import State, Transaction, tickets
from slabridge.text.language import Language
from slabridge.ticket.known import Evaluated
from slabridge.ticket.viewer import Viewer
from slabridge.web.access_log import AccessLog
from slabridge.web.door import Door, Guest
from slabridge.web.drafts import Drafts
from slabridge.web.pages import pages
from slabridge.web.site import Site
from tests.places import CHECKOUT
from tests.slabridge.run.making import result
from tests.slabridge.state.making import save, ticket

ALL = Viewer()
APP = pages()
EXAMPLE = (CHECKOUT / "config.example.toml").read_text("utf-8")
SPECIAL = (
    EXAMPLE.replace('category = "Category', 'customer = "Organizations"\ncategory = "Category')
    .replace('category = "category"', 'customer = "company"\ncategory = "category"')
    .replace(
        'targets = { priority = { P1 = "15m", P2 = "30m", P3 = "4h" }, else = "8h" }',
        'targets = [{ when = { customer = "Initech" }, within = "5m" }, { within = "8h" }]',
    )
)
"""The example, by which one customer is promised something of its own."""


@pytest.fixture
def text() -> str:
    return EXAMPLE


@pytest.fixture
def site(tmp_path: Path, text: str) -> Iterator[Site]:
    """Give the site of the example, with a cycle of Acme that `teams` is for."""
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    config = load_config(path)
    state = State.of(config.state)
    save(state, ticket("1"), ticket("2"))
    with state.begin() as transaction:
        for identity, customer, agreement in (("1", "Acme", "teams"), ("2", "Globex", "standard")):
            found = result(agreement=agreement, dimensions={"customer": (customer,)})
            tickets.evaluated(Transaction(transaction, "snow"), 100, [Evaluated(identity, [found])])
    state.close()
    drafts = Drafts()
    made = Site.of(config, Door("none", config.web), AccessLog(tmp_path / "access.jsonl"), drafts)
    yield made
    made.close()
    drafts.close()


def ask(site: Site, path: str, viewer: Viewer = ALL, query: str = "lang=en") -> tuple[int, str]:
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "http_version": "1.1",
        "root_path": "",
        "site": site,
        "guest": Guest("", viewer),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent).decode()


def test_the_api_has_what_the_command_prints(site: Site) -> None:
    status, body = ask(site, "/api/v1/agreements", query="lang=sv")
    found = json.loads(body)
    at = parse_instant(found[0]["objectives"][0]["examples"][0]["begins_at"])
    assert status == 200
    definitions = site.config.definitions
    told = as_json(agreements(site.config, Engine(definitions), at), definitions, Language("sv"))
    assert [one["sentences"] for one in found] == [one["sentences"] for one in told]
    assert json.loads(ask(site, "/api/v1/agreements/teams", query="lang=sv")[1]) == [found[1]]


def test_a_page_tells_every_sentence_and_every_step(site: Site) -> None:
    (teams,) = json.loads(ask(site, "/api/v1/agreements/teams")[1])
    status, page = ask(site, "/agreements/teams")
    assert status == 200
    objective = teams["objectives"][0]
    for text in [one["text"] for one in objective["sentences"]] + objective["examples"][0]["steps"]:
        assert text in page
    assert "Handling by any team" in ask(site, "/agreements")[1]


def test_a_customer_sees_only_the_slas_that_cycles_of_theirs_have(site: Site) -> None:
    globex = Viewer(customer="Globex")
    assert [one["id"] for one in json.loads(ask(site, "/api/v1/agreements", globex)[1])] == ["standard"]
    assert ask(site, "/agreements/standard", globex)[0] == 200
    assert ask(site, "/agreements/teams", globex)[0] == ask(site, "/agreements/none", globex)[0] == 404
    assert ask(site, "/api/v1/agreements/teams", globex)[0] == 404
    assert "Handling by any team" not in ask(site, "/agreements", globex)[1]
    for viewer in (Viewer(customer="Acme"), Viewer(customer="Nobody")):  # Acme has cycles of an OLA alone
        assert json.loads(ask(site, "/api/v1/agreements", viewer)[1]) == []


def test_a_customer_reads_nothing_of_others_and_of_agreements_beneath(site: Site) -> None:
    def about(viewer: Viewer) -> set[str]:
        (one,) = json.loads(ask(site, "/api/v1/agreements/standard", viewer)[1])
        every = [one["sentences"], *(objective["sentences"] for objective in one["objectives"])]
        return {sentence["about"] for sentences in every for sentence in sentences}

    assert about(ALL) - about(Viewer(customer="Globex")) == {"scope", "backed_by"}


@pytest.mark.parametrize("text", [SPECIAL])
@pytest.mark.parametrize("path", ["/api/v1/agreements/standard", "/agreements/standard", "/agreements"])
def test_what_one_customer_was_promised_is_read_by_no_other(site: Site, path: str) -> None:
    assert "Initech" in ask(site, path)[1]
    status, body = ask(site, path, Viewer(customer="Globex"))
    assert status == 200
    assert "8 h" in body
    assert "Initech" not in body


def test_the_answer_is_as_it_is_described(site: Site) -> None:
    document = json.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
    schema = {**document["components"]["schemas"]["Agreement"], "components": document["components"]}
    for one in json.loads(ask(site, "/api/v1/agreements")[1]):
        OAS31Validator(schema).validate(one)
