"""What is likely to break, wherever it is seen: the board, lists, tickets, health; by page, API, CSV and command line."""

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from slabridge.config import load_config
from tests.slabridge.cli.conftest import call as program
from tests.slabridge.web.by_proxy import PROXY, ByProxy, pages_of
from tests.slabridge.web.foreseen import FORESIGHT, foreseen

__all__ = ["program"]

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a state in which it is known; who changes it takes another file beside it."""
    folder = tmp_path_factory.mktemp("foreseen")
    with foreseen(folder) as job:
        job.text += PROXY
        job.config()
    return job.path


@pytest.fixture(scope="module")
def pages(file: Path) -> Iterator[ByProxy]:
    with pages_of(load_config(file)) as found:
        yield found


def cycles(pages: ByProxy, query: str = "?limit=1000&sort=risk") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pages.get(f"/api/v1/cycles{query}").json["cycles"]
    return found


def changed(file: Path, folder: Path, statement: str) -> Path:
    """Return the configuration of a copy of the state in which something was changed."""
    for name in (file.name, "slabridge.db"):
        (folder / name).write_bytes((file.parent / name).read_bytes())
    sql = sqlite3.connect(folder / "slabridge.db")
    with sql:
        sql.execute(statement)
    sql.close()
    return folder / file.name


def risks_on(page: str) -> list[str]:
    return re.findall(r'<td role="cell" class="n risk"[^>]*>(?:<span class="label">risk</span> )?([^<]*)', page)


@pytest.mark.parametrize("sort", ["risk", "-risk"])
def test_by_risk_page_api_csv_and_command_line_say_the_same(
    pages: ByProxy, file: Path, program: Call, sort: str
) -> None:
    found = cycles(pages, f"?limit=1000&sort={sort}")
    _, out, _ = program("board", "--config", file, "--sort", sort, "--limit", 1_000, "--json")
    assert orjson.loads(out)["cycles"] == found
    along = csv.DictReader(StringIO(pages.get(f"/cycles.csv?sort={sort}").text.removeprefix("\ufeff")))
    rows = [(row["id"], row["objective"], row["risk"], row["alike"], row["basis"]) for row in along]
    texts = [["" if one[name] is None else str(one[name]) for name in ("risk", "alike", "basis")] for one in found]
    assert rows == [(one["id"], one["objective"], *text) for one, text in zip(found, texts, strict=True)]
    known = [one["risk"] for one in found if one["risk"] is not None]
    assert len(known) > 30
    assert known == sorted(known, reverse=sort == "risk")
    assert [one["risk"] for one in found[: len(known)]] == known
    shown = risks_on(pages.get(f"/cycles?limit=1000&sort={sort}").text)
    assert len(shown) == len(found)
    exact = sqlite3.connect(file.parent / "slabridge.db").execute("SELECT ticket, objective, cycle, risk FROM forecast")
    percent = {(*name, cycle): f"{int(risk * 100 + 1e-9)} %" for *name, cycle, risk in exact}
    assert [text.strip() for text in shown if text] == [
        percent[one["id"], one["objective"], one["cycle"]] for one in found if one["risk"] is not None
    ]


def test_of_what_is_decided_nothing_is_foreseen(pages: ByProxy) -> None:
    assert {one["risk"] for one in cycles(pages) if one["status"] == "breached"} == {None}


def test_the_head_of_the_column_says_how_it_is_sorted_and_turns_it(pages: ByProxy) -> None:
    for sort, said, turned in (("risk", "descending", "-risk"), ("-risk", "ascending", "risk")):
        page = pages.get(f"/cycles?sort={sort}").text
        assert f'class="n" aria-sort="{said}"><a href="/cycles?sort={turned}">risk' in page


def test_a_risk_says_of_which_cycles_it_is_known(pages: ByProxy) -> None:
    one = next(one for one in cycles(pages) if one["basis"] == "priority, holder")
    page = unescape(pages.get(f"/cycles?sort=risk&holder={one['holder']}&priority={one['priority']}").text)
    percent = int(one["risk"] * 100 + 1e-9)
    like = f"of {one['priority']} held by {one['holder']} that had used as much, {percent} broke"
    assert f'title="of 100 cycles {like} ({one["alike"]} cycles)"' in page


def test_the_board_names_what_is_likeliest_to_break_and_leads_to_all_of_it(pages: ByProxy) -> None:
    page = pages.get("/").text
    block = page.partition("<h2>Likeliest to break</h2>")[2].partition("</table>")[0]
    keys = re.findall(r'scope="row"><a href="[^"]*">([^<]*)', block)
    assert keys == [one["ticket"] for one in cycles(pages, "?limit=10&sort=risk")]
    (address,) = re.findall(r'href="(/cycles\?[^"]*sort=risk)"', page)
    assert pages.get(address.replace("&amp;", "&")).status == 200


def test_a_ticket_says_of_each_cycle_what_the_board_says_and_where_such_tickets_ended(
    pages: ByProxy, file: Path, program: Call
) -> None:
    for one in cycles(pages)[:10]:
        found = pages.get(f"/api/v1/tickets/{one['connection']}/{one['id']}").json["results"]
        _, out, _ = program("explain", one["ticket"], "--config", file, "--json")
        assert [orjson.loads(line) for line in out.splitlines()] == found
        names = ("agreement", "objective", "cycle")
        (its,) = [each for each in found if all(each[name] == one[name] for name in names)]
        assert (its["forecast"]["risk"], its["forecast"]["alike"]) == (one["risk"], one["alike"])
        teams = its["ends"]["teams"]
        assert 1 <= len(teams) <= 3
        assert sum(each["share"] for each in teams) <= 1
        ended = ", ".join(f"{each['team']} {int(each['share'] * 100 + 1e-6)} %" for each in teams)
        text = f"Where tickets like this one ended: {ended} (of {its['ends']['tickets']} tickets)"
        likely = f"{int(one['risk'] * 100 + 1e-6)} % likely to break: of 100 cycles"
        _, out, _ = program("explain", one["ticket"], "--config", file)
        page = unescape(pages.get(f"/tickets/{one['connection']}/{one['id']}").text)
        assert text in out
        assert text in page
        assert likely in out
        assert likely in page
        of_board = unescape(pages.get(f"/cycles?limit=1000&sort=risk&holder={one['holder']}").text)
        assert f'title="{text}"' in of_board


def test_as_of_an_instant_and_of_what_is_over_nothing_is_foreseen(pages: ByProxy, file: Path, program: Call) -> None:
    one = cycles(pages)[0]
    _, out, _ = program("explain", one["ticket"], "--config", file, "--json", "--as-of", "2026-03-24T07:00:00Z")
    assert {(each["forecast"], each["ends"]) for each in map(orjson.loads, out.splitlines())} <= {(None, None)}
    found = pages.get(f"/api/v1/tickets/{one['connection']}/{one['id']}").json["results"]
    over = [each for each in found if each["stopped_at"] is not None]
    assert all(each["forecast"] is each["ends"] is None for each in over)


def test_where_the_file_does_not_ask_for_it_nothing_is_foreseen_and_by_risk_is_by_due_time(
    file: Path, program: Call
) -> None:
    other = file.with_name("without.toml")
    other.write_text(file.read_text("utf-8").replace(FORESIGHT, ""), "utf-8")
    with pages_of(load_config(other)) as pages:
        found = cycles(pages)
        assert {one["risk"] for one in found} == {None}
        assert found == cycles(pages, "?limit=1000")
        for path in ("/", "/cycles?sort=risk"):
            page = pages.get(path).text
            assert "risk</a>" not in page
            assert "Likeliest" not in page
            assert risks_on(page) == []
        its = pages.get(f"/api/v1/tickets/{found[0]['connection']}/{found[0]['id']}").json["results"]
        assert all(each["forecast"] is each["ends"] is None for each in its)
        assert pages.get("/api/v1/status").json["foresight"] is None
        assert "What is likely to break" not in pages.get("/health").text
    _, out, _ = program("board", "--config", other)
    assert "risk │" not in out


def test_a_team_sees_the_risk_of_its_cycles_and_a_customer_nothing_that_others_tickets_tell(
    tmp_path: Path, file: Path
) -> None:
    with pages_of(load_config(changed(file, tmp_path, "UPDATE result SET customer = 'Acme'"))) as pages:
        everything = cycles(pages)
        for role, sees in (("all", True), ("team=Service Desk", True), ("customer=Acme", False)):
            found = pages.get("/api/v1/cycles?limit=1000&sort=risk", role).json["cycles"]
            assert found
            assert any(one["risk"] is not None for one in found) == sees
            page = pages.get("/cycles?limit=1000", role).text
            assert bool(risks_on(page)) == sees
            assert ("Where tickets like this one ended" in page) == sees
            assert ("Likeliest to break" in pages.get("/", role).text) == sees
            along = pages.get("/cycles.csv?sort=risk", role).text
            assert ("priority, holder" in along) == sees
        assert len(pages.get("/api/v1/cycles?limit=1000", "customer=Acme").json["cycles"]) == len(everything)


def test_health_says_until_when_was_learned_and_by_what(pages: ByProxy, file: Path, program: Call) -> None:
    found = pages.get("/api/v1/status").json["foresight"]
    assert found == {"learned_until": "2026-03-24T08:00:00Z", "models": []}
    page = pages.get("/health").text
    assert "What is likely to break: learned from tickets until 2026-03-24 09:00. The table says it." in page
    _, out, _ = program("status", "--config", file)
    assert "what is likely to break: learned from tickets until 2026-03-24 08:00 UTC; by the table" in out


def test_health_says_that_nothing_was_learned_yet(tmp_path: Path, file: Path, program: Call) -> None:
    other = changed(file, tmp_path, "DELETE FROM foresight")
    with pages_of(load_config(other)) as pages:
        assert pages.get("/api/v1/status").json["foresight"] == {"learned_until": None, "models": []}
        assert "nothing was learned yet" in pages.get("/health").text
        one = cycles(pages)[0]
        its = pages.get(f"/api/v1/tickets/{one['connection']}/{one['id']}").json["results"]
        assert all(each["forecast"] is each["ends"] is None for each in its)
    _, out, _ = program("status", "--config", other)
    assert "nothing was learned yet" in out
