"""Texts of tickets, of people and of addresses that would do something to whoever looks at the pages: none does."""

import csv
import json
import zlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from slabridge.show import logs
from slabridge.text.printed import line
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.browser.test_pages import HIDDEN, OUTSIDE
from tests.browser.visited import made, open_all, visited
from tests.slabridge.run.job import NOON, Job, number_of
from tests.slabridge.run.peopled import put
from tests.slabridge.state.databases import rows
from tests.slabridge.web.served import served
from tests.slabridge_sandbox.logs import history, write

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages hostile")]

TEXTS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}${7*7}",
    "a\u202egnp.exe\u2066\u200f",
    "b\x1b[31m",
    "W" * 1000,
    "\N{PILE OF POO}" * 60,
    "../../../etc/passwd",
    "%2e%2e%2f%00",
    "..",
    "one\u2028two\u2029three",
    "a/b?c=d#e&f=g;h i+j",
    "=HYPERLINK('http://x.example')",
    "+1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-1+1",
    "</td></table></main><h1>other</h1>",
)
USER = "<script>alert(2)</script>"
PLACES = (
    *("/", "/cycles", "/cycles?sort=-priority", "/tickets?key={}", "/quarantine", "/health", "/api/v1/"),
    *("/agreements", "/agreements/standard", "/services", "/reports", "/reports/2016-03"),
    *("/reports/2016-03/lists/cases", "/reports/2016-03/lists/time", "/reports/2016-03/lists/cases?only.ticket={}"),
    *("/reports/2016-03?customer={}", "/reports/2016-03?service={}"),
)
SERVICE = """
[services.desk]
name = "<script>alert(4)</script>{{7*7}}"
owner = "\\"><img src=x onerror=alert(4)>"
description = "</td></table></main><h1>other</h1>"
calendar = "always"
availability = "99%"
outages = [{ tickets = { status = "new" } }]
objectives.fix = { clock = "resolution", targets = "1m", compliance = "90%" }
[reports]
resolved = { status = ["resolved", "closed"] }
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a state whose tickets, teams, priorities and reasons are these texts; teams' are so in the tool."""
    folder = tmp_path_factory.mktemp("hostile")
    histories = [
        history(
            number_of(tool, n),
            assignment_group='"' + line(text, 40).replace('"', '""') + '"',
            opened_at="2016-03-01 11:00:00",
            sys_updated_at="2016-03-01 11:00:00",
        )
        for tool in ("servicenow", "jira")
        for n, text in enumerate(TEXTS)
    ]
    options = SandboxOptions(log=write(folder / "log.csv", *histories), share=0.5, start=NOON)
    with Sandbox(options, in_process=True) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOW_PASSWORD", "sandbox")
        patch.setenv("JIRA_TOKEN", "sandbox-jira-token")
        logs.configure("error", "console")
        job = Job(folder, sandbox)
        job.replace('name = "Standard service"', 'name = "<script>alert(3)</script>{{7*7}}"')
        job.text += SERVICE + '[web]\nproxy = ["127.0.0.1"]\n'
        job.run()
    found = rows(job.place, "SELECT id, key, payload FROM ticket WHERE connection = 'snow' ORDER BY key")
    for n, ((id_, key, payload), text) in enumerate(zip(found, TEXTS, strict=True)):
        assert isinstance(payload, bytes)
        held = payload[:-4].replace(json.dumps(key).encode(), json.dumps(text).encode())
        given = {"id": id_, "text": text, "reason": f"{text}\0", "at": NOON, "held": zlib.compress(held)}
        put(
            job.place,
            "UPDATE ticket SET key = :text, payload = :held WHERE connection = 'snow' AND id = :id",
            **given,
        )
        put(
            job.place,
            "UPDATE result SET priority = :text, holder = :text WHERE connection = 'snow' AND ticket = :id",
            **given,
        )
        put(
            job.place,
            "INSERT INTO quarantine (connection, ticket, key, reason, first_at, last_at, asked) "
            "VALUES ('snow', :id, :text, :reason, :at, :at, 0)",
            **given,
        )
        if n < 4:
            put(job.place, "UPDATE result SET status = 'paused' WHERE connection = 'snow' AND ticket = :id", **given)
    return folder


@pytest.fixture(scope="module")
def pages(hostile: Path) -> Iterator[str]:
    with served(hostile / "config.toml", "--auth", "proxy") as address:
        yield address


def headers(role: str = "all") -> dict[str, str]:
    return {"X-Forwarded-User": USER, "X-Slabridge-Role": role}


def unharmed(page: Any) -> None:  # noqa: ANN401 - of playwright
    """A page has nothing of what texts would put into it, and it stays in its place."""
    assert page.evaluate("document.querySelectorAll('img, script:not([src]), [onerror], [style], h1 ~ h1').length") == 0
    assert page.evaluate("[...document.links].filter(one => !/^https?:/.test(one.protocol)).length") == 0
    assert page.locator("main h1").count() == 1
    assert page.locator("footer", has_text=f"You are {USER}").count() == 1
    open_all(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert (page.evaluate(OUTSIDE), page.evaluate(HIDDEN)) == ([], [])


@pytest.mark.parametrize("place", PLACES)
def test_no_text_does_anything_to_a_page(browser: Any, pages: str, place: str) -> None:  # noqa: ANN401 - of playwright
    texts = ("<script>alert(1)", "W" * 900, "a\0b") if "{}" in place else ("",)
    for text in texts:
        with visited(browser, extra_http_headers=headers(), locale="en") as page:
            page.goto(pages + place.replace("{}", quote(text, "")))
            made(page)
            unharmed(page)


def test_no_text_does_anything_to_a_whole_report(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, extra_http_headers=headers(), locale="en") as page:
        page.goto(f"{pages}/reports/2016-03/lists/cases")
        made(page)
        assert page.locator("tbody th a").get_by_text(TEXTS[0], exact=True).count() > 0
        page.goto(f"{pages}/reports/2016-03/page.html")
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.querySelectorAll('img, script, [onerror]').length") == 0
        assert page.evaluate("[...document.links].filter(one => !/^https?:/.test(one.protocol)).length") == 0
        assert page.get_by_text("<script>alert(4)</script>{{7*7}}").count() > 0


@pytest.mark.parametrize("text", TEXTS, ids=[*map(str, range(len(TEXTS)))])
def test_every_way_to_a_ticket_leads_to_it_and_to_no_other(browser: Any, pages: str, text: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, extra_http_headers=headers(), locale="en") as page:
        page.goto(f"{pages}/cycles?connection=snow&holder={quote(text, '')}")
        assert page.locator("tbody tr").count() >= 1
        for link in {one.get_attribute("href") for one in page.locator("tbody th a").all()}:
            page.goto(pages + link)
            assert page.locator("h1").text_content().startswith(line(text))
            unharmed(page)
        by_key = page.goto(f"{pages}/tickets/snow/{quote(text, '')}")
        if text != "..":  # of which an address makes something else before it is asked for
            assert by_key.status == 200
            assert page.locator("h1").text_content().startswith(line(text))
        page.goto(f"{pages}/tickets?key={quote(text[:200], '')}")
        if len(text) <= 200:
            page.wait_for_url("**/tickets/snow/*")
            assert page.locator("h1").text_content().startswith(line(text))


def test_a_filter_shows_and_takes_away_a_hostile_value(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, extra_http_headers=headers(), locale="en") as page:
        for text in (text for text in TEXTS if len(text) < 500):
            page.goto(f"{pages}/cycles?holder={quote(text, '')}&priority={quote(text, '')}")
            assert page.locator(".chosen li").first.inner_text().startswith(f"held by: {line(text)}"[:30])
            unharmed(page)
            page.locator(".chosen a").first.click()
            assert page.locator(".chosen li").first.inner_text().startswith(f"priority: {line(text)}"[:30])


def test_a_role_of_a_hostile_name_sees_its_own_and_its_name(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, extra_http_headers=headers(f"team={TEXTS[0]}"), locale="en") as page:
        page.goto(f"{pages}/cycles")
        assert {*page.locator("tbody .holder").all_inner_texts()} == {TEXTS[0]}
        assert page.locator("footer", has_text=f"team={TEXTS[0]}").count() == 1
        assert page.locator("nav a", has_text="Quarantine").count() == 0
        unharmed(page)


def test_no_cell_of_what_is_taken_along_begins_a_formula(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with browser.new_context(extra_http_headers=headers()) as context:
        taken = context.request.get(f"{pages}/cycles.csv")
        assert taken.headers["content-disposition"] == 'attachment; filename="open-cycles.csv"'
        assert taken.headers["x-content-type-options"] == "nosniff"
        found = [*csv.reader(StringIO(taken.text().removeprefix("\ufeff")))]
    assert len(found) > len(TEXTS)
    assert [
        cell for row in found for cell in row if cell.startswith(("=", "+", "@", "\t", "\r")) or cell == "-1+1"
    ] == []
