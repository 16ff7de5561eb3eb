import pytest

from tests.slabridge_sandbox.jira.client import Client


@pytest.fixture(params=["three", "server"])
def either(request: pytest.FixtureRequest) -> Client:
    """A Cloud site and a Data Center."""
    client: Client = request.getfixturevalue(request.param)
    return client


def test_members_of_a_group_come_by_pages(either: Client) -> None:
    either.act("group", group="service-desk", members=[f"Agent {number:02}" for number in range(60)])
    first = either.get("group/member", groupname="service-desk", includeInactiveUsers="true", maxResults=100)
    assert (first["total"], len(first["values"]), first["isLast"]) == (60, 50, False)
    last = either.get("group/member", groupname="service-desk", startAt=50)
    assert ([one["displayName"] for one in last["values"]][-1], last["isLast"]) == ("Agent 59", True)


def test_a_group_must_exist_and_be_ours_to_see(three: Client) -> None:
    assert three.refused("GET", "group/member", groupname="nobody")[0] == 404
    three.act("group", group="service-desk", members=[])
    three.site.switches.withheld = ("USER_PICKER",)
    assert three.refused("GET", "group/member", groupname="service-desk")[0] == 403
