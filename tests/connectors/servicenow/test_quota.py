"""An instance that cancels what takes too long: fewer rows at once, then slowly more again."""

import pytest
from structlog.testing import capture_logs

from connectors.errors import Unavailable
from connectors.servicenow.pace import Pace
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.misbehaving import Step, answer, raw
from tests.connectors.servicenow.conftest import Connect, tickets
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident

TEXT = "Transaction cancelled: maximum execution time exceeded"
PARTIAL = answer(200, {"result": [incident(1)], "error": {"message": TEXT}, "status": "failure"}, X_Total_Count="9")
CUT = raw(200, b'{"result":[{"sys_id":"1"},{"error":{"message":"' + TEXT.encode())


@pytest.mark.parametrize(
    "fault",
    [[PARTIAL], [answer(500, {"error": {"message": "Transaction cancelled"}})], [CUT]],
    ids=["partial", "500", "cut"],
)
def test_a_page_that_is_cancelled_is_read_again_in_halves(tool: Scripted, connect: Connect, fault: list[Step]) -> None:
    tool.will(incident=[*fault, *fault, rows(incident(1), count=2), rows(incident(2), count=1)])
    with capture_logs() as logs:
        found = tickets(connect(tool.url, page_size=80, fields=(), comments=False))
    assert [ticket.key for ticket in found] == ["INC1", "INC2"]
    limits = [int(asked.params["sysparm_limit"]) for asked in tool.of("incident")]
    assert list(dict.fromkeys(limits)) == [80, 40, 20, 22]
    assert [log["rows"] for log in logs if "a read was cut short" in log["event"]] == [80, 40]


def test_what_is_cancelled_row_by_row_is_an_outage(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[PARTIAL] * 10)
    with pytest.raises(Unavailable, match="maximum execution time"):
        tickets(connect(tool.url, page_size=8))
    assert [asked.params["sysparm_limit"] for asked in tool.of("incident")] == ["8", "4", "2", "1"]


def test_another_error_beside_rows_is_not_taken_for_a_quota(tool: Scripted, connect: Connect) -> None:
    tool.will(incident=[answer(200, {"result": [], "error": {"message": "No luck"}})])
    with pytest.raises(Unavailable, match="No luck"):
        tickets(connect(tool.url))
    assert len(tool.of("incident")) == 1


def test_pages_grow_slowly_until_they_are_what_was_wanted() -> None:
    pace = Pace()
    pace.halve("incident", 80)
    sizes = []
    while pace.of("incident", 80) < 80:
        sizes.append(pace.of("incident", 80))
        pace.grow("incident", sizes[-1])
    assert sizes == [40, 45, 50, 56, 63, 70, 78]
    assert pace.of("sys_audit", 80) == 80


@pytest.mark.parametrize("how", ["partial", "error"])
def test_an_instance_with_a_quota_gives_everything_in_the_end(
    snow: Connect, box: Sandbox, still: Connect, how: str
) -> None:
    box.switch("servicenow", quota_rows=2, quota_answer=how)
    found, whole = tickets(snow(page_size=200)), tickets(still())
    assert {ticket.key: ticket for ticket in found} == {ticket.key: ticket for ticket in whole}
