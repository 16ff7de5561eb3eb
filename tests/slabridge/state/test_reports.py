"""Issued reports in the state."""

from slabridge.state import State, reports
from slabridge.state.reports import Issued

DOCUMENT: dict[str, list[object]] = {"objectives": [], "availability": [], "consequences": [], "time_used": []}


def test_definitions_come_back_in_the_order_of_the_file_as_that_is_a_part_of_their_identity(place: str) -> None:
    scope = {"team": {"set": True}, "status": {"not": ["resolved"]}, "also": "x"}
    state = State.of(place)
    with state.begin() as sql:
        reports.file(sql, Issued("2026-03", "all", 1, 1, 1, "d", {"file": {"scope": scope}}, dict(DOCUMENT)))
        found = reports.latest(sql, "2026-03", "all")
    state.close()
    assert found is not None
    assert list(found.definitions["file"]["scope"]) == ["team", "status", "also"]
