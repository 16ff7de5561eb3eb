"""Other people's libraries against the sandbox, as they are: pysnow (which slabridge reads with) and pysnc."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pysnc  # type: ignore[import-untyped]
import pysnow
import pytest
import requests
from pysnc.auth import (  # type: ignore[import-untyped]
    ServiceNowClientCredentialsFlow,
    ServiceNowPasswordGrantFlow,
)
from requests.exceptions import HTTPError

from slabridge_sandbox.servicenow.oauth import CLIENT_ID, CLIENT_SECRET
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

HOST = "sandbox.service-now.com"
ACCOUNT = ("slabridge", "sandbox")


@pytest.fixture
def tls(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send what goes to HOST to the sandbox: it has no TLS, without which pysnc and OAuth do nothing."""
    send = requests.adapters.HTTPAdapter.send

    def redirected(adapter: Any, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # noqa: ANN401 - whatever the library sends
        request.url = str(request.url).replace(f"https://{HOST}", instance.sandbox.servicenow.url)
        return send(adapter, request, **more)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", redirected)


@pytest.fixture
def resource(instance: Instance) -> pysnow.Resource:
    host = instance.sandbox.servicenow.url.removeprefix("http://")
    client = pysnow.Client(host=host, use_ssl=False, session=instance.session)
    return client.resource("/table/incident", timeout=PATIENCE)


def test_pysnow_gets_rows_with_the_parameters_it_sends(resource: pysnow.Resource) -> None:
    query = pysnow.QueryBuilder().field("state").equals("4").AND().field("number").order_descending()
    response = resource.get(query=query, limit=5, fields=["number", "assignment_group.name"])
    assert response.all() == [{"number": "INC0000001", "assignment_group.name": "Group 24"}]
    assert response.headers["X-Total-Count"] == "1"


def test_pysnow_streams_rows(resource: pysnow.Resource) -> None:
    found = resource.get(query="ORDERBYnumber", stream=True)
    assert [row["number"] for row in found.all()] == ["INC0000001", "INC0000002"]


def test_pysnow_creates_updates_and_deletes(resource: pysnow.Resource) -> None:
    made = resource.create({"short_description": "by pysnow"}).one()
    changed = resource.update({"sys_id": made["sys_id"]}, {"u_sla_status": "At risk"}).one()
    assert changed["u_sla_status"] == "At risk"
    assert resource.delete({"sys_id": made["sys_id"]})["status"] == "record deleted"
    assert resource.get({"sys_id": made["sys_id"]}).one_or_none() is None


def test_pysnow_raises_what_the_instance_refuses(instance: Instance, resource: pysnow.Resource) -> None:
    instance.session.auth = ("slabridge", "wrong")
    with pytest.raises(HTTPError, match="401"):
        resource.get(query={}).all()


def test_pysnow_builds_queries_that_are_understood(resource: pysnow.Resource) -> None:
    morning, noon = datetime(2016, 3, 1, 2, 0), datetime(2016, 3, 1, 4, 0)  # noqa: DTZ001 - in the zone of the user
    asked = [
        pysnow.QueryBuilder().field("opened_at").between(morning, noon),
        pysnow.QueryBuilder().field("opened_at").greater_than(datetime(2016, 3, 1, 10, tzinfo=UTC)),
        pysnow.QueryBuilder().field("state").equals(["1", "3"]).AND().field("assigned_to").is_empty(),
        pysnow.QueryBuilder().field("number").ends_with("2").OR().field("number").starts_with("X"),
        pysnow.QueryBuilder().field("number").not_contains("1").NQ().field("state").equals("1"),
    ]
    assert [[row["number"] for row in resource.get(query=query).all()] for query in asked] == [["INC0000002"]] * 5


def test_pysnow_gets_the_first_of_a_stream_and_one(resource: pysnow.Resource) -> None:
    assert resource.get(query="ORDERBYnumber", stream=True).first()["number"] == "INC0000001"
    assert resource.get(query={"number": "INC0000002"}).one()["number"] == "INC0000002"


@pytest.mark.usefixtures("tls")
def test_pysnow_signs_in_with_a_token() -> None:
    client = pysnow.OAuthClient(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, host=HOST)
    client.set_token(client.generate_token(*ACCOUNT))
    found = client.resource(api_path="/table/incident").get(query={"number": "INC0000002"})
    assert found.one()["number"] == "INC0000002"


@pytest.fixture
def glide(tls: None) -> Iterator[pysnc.ServiceNowClient]:  # noqa: ARG001 - it needs the redirection
    client = pysnc.ServiceNowClient(f"https://{HOST}", ACCOUNT)
    yield client
    client.session.close()


def test_pysnc_queries_in_pages_with_values_and_display_values(glide: pysnc.ServiceNowClient) -> None:
    record = glide.GlideRecord("incident", batch_size=1)
    record.add_query("active", "true")
    record.add_query("short_description", "DOES NOT CONTAIN", "x").add_or_condition("short_description", "")
    record.order_by("number")
    record.query()
    found = [(str(row.number), row.get_value("state"), row.get_display_value("state")) for row in record]
    assert found == [("INC0000001", "4", "Awaiting User Info"), ("INC0000002", "1", "New")]
    assert record.get_row_count() == 2


def test_pysnc_gets_inserts_updates_and_deletes(glide: pysnc.ServiceNowClient) -> None:
    record = glide.GlideRecord("incident")
    record.initialize()
    record.short_description = "by pysnc"
    key = record.insert()
    assert record.get(key)
    record.u_sla_status = "At risk"
    assert record.update() == key
    again = glide.GlideRecord("incident")
    assert again.get("short_description", "by pysnc")
    assert again.get_value("u_sla_status") == "At risk"
    assert again.delete()
    assert not glide.GlideRecord("incident").get(key)


def test_pysnc_updates_and_deletes_in_batches(instance: Instance, glide: pysnc.ServiceNowClient) -> None:
    record = glide.GlideRecord("incident")
    record.query()
    while record.next():
        record.u_sla_holder = "Network"
    record.rewind()
    assert record.update_multiple()
    assert {row["u_sla_holder"] for row in instance.rows("incident")} == {"Network"}
    gone = glide.GlideRecord("incident")
    gone.add_query("number", "INC0000002")
    assert gone.delete_multiple()
    assert instance.numbers("") == ["INC0000001"]


def test_pysnc_repeats_what_a_batch_left_unserviced(instance: Instance, glide: pysnc.ServiceNowClient) -> None:
    instance.sandbox.switch("servicenow", batch_unserviced=2)
    record = glide.GlideRecord("incident")
    record.query()
    while record.next():
        record.u_sla_holder = "Network"
    record.rewind()
    assert record.update_multiple()
    assert {row["u_sla_holder"] for row in instance.rows("incident")} == {"Network"}


def test_pysnc_sends_long_queries_in_a_batch(instance: Instance, glide: pysnc.ServiceNowClient) -> None:
    record = glide.GlideRecord("incident")
    record.add_query("number", "IN", ",".join(["INC0000002", *(f"INC{n:07}" for n in range(100, 1_200))]))
    record.query()
    assert [str(row.number) for row in record] == ["INC0000002"]
    assert [visit.path for visit in instance.sandbox.log("servicenow") if not visit.inside] == ["/api/now/v1/batch"]


@pytest.mark.usefixtures("tls")
@pytest.mark.parametrize(
    "flow",
    [
        ServiceNowPasswordGrantFlow(*ACCOUNT, CLIENT_ID, CLIENT_SECRET),
        ServiceNowClientCredentialsFlow(CLIENT_ID, CLIENT_SECRET),
    ],
    ids=["password", "client_credentials"],
)
def test_pysnc_signs_in_with_a_token(flow: Any) -> None:  # noqa: ANN401 - the library types neither
    client = pysnc.ServiceNowClient(f"https://{HOST}", flow)
    assert client.GlideRecord("incident").get("number", "INC0000002")
    client.session.close()
