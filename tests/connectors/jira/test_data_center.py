from collections.abc import Mapping
from typing import Any

from connectors.interface import CommentWrite, FieldsWrite, Identity, Instant, Outcome, Values
from tests.connectors.jira.site import MINUTE, NOW, SECOND, Here, read, sandbox, scripted, stamp, tickets

SERVER = {"deploymentType": "Server", "versionNumbers": [9, 12, 0]}
ME = {"key": "JIRAUSER10000", "name": "slabridge", "displayName": "slabridge"}


def test_who_we_are_is_the_key_of_our_user(server: Here) -> None:
    identity = server.connect().check()
    assert identity == Identity(identity.account, NOW)
    assert identity.account.startswith("JIRAUSER")


def test_a_ticket_is_the_same_in_both_kinds_of_jira() -> None:
    found = []
    for deployment in ("Cloud", "Server"):
        with sandbox(deployment) as site:
            id_ = site.open("INC1", at=NOW - 9 * MINUTE, category="Disk full")
            site.change("INC1", at=NOW - 5 * MINUTE, state="Active", assignment_group="Network", assigned_to="Bob")
            site.change("INC1", at=NOW - 4 * MINUTE, category=None)
            site.comment("INC1", "Alice", internal=True)
            site.comment("INC1", "Cara")
            jira = site.connect()
            found.append([tickets(jira.changed(None))[id_], tickets(jira.reread([id_]))[id_]])
            assert found[-1][0] == found[-1][1]
    cloud, server = found[0][0], found[1][0]
    assert [named(entry.changes) for entry in cloud.history] == [named(entry.changes) for entry in server.history]
    assert [entry.at for entry in cloud.history] == [entry.at for entry in server.history]
    assert names(cloud.fields) == names(server.fields)
    assert [(c.at, c.role, c.public) for c in cloud.comments] == [(c.at, c.role, c.public) for c in server.comments]
    assert {entry.by for entry in server.history} == {server.comments[0].by}


def names(fields: Mapping[str, Values]) -> dict[str, list[str]]:
    """Return values without ids: those of people differ."""
    return {field: [value.name for value in values] for field, values in fields.items()}


def named(changes: Mapping[str, tuple[Values, Values]]) -> list[dict[str, list[str]]]:
    return [names({field: sides[side] for field, sides in changes.items()}) for side in (0, 1)]


def test_comments_tell_who_wrote_them_and_who_sees_them(server: Here) -> None:
    id_ = server.open("INC1", caller="Cara")
    server.comment("INC1", "Alice")
    server.comment("INC1", "Alice", internal=True)
    server.comment("INC1", "Cara")
    jira = server.connect()
    assert next(jira.write([CommentWrite(id_, "ITSM-1", ("m-1",), "Hello")])).outcome is Outcome.APPLIED
    comments = tickets(jira.reread([id_]))[id_].comments
    assert [(comment.role, comment.public, comment.markers) for comment in comments] == [
        ("agent", True, ()),
        ("agent", False, ()),
        ("customer", True, ()),
        ("system", False, ("m-1",)),
    ]


def test_what_is_written_reads_back_as_it_was_encoded_and_is_ours(server: Here) -> None:
    id_ = server.open("INC1")
    jira = server.connect()
    fields = {
        "SLA status": jira.encode("SLA status", "At risk"),
        "SLA due": jira.encode("SLA due", Instant(NOW + 123)),
        "SLA holder": jira.encode("SLA holder", "Desk"),
    }
    assert next(jira.write([FieldsWrite(id_, "ITSM-1", fields)])).outcome is Outcome.APPLIED
    ticket = tickets(jira.reread([id_]))[id_]
    assert ticket.written == fields
    assert ticket.ours == set(fields)


def test_comments_show_markup_as_it_was_written(server: Here) -> None:
    id_ = server.open("INC1")
    text = "Breach *soon*: {code} [~bob] -x- !img! at 2026-03-03 09:00, v1_2"
    list(server.connect().write([CommentWrite(id_, "ITSM-1", ("m",), text)]))
    with scripted(
        serverInfo=[SERVER], myself=[ME], **{"issue/1/comment": [(201, {"id": "5", "jsdPublic": False})]}
    ) as s:
        assert next(s.connect().write([CommentWrite("1", "OPS-1", ("m",), text)])).outcome is Outcome.APPLIED
        sent = s.asked["issue/1/comment"][0]["body"]
    assert sent == r"Breach \*soon\*: \{code\} \[\~bob\] \-x\- \!img\! at 2026-03-03 09:00, v1_2"


def test_issues_that_are_gone_are_known_from_those_that_the_index_lost(server: Here) -> None:
    kept, deleted = server.open("INC1", at=NOW - MINUTE), server.open("INC2", at=NOW - MINUTE)
    jira = server.connect()
    server.sandbox.switches.index_lag = 90
    server.clock.now += SECOND
    late = server.open("INC3")
    server.delete("INC2")
    (page,) = jira.reread([kept, deleted, late])
    assert {ticket.id for ticket in page.tickets} == {kept, late}
    assert page.gone == (deleted,)
    (page,) = jira.changed(None)
    assert {ticket.id for ticket in page.tickets} == {kept}
    assert page.gone == (deleted,)


def test_a_thousand_changed_issues_take_few_calls(server: Here) -> None:
    for n in range(1000):
        server.open(f"INC{n}", at=NOW - 60 * MINUTE + n * SECOND)
    jira = server.connect()
    jira.check()
    server.calls.clear()
    assert len(read(jira.changed(None))[0]) == 1000
    assert server.calls["GET field"] == 1
    assert server.calls["GET search"] <= 14
    assert server.calls.total() <= 25


PAYLOAD: dict[str, Any] = {
    "id": "1",
    "key": "OPS-1",
    "fields": {"created": stamp(NOW - 9 * MINUTE), "updated": stamp(NOW - MINUTE), "project": {"key": "OPS"}},
}
STATUS = {"field": "status", "fieldtype": "jira", "from": "1", "fromString": "A", "to": "2", "toString": "B"}


def test_a_changelog_that_is_cut_short_skips_the_issue() -> None:
    history = {"id": "1", "created": stamp(NOW - 5 * MINUTE), "author": ME, "items": [STATUS]}
    cut = {**PAYLOAD, "changelog": {"total": 2, "histories": [history]}}
    with scripted(serverInfo=[SERVER], myself=[ME], **{"GET issue/1": [cut]}) as site:
        (page,) = site.connect().reread(["1"])
        assert [(one.id, one.reason) for one in page.skipped] == [
            ("1", "Jira does not give it: it cuts its changelog short")
        ]
        assert (page.tickets, page.gone) == ((), ())


def test_an_issue_that_is_read_older_than_it_was_found_is_read_again_by_itself() -> None:
    fresh = {**PAYLOAD, "fields": {**PAYLOAD["fields"], "updated": stamp(NOW)}}
    found = {"id": "1", "fields": {"updated": stamp(NOW)}}
    pages: list[object] = [
        {"startAt": 0, "maxResults": 500, "total": 1, "issues": [found]},
        {"startAt": 0, "maxResults": 1, "total": 1, "issues": [PAYLOAD]},
    ]
    with scripted(serverInfo=[SERVER], myself=[ME], search=pages, **{"GET issue/1": [fresh]}) as site:
        (page,) = site.connect().changed(None)
        assert [ticket.updated for ticket in page.tickets] == [NOW]


def test_issues_are_read_singly_where_a_search_for_their_ids_is_refused() -> None:
    found = {"id": "1", "fields": {"updated": stamp(NOW - MINUTE)}}
    pages: list[object] = [
        {"startAt": 0, "maxResults": 500, "total": 1, "issues": [found]},
        (400, {"errorMessages": ["A value with ID '1' does not exist for the field 'id'."]}),
    ]
    with scripted(serverInfo=[SERVER], myself=[ME], search=pages, **{"GET issue/1": [PAYLOAD]}) as site:
        assert set(tickets(site.connect().changed(None))) == {"1"}


def test_the_codes_of_people_are_keys_which_histories_have_too(server: Here) -> None:
    id_ = server.open("INC1", at=NOW - 9 * MINUTE)
    server.change("INC1", at=NOW - 5 * MINUTE, assigned_to="Bob")
    ticket = tickets(server.connect().reread([id_]))[id_]
    (entry,) = ticket.history
    assert entry.changes["assignee"] == ((), ticket.fields["assignee"])
    assert ticket.fields["assignee"][0].name == "Bob"
