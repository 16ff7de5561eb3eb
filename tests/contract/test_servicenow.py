"""What the connector relies on in an instance: asked of the sandbox always, and of a real one where the environment names it.

SLABRIDGE_SERVICENOW_URL, _USER and _PASSWORD name it; _TABLE (incident), _FILTER, _CREATED (opened_at) and _FIELDS
(state,assignment_group,assigned_to) say what to read. It is only read, unless _WRITE_TICKET (a sys_id) and _WRITE_FIELD (a
text field) say what may be written: the field is changed and set back, and one work note is added.
"""

import base64
import itertools
import json
import os
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from connectors.errors import Refused
from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import CommentWrite, FieldsWrite, NativeTicket, Outcome, Page, Write
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.rate import RULES
from connectors.servicenow.settings import ServiceNowSettings

_PREFIX = "SLABRIDGE_SERVICENOW_"
_ENOUGH = 200
"""Tickets of a real instance that are looked at."""


class Watched(Http):
    """Keeps what was sent: the method, and those within a batch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - those of Http
        super().__init__(*args, **kwargs)
        self.methods: list[str] = []

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401 - as above
        inner = json.loads(kwargs["data"])["rest_requests"] if url.endswith("/batch") else []
        self.methods += [request["method"] for request in inner] or [method]
        assert all(base64.b64decode(request.get("body", "")) is not None for request in inner)
        return super().request(method, url, **kwargs)


@dataclass
class Instance:
    """An instance to ask: `writable` are a ticket's sys_id and its field, "" for none."""

    connector: ServiceNow
    http: Watched
    settings: ServiceNowSettings
    writable: tuple[str, str] = ("", "")

    def tickets(self) -> list[NativeTicket]:
        found: list[NativeTicket] = []
        for page in self.connector.changed(None):
            found += page.tickets
            if len(found) >= _ENOUGH:
                break
        return found


@pytest.fixture(params=["sandbox", "real"])
def instance(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - a generator of Instance
    if request.param == "sandbox":
        box = request.getfixturevalue("box" if "written" in request.node.name else "still_box")
        end = box.servicenow
        made = _settings(end.url, end.user, end.secret)
        with Sandboxed(made) as found:
            yield found
        return
    missing = [_PREFIX + name for name in ("URL", "USER", "PASSWORD") if not os.environ.get(_PREFIX + name)]
    if missing:
        pytest.skip(f"no real instance: {', '.join(missing)} not set")
    with Sandboxed(_settings(*(os.environ[_PREFIX + name] for name in ("URL", "USER", "PASSWORD")))) as found:
        found.writable = (_given("WRITE_TICKET", ""), _given("WRITE_FIELD", ""))
        yield found


class Sandboxed:
    """Connects while the block lasts."""

    def __init__(self, settings: ServiceNowSettings) -> None:
        http = Watched(settings.name, settings.auth, rules=RULES, timeout=settings.timeout)
        self._found = Instance(ServiceNow(settings, http), http, settings)

    def __enter__(self) -> Instance:
        return self._found

    def __exit__(self, *_: object) -> None:
        self._found.connector.close()


def _given(name: str, default: str) -> str:
    return os.environ.get(_PREFIX + name) or default


def _settings(url: str, user: str, password: str) -> ServiceNowSettings:
    return ServiceNowSettings(
        name="snow",
        url=url,
        auth=BasicAuth(user, SecretStr(password)),
        table=_given("TABLE", "incident"),
        filter=_given("FILTER", ""),
        created=_given("CREATED", "opened_at"),
        fields=tuple(_given("FIELDS", "state,assignment_group,assigned_to").split(",")),
        page_size=50,
    )


def test_the_instance_says_who_we_are_and_what_time_it_is(instance: Instance) -> None:
    identity = instance.connector.check()
    assert identity.account == instance.settings.auth.user  # type: ignore[union-attr]
    assert identity.now > 0


def test_wrong_credentials_are_401(instance: Instance) -> None:
    auth = BasicAuth("slabridge-contract-test", SecretStr("wrong"))
    with Http("snow", auth) as http, pytest.raises(Refused) as caught:
        http.call("GET", f"{instance.settings.url}/api/now/table/{instance.settings.table}?sysparm_limit=1")
    assert caught.value.status == 401


def test_tickets_come_in_the_order_of_their_changes_each_once(instance: Instance) -> None:
    found = instance.tickets()
    assert found, "there is no ticket to look at"
    assert [t.updated for t in found] == sorted(t.updated for t in found)
    assert len({t.id for t in found}) == len(found)


def test_every_field_asked_for_can_be_read(instance: Instance) -> None:
    for ticket in instance.tickets():
        assert set(ticket.fields) == set(instance.settings.fields), ticket.key


def test_histories_join_and_end_at_what_the_ticket_holds(instance: Instance) -> None:
    gaps = instance.connector.gaps()
    for ticket in instance.tickets():
        held: dict[str, Any] = {}
        for before, entry in itertools.pairwise([None, *ticket.history]):
            assert entry is not None
            assert before is None or before.at <= entry.at
            for field, (old, new) in entry.changes.items():
                assert held.get(field, old) == old, (ticket.key, field)
                held[field] = new
        assert {field: ticket.fields[field] for field in held if field not in gaps} == {
            field: value for field, value in held.items() if field not in gaps
        }, ticket.key


def test_names_are_found_for_references_and_choices(instance: Instance) -> None:
    values = [value for ticket in instance.tickets() for held in ticket.fields.values() for value in held]
    codes = [value for value in values if len(value.code) == 32 and value.name == value.code]
    assert len(codes) < len(values) / 2


def test_reread_gives_the_same_and_says_what_is_gone(instance: Instance) -> None:
    found = {ticket.id: ticket for ticket in instance.tickets()[:30]}
    pages: list[Page] = list(instance.connector.reread([*found, "0" * 32]))
    assert {ticket.id for page in pages for ticket in page.tickets} == set(found)
    assert [gone for page in pages for gone in page.gone] == ["0" * 32]


def test_history_comes_in_batches_and_nothing_but_reads_is_sent(instance: Instance) -> None:
    instance.connector.check()
    instance.tickets()
    instance.connector.gaps()
    assert set(instance.http.methods) == {"GET"}
    assert instance.connector._tables.batch.there is True


def test_what_is_written_is_stored_as_given_and_a_note_is_found_again(
    instance: Instance, request: pytest.FixtureRequest
) -> None:
    sys_id, field = instance.writable
    if "sandbox" in request.node.callspec.id:
        sys_id, field = instance.tickets()[-1].id, "u_sla_holder"
    if not sys_id or not field:
        pytest.skip(f"only read: {_PREFIX}WRITE_TICKET and {_PREFIX}WRITE_FIELD not set")
    marker = "contract.test#1 breached"
    note = CommentWrite(sys_id, sys_id, (marker,), "A test of slabridge's connector. Please ignore.")
    writes: list[Write] = [
        FieldsWrite(sys_id, sys_id, {field: "slabridge"}),
        note,
        FieldsWrite(sys_id, sys_id, {field: None}),
    ]
    receipts = list(instance.connector.write(writes))
    assert [(receipt.outcome, receipt.reason) for receipt in receipts] == [(Outcome.APPLIED, "")] * 3
    (page,) = instance.connector.reread([sys_id])
    assert (marker,) in [comment.markers for comment in page.tickets[0].comments]
