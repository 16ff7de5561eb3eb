"""The dashboards of Grafana: each of their queries is run, over what slabridge itself wrote or says."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
import yaml

from sla_engine.instant import DAY
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from tests.deploy.files import DEPLOY, ended, program
from tests.deploy.metrics import series, unknown
from tests.deploy.prometheus import serving
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, Job

FOLDER = DEPLOY / "grafana"
BOARDS: dict[str, Any] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
EMPTY = {"Due within the hour", "What is due next"}
"""What may well have nothing to show: the tickets of the test are of 2016, and due by today's clock is nothing."""
VARIABLES = {"customer": ".*", "agreement": ".*"}


def targets(board: str) -> list[tuple[str, dict[str, Any]]]:
    return [(panel["title"], target) for panel in BOARDS[board]["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("board", BOARDS)
def test_a_dashboard_is_the_same_wherever_it_is_imported(board: str) -> None:
    found = BOARDS[board]
    assert found["uid"] == f"slabridge-{board}"
    assert found["schemaVersion"] == 39
    assert "id" not in found
    sources = [part["datasource"] for panel in found["panels"] for part in (panel, *panel["targets"])]
    assert {source["uid"] for source in sources} == {"${datasource}"}
    [variable] = [one for one in found["templating"]["list"] if one["type"] == "datasource"]
    assert variable["query"] == sources[0]["type"]
    assert len({panel["id"] for panel in found["panels"]}) == len(found["panels"])


@pytest.mark.parametrize("board", BOARDS)
def test_panels_do_not_lie_upon_each_other(board: str) -> None:
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in BOARDS[board]["panels"])
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_what_is_provisioned_is_what_the_dashboards_ask_for() -> None:
    sources = yaml.safe_load((FOLDER / "provisioning/datasources/slabridge.yaml").read_text("utf-8"))["datasources"]
    assert {one["type"] for one in sources} == {
        variable["query"]
        for board in BOARDS.values()
        for variable in board["templating"]["list"]
        if variable["type"] == "datasource"
    }
    assert all(text.startswith("$__file{") for one in sources for text in one.get("secureJsonData", {}).values())
    assert yaml.safe_load((FOLDER / "provisioning/dashboards/slabridge.yaml").read_text("utf-8"))["providers"]


def test_the_dashboard_of_runs_is_over_metrics_that_there_are() -> None:
    shown = " ".join(target["expr"] for _, target in targets("runs"))
    asked = [one["query"]["query"] for one in BOARDS["runs"]["templating"]["list"] if one["type"] == "query"]
    assert unknown(" ".join([shown, *asked])) == []
    for one in series():
        assert one.partition("{")[0] in shown  # each metric is on it


@pytest.mark.check
def test_each_expression_of_the_dashboard_of_runs_gives_something(tmp_path: Path) -> None:
    with serving(tmp_path, series()) as ask:
        for title, target in targets("runs"):
            expression = re.sub(r"\$(\w+)", lambda found: VARIABLES[found[1]], target["expr"])
            assert ask(expression), title


@pytest.fixture
def filled(reported: Job, postgres: str) -> str:
    """Give a PostgreSQL with a month of tickets and its issued report."""
    reported.place = postgres
    reported.replace('state = "slabridge.db"', f'state = "{postgres}"')
    reported.run_at(NOON)
    reported.run_at(NOON + 32 * DAY)
    issue(reported.config(), Asked("2016-03"))
    return postgres


@contextmanager
def as_reader(place: str) -> Iterator[sa.Connection]:
    """Connect as a role that may do what deploy/postgresql/reader.sql lets it."""
    role = f"slabridge_test_reader_{os.getpid()}"
    with psycopg.connect(place, autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {role} LOGIN")  # type: ignore[call-overload,unused-ignore]
        try:
            granted = (DEPLOY / "postgresql" / "reader.sql").read_text("utf-8").replace("slabridge_reader", role)
            administrator.execute(granted)  # type: ignore[call-overload,unused-ignore]
            engine = sa.create_engine(sa.make_url(place).set(drivername="postgresql+psycopg", username=role))
            try:
                with engine.connect() as connection:
                    yield connection
            finally:
                engine.dispose()
        finally:
            administrator.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")  # type: ignore[call-overload,unused-ignore]


def as_grafana_sends(query: str, values: dict[str, list[str]]) -> str:
    """Return a query as Grafana sends it: its macros and variables replaced, of the year of the tickets."""
    query = re.sub(r"\$__timeFilter\(((?:[^()]|\([^()]*\))*)\)", r"\1 BETWEEN '2016-01-01Z' AND '2016-12-31Z'", query)
    for name, chosen in values.items():
        query = query.replace(f"${{{name}:sqlstring}}", ", ".join(f"'{value}'" for value in chosen))
    assert "$" not in query
    return query


def test_each_query_of_the_dashboard_of_results_runs_as_a_role_that_reads_nothing_else(filled: str) -> None:
    with as_reader(filled) as connection:
        values = {
            variable["name"]: [row[0] for row in connection.execute(sa.text(variable["query"]))]
            for variable in BOARDS["results"]["templating"]["list"]
            if variable["type"] == "query"
        }
        assert all(values.values())
        for title, target in targets("results"):
            found = connection.execute(sa.text(as_grafana_sends(target["rawSql"], values))).all()
            assert found or title in EMPTY, title
            if target["format"] == "time_series":
                assert [row.time for row in found] == sorted(row.time for row in found)
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied for table outbox"):
            connection.execute(sa.text("SELECT * FROM outbox"))


def test_of_tickets_that_role_sees_the_key_alone(filled: str) -> None:
    with as_reader(filled) as connection:
        assert connection.execute(sa.text("SELECT connection, id, key FROM ticket")).all()
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied for table ticket"):
            connection.execute(sa.text("SELECT payload FROM ticket"))


def test_the_tables_of_the_dashboard_are_those_that_keep_their_names() -> None:
    """docs/tables.md names them."""
    page = (CHECKOUT / "docs" / "tables.md").read_text("utf-8")
    for title, target in targets("results"):
        for table in re.findall(
            r"\b(?:FROM|JOIN) (\w+)(?! \()", re.sub(r"EXTRACT\(EPOCH FROM now\(\)\)", "", target["rawSql"])
        ):
            assert f"`{table}`" in page or f"## {table}" in page, (title, table)


def test_promtool_takes_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    """As rules, which is how it checks expressions."""
    rules = [
        {"record": f"r{number}", "expr": re.sub(r"\$(\w+)", lambda found: VARIABLES[found[1]], target["expr"])}
        for number, (_, target) in enumerate(targets("runs"))
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "x", "rules": rules}]}), "utf-8")
    done = ended(program("promtool"), "check", "rules", path)
    assert done.returncode == 0, done.stderr
