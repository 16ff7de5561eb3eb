"""What pysnow does wrong, shown on pysnow itself, and that it does not reach us: see connectors/servicenow/table.py."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pysnow
import pytest
import requests

from connectors.interface import FieldsWrite, Outcome
from connectors.servicenow.page import PageRequest
from tests.connectors.misbehaving import answer
from tests.connectors.servicenow.conftest import Connect, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import audit, incident, sys_id
from tests.patience import PATIENCE

STORED = answer(200, {"result": {"sys_id": sys_id(1), "u_sla_status": "Met"}})
WRITE = FieldsWrite(sys_id(1), "INC1", {"u_sla_status": "Met"})


def bare(tool: Scripted) -> Any:  # noqa: ANN401 - pysnow has no types
    session = requests.Session()
    session.auth = ("u", "p")
    return pysnow.Client(host=tool.url.removeprefix("http://"), use_ssl=False, session=session).resource(
        api_path="/table/incident"
    )


def test_parameters_leak_from_one_call_of_a_resource_to_the_next(tool: Scripted) -> None:
    resource = bare(tool)
    tool.will(incident=[rows(incident(1)), STORED])
    resource.get(query={"state": "1"}, limit=3, exclude_reference_link=True)
    resource.create({"state": "2"})
    assert "sysparm_query" in tool.asked[-1].params


def test_no_parameter_of_a_read_stands_in_a_write(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1)), STORED])
    connector = connect(tool.url, fields=(), comments=False)
    tickets(connector)
    list(connector.write([WRITE]))
    assert tool.asked[-1].method == "PATCH"
    assert "sysparm_query" not in tool.asked[-1].params
    assert tool.asked[0].params["sysparm_limit"] != tool.asked[-1].params["sysparm_limit"]


def test_threads_do_not_send_each_others_queries(tool: Scripted, connect: Connect) -> None:
    tables = connect(tool.url, concurrency=8)._tables
    start = threading.Barrier(8)

    def ask(number: int) -> None:
        start.wait(PATIENCE)
        for turn in range(25):
            wanted = f"number=INC{number}x{turn}"
            tables.page(PageRequest("problem", wanted, [f"u_{number}_{turn}"], number + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    for asked in tool.of("problem"):
        number, turn = asked.params["sysparm_query"].removeprefix("number=INC").split("x")
        assert asked.params["sysparm_fields"] == f"sys_id,u_{number}_{turn}".removeprefix("sys_id,")
        assert asked.params["sysparm_limit"] == str(int(number) + 1)
    assert len(tool.of("problem")) == 200


def test_update_finds_its_record_by_a_query_that_may_hit_another(tool: Scripted) -> None:
    tool.will(incident=[rows(incident(7)), STORED])  # an instance that drops a condition that it does not understand
    bare(tool).update(query={"nummber": "INC1"}, payload={"u_sla_status": "Met"})
    assert sys_id(7) in tool.asked[-1].url


@pytest.mark.parametrize("count", [1, 3])
def test_a_write_goes_to_its_sys_id_and_looks_for_nothing(tool: Scripted, connect: Connect, count: int) -> None:
    tool.will(incident=[*[rows()] * (count > 1), *[STORED] * count])
    writes = [FieldsWrite(sys_id(n), f"INC{n}", {"u_sla_status": "Met"}) for n in range(1, count + 1)]
    receipts = list(connect(tool.url).write(writes))
    assert {receipt.outcome for receipt in receipts} == {Outcome.APPLIED}
    written = [asked for asked in tool.of("incident") if asked.method != "GET"]
    assert [asked.method for asked in written] == ["PATCH"] * count
    assert all(f"/table/incident/{write.id}" in asked.url for asked, write in zip(written, writes, strict=True))


def test_a_partial_result_passes_for_complete(tool: Scripted) -> None:
    tool.will(incident=[answer(200, {"result": [incident(1)], "error": {"message": "cancelled"}})])
    assert len(bare(tool).get(query={}).all()) == 1


def test_all_is_one_page(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[rows(incident(1), count=2)])
    assert len(bare(tool).get(query={}).all()) == 1
    tool.will(incident=[rows(incident(1), count=2), rows(incident(2), count=1)])
    assert len(tickets(connect(tool.url, fields=(), comments=False))) == 2


def test_both_timeouts_are_ours(tool: Scripted, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    send = requests.Session.request

    def noting(self: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
        given.append(kwargs["timeout"])
        return send(self, *args, **kwargs)

    monkeypatch.setattr(requests.Session, "request", noting)
    tool.will(incident=[rows(incident(1), incident(2))], sys_audit=[rows(audit(1))])
    connector = connect(tool.url, timeout=(2.0, 9.0), fields=("state",))
    tickets(connector)
    list(connector.write([WRITE]))
    assert set(given) == {(2.0, 9.0)}


@pytest.mark.parametrize("count", [1, 3])
def test_a_write_sends_the_fields_that_it_names_and_no_other(tool: Scripted, connect: Connect, count: int) -> None:
    tool.will(incident=[*[rows()] * (count > 1), *[STORED] * count])
    writes = [FieldsWrite(sys_id(n), f"INC{n}", {"u_sla_status": "Met"}) for n in range(1, count + 1)]
    list(connect(tool.url, written=("u_sla_status", "u_sla_due")).write(writes))
    sent = [asked.body for asked in tool.of("incident") if asked.method == "PATCH"]
    assert sent == [{"u_sla_status": "Met"}] * count
