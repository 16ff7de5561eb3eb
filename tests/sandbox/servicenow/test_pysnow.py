"""The library that slabridge reads ServiceNow with, against the sandbox."""

import pysnow
import pytest
from requests.exceptions import HTTPError

from tests.sandbox.servicenow.instance import Instance


@pytest.fixture
def resource(instance: Instance) -> pysnow.Resource:
    host = instance.sandbox.servicenow.url.removeprefix("http://")
    client = pysnow.Client(host=host, use_ssl=False, session=instance.session)
    return client.resource("/table/incident", timeout=(5, 10))


def test_it_gets_rows_with_the_parameters_it_sends(resource: pysnow.Resource) -> None:
    query = pysnow.QueryBuilder().field("state").equals("4").AND().field("number").order_descending()
    response = resource.get(query=query, limit=5, fields=["number", "assignment_group.name"])
    assert response.all() == [{"number": "INC0000001", "assignment_group.name": "Group 24"}]
    assert response.headers["X-Total-Count"] == "1"


def test_it_streams_rows(resource: pysnow.Resource) -> None:
    found = resource.get(query="ORDERBYnumber", stream=True)
    assert [row["number"] for row in found.all()] == ["INC0000001", "INC0000002"]


def test_it_creates_updates_and_deletes(resource: pysnow.Resource) -> None:
    made = resource.create({"short_description": "by pysnow"}).one()
    changed = resource.update({"sys_id": made["sys_id"]}, {"u_sla_status": "At risk"}).one()
    assert changed["u_sla_status"] == "At risk"
    assert resource.delete({"sys_id": made["sys_id"]})["status"] == "record deleted"
    assert resource.get({"sys_id": made["sys_id"]}).one_or_none() is None


def test_it_raises_what_the_instance_refuses(instance: Instance, resource: pysnow.Resource) -> None:
    instance.session.auth = ("slabridge", "wrong")
    with pytest.raises(HTTPError, match="401"):
        resource.get(query={}).all()
