"""Outages of configuration items, as the instance keeps them."""

import pytest

from connectors.errors import Refused
from connectors.interface import NativeOutage, Skipped
from sla_engine.instant import parse_instant
from tests.connectors.servicenow.conftest import Connect, People
from tests.connectors.servicenow.scripted import Scripted


def outage(people: People, number: str, item: str, begin: str, end: str = "", kind: str = "outage") -> str:
    body = {"number": number, "cmdb_ci": item, "type": kind, "begin": begin, "end": end, "short_description": "disk"}
    return str(people.ask("POST", "cmdb_ci_outage", body=body)["sys_id"])


def item(people: People, name: str) -> str:
    return str(people.ask("POST", "cmdb_ci", body={"name": name})["sys_id"])


def test_outages_of_items_by_name_are_read_once_their_own_and_those_that_affect_them(
    people: People, snow: Connect
) -> None:
    mail, disk, other = (item(people, name) for name in ("Mail, gateway 1", "Disk", "Other"))
    outage(people, "OUT1", mail, "2026-03-02 08:00:00", "2026-03-02 09:00:00")
    affecting = outage(people, "OUT2", disk, "2026-03-02 10:00:00", kind="degradation")
    both = outage(people, "OUT3", mail, "2026-03-03 10:00:00", "2026-03-03 11:00:00", "planned")
    outage(people, "OUT4", other, "2026-03-02 08:00:00", "2026-03-02 09:00:00")
    for sys_id in (affecting, both):
        people.ask("POST", "cmdb_outage_ci_mtom", body={"ci_item": mail, "outage": sys_id})
    found = {one.key: one for one in snow().outages(["mail, Gateway 1"])}
    assert sorted(found) == ["OUT1", "OUT2", "OUT3"]
    first, second, third = (found[key] for key in sorted(found))
    assert isinstance(first, NativeOutage)
    assert isinstance(second, NativeOutage)
    assert isinstance(third, NativeOutage)
    assert (first.start, first.end) == tuple(parse_instant(f"2026-03-02T0{hour}:00:00Z") for hour in (8, 9))
    assert (first.kind, first.cause, first.version) == ("down", "disk", 1)
    assert (second.kind, second.end) == ("degraded", None)
    assert third.kind == "planned"
    assert third.recorded > 0


def test_a_corrected_record_is_a_later_version(people: People, snow: Connect) -> None:
    mail = item(people, "Mail")
    sys_id = outage(people, "OUT1", mail, "2026-03-02 08:00:00")
    people.ask("PATCH", f"cmdb_ci_outage/{sys_id}", body={"end": "2026-03-02 09:00:00"})
    (found,) = snow().outages(["Mail"])
    assert isinstance(found, NativeOutage)
    assert (found.version, found.end) == (2, parse_instant("2026-03-02T09:00:00Z"))


@pytest.mark.parametrize(
    ("begin", "end", "kind", "words"),
    [
        ("", "", "outage", "begin is ''"),
        ("2026-03-02 08:00:00", "2026-03-02 08:00:00", "outage", "it ends before it begins"),
        ("2026-03-02 08:00:00", "", "brownout", "its type is 'brownout'"),
    ],
)
def test_a_record_that_is_no_outage_says_why_and_the_others_are_read(
    people: People, snow: Connect, begin: str, end: str, kind: str, words: str
) -> None:
    mail = item(people, "Mail")
    outage(people, "OUT1", mail, begin, end, kind)
    outage(people, "OUT2", mail, "2026-03-02 08:00:00")
    found = {one.key: one for one in snow().outages(["Mail"])}
    assert isinstance(found["OUT2"], NativeOutage)
    odd = found["OUT1"]
    assert isinstance(odd, Skipped)
    assert words in odd.reason


def test_an_item_that_is_not_there_is_named(snow: Connect) -> None:
    with pytest.raises(Refused, match=r"no configuration item .* is named 'Fax'"):
        list(snow().outages(["Fax"]))


@pytest.mark.parametrize("name", ["Mail^ORname!=x", "javascript:gs.getUserID()", "a\nb"])
def test_a_name_that_would_steer_the_query_is_not_asked_for(tool: Scripted, connect: Connect, name: str) -> None:
    connector = connect(tool.url)
    with pytest.raises(Refused, match="is no name that can be asked for"):
        list(connector.outages([name]))
    assert connector.calls == 0
