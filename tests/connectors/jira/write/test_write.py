import json

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

import connectors
from connectors.errors import Halted, Refused, Unavailable
from connectors.http.credentials import BasicAuth
from connectors.interface import CommentWrite, FieldsWrite, Instant, Outcome, Receipt, Write
from connectors.jira.connector import Jira
from connectors.jira.document import document, text_of
from connectors.jira.settings import JiraSettings
from connectors.jira.write.comment import LONGEST, fits
from tests.connectors.jira.site import NOW, Here, issue, scripted, tickets

DUE = "2026-03-03T08:00:00.000+0000"


def one(jira: Jira, write: Write) -> Receipt:
    return next(jira.write([write]))


def test_what_is_written_reads_back_as_it_was_encoded(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    fields = {
        "SLA status": jira.encode("SLA status", "At risk"),
        "SLA due": jira.encode("SLA due", Instant(NOW + 123)),
        "SLA holder": jira.encode("SLA holder", "  Desk\nNetwork "),
    }
    assert one(jira, FieldsWrite(id_, "ITSM-1", fields)).outcome is Outcome.APPLIED
    assert tickets(jira.reread([id_]))[id_].written == fields
    assert fields["SLA due"] == DUE
    assert one(jira, FieldsWrite(id_, "ITSM-1", dict.fromkeys(fields))).outcome is Outcome.APPLIED
    assert tickets(jira.reread([id_]))[id_].written == dict.fromkeys(fields)


def test_a_write_is_one_call_once_it_is_known_what_may_be_written_and_whether_silently(here: Here) -> None:
    ids = [here.open(f"INC{n}") for n in range(3)]
    jira = here.connect()
    list(jira.reread(ids))
    here.calls.clear()
    writes = [FieldsWrite(id_, f"ITSM-{n}", {"SLA holder": "Desk"}) for n, id_ in enumerate(ids, 1)]
    assert [receipt.write for receipt in jira.write(writes)] == writes
    assert here.calls == {"GET mypermissions": 1, "GET issue/*/editmeta": 1, "PUT issue/*": 3}


def test_what_somebody_else_had_there_is_put_back_as_it_was_read_and_is_not_ours(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect(written=("SLA holder", "labels"))
    assert one(jira, FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk", "labels": "late"})).outcome is Outcome.APPLIED
    assert tickets(jira.reread([id_]))[id_].ours == {"SLA holder", "labels"}
    theirs = FieldsWrite(id_, "ITSM-1", {"labels": "mail, vip"}, not_ours=frozenset({"labels"}))
    assert one(jira, theirs).outcome is Outcome.APPLIED
    now = tickets(jira.reread([id_]))[id_]
    assert (now.written["labels"], now.ours) == ("mail, vip", frozenset({"SLA holder"}))
    read = tickets(here.connect(fields=("labels",)).reread([id_]))[id_]
    assert [value.code for value in read.fields["labels"]] == ["mail", "vip"]


def test_several_options_in_one_text_are_left_to_a_person_and_one_that_we_wrote_is_not(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect(written=("components",))
    value = {"components": "Mail, old"}
    theirs, ours = jira.left_out(
        [FieldsWrite(id_, "ITSM-1", value, not_ours=frozenset(value)), FieldsWrite(id_, "ITSM-1", value)]
    )
    assert "ITSM-1 held several values in 'components' (Mail, old)" in theirs["components"]
    assert "several values" not in ours.get("components", "")


def test_fields_that_jira_does_not_take_are_left_out_and_named(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    receipt = one(jira, FieldsWrite(id_, "ITSM-1", {"SLA status": "Nonsense", "SLA holder": "Desk"}))
    assert receipt.outcome is Outcome.REFUSED
    assert "'SLA status': Option value 'Nonsense' is not valid" in receipt.reason
    assert "the other fields were written" in receipt.reason
    assert receipt.stored == frozenset({"SLA holder"})
    assert tickets(jira.reread([id_]))[id_].written["SLA holder"] == "Desk"


def test_an_option_that_the_edit_screen_does_not_name_is_told_before_anything_is_written(here: Here) -> None:
    ids = [here.open(f"INC{n}") for n in range(2)]
    jira = here.connect()
    list(jira.reread(ids))
    here.calls.clear()
    writes = [
        FieldsWrite(ids[0], "ITSM-1", {"SLA status": "Nonsense", "SLA holder": "Desk"}),
        FieldsWrite(ids[1], "ITSM-2", {"SLA status": "At risk", "SLA due": None}),
    ]
    told, fine = jira.left_out(writes)
    assert told.keys() == {"SLA status"}
    assert "ITSM has no option 'Nonsense' in the field 'SLA status'" in told["SLA status"]
    assert fine == {}
    assert here.calls == {"GET issue/*/editmeta": 1}


def test_of_an_issue_that_is_gone_nothing_is_told_beforehand(here: Here) -> None:
    assert list(here.connect().left_out([FieldsWrite("1", "ITSM-1", {"SLA status": "Nonsense"})])) == [{}]


def test_a_write_on_an_issue_that_is_gone_says_so_and_the_next_is_written(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    writes: list[Write] = [
        FieldsWrite("99999", "ITSM-9", {"SLA holder": "Desk"}),
        CommentWrite("99999", "ITSM-9", ("m",), "Hello"),
        FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"}),
    ]
    assert [receipt.outcome for receipt in jira.write(writes)] == [Outcome.GONE, Outcome.GONE, Outcome.APPLIED]


@pytest.mark.parametrize("opened_first", [False, True])
def test_a_status_that_forbids_edits_is_no_refusal_and_what_is_due_is_written_when_it_is_left(
    either: Here, *, opened_first: bool
) -> None:
    opened, *closed = [either.open(f"INC{n}") for n in range(4)]
    for n in range(1, 4):
        either.change(f"INC{n}", state="Closed")
    either.sandbox.site.switches.not_editable = ("Closed",)
    jira = either.connect(concurrency=1)
    if opened_first:  # so that the screen of project and type is known
        assert one(jira, FieldsWrite(opened, "ITSM-1", {"SLA holder": "Desk"})).stored is None
    writes = [FieldsWrite(id_, f"ITSM-{n}", {"SLA holder": "Desk"}) for n, id_ in enumerate(closed, 2)]
    either.calls.clear()
    with capture_logs() as logs:
        receipts = list(jira.write(writes))
    assert {(receipt.outcome, receipt.stored) for receipt in receipts} == {(Outcome.APPLIED, frozenset())}
    assert [log["status"] for log in logs if "nobody may edit" in log["event"]] == ["Closed"]
    assert either.calls["PUT issue/*"] == int(opened_first)
    assert one(jira, FieldsWrite(opened, "ITSM-1", {"SLA holder": "Net"})).stored is None
    either.change("INC1", state="Active")
    list(jira.reread(closed[:1]))
    assert one(jira, writes[0]).stored is None


def test_where_our_account_may_not_edit_at_all_a_write_is_refused(here: Here) -> None:
    id_ = here.open("INC1")
    here.sandbox.site.switches.withheld = ("EDIT_ISSUES",)
    receipt = one(here.connect(), FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"}))
    assert receipt.outcome is Outcome.REFUSED
    assert "permission" in receipt.reason


TEXT = "Breach <b>soon</b> *bold* [~accountid:x] {code}\nDue 09:00\n\nHeld by Network"


def test_a_comment_is_shown_as_it_was_written_and_stays_internal(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    assert one(jira, CommentWrite(id_, "ITSM-1", ("m-1",), TEXT)).outcome is Outcome.APPLIED
    sql = "SELECT body, properties FROM comments"
    body, properties = map(json.loads, here.sandbox.site.db.execute(sql).fetchone())
    assert text_of(body) == TEXT
    assert properties == {"slabridge": {"marker": "m-1"}, "sd.public.comment": {"internal": True}}
    assert one(jira, CommentWrite(id_, "ITSM-1", ("m-2",), TEXT, internal=False)).outcome is Outcome.APPLIED
    assert [comment.public for comment in tickets(jira.reread([id_]))[id_].comments] == [False, True]


def test_a_comment_carries_several_markers_in_its_property(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    assert one(jira, CommentWrite(id_, "ITSM-1", ("a", "b"), TEXT)).outcome is Outcome.APPLIED
    (properties,) = map(json.loads, here.sandbox.site.db.execute("SELECT properties FROM comments").fetchone())
    assert properties["slabridge"] == {"markers": ["a", "b"]}
    assert [(comment.markers, comment.id) for comment in tickets(jira.reread([id_]))[id_].comments] == [
        (("a", "b"), "")
    ]
    one(jira, CommentWrite(id_, "ITSM-1", ("b",), TEXT))
    assert [bool(comment.id) for comment in tickets(jira.reread([id_]))[id_].comments] == [True, True]


def test_a_comment_fits_as_it_is_sent() -> None:
    assert fits("x" * (LONGEST - 2))
    assert not fits("x" * (LONGEST - 1))
    assert fits(document("x" * (LONGEST - 200)))
    assert not fits(document("x" * (LONGEST - 2)))


PUT = FieldsWrite("1", "OPS-1", {"Due": DUE})
POST = CommentWrite("1", "OPS-1", ("m",), "Hello")
LIMITED = (429, {"message": "Rate limit exceeded"})
NO_ADMIN = [{"permissions": {"ADMINISTER": {"havePermission": False}}}]


@pytest.mark.parametrize(
    ("write", "answer", "outcome"),
    [
        (PUT, LIMITED, Outcome.FAILED),
        (PUT, (409, {"errorMessages": ["conflicting update"]}), Outcome.FAILED),
        (PUT, (403, {"errorMessages": ["no permission"]}), Outcome.REFUSED),
        (PUT, (400, {"errorMessages": ["archived"]}), Outcome.REFUSED),
        (PUT, (400, {"errors": {"customfield_1": "not on the screen"}}), Outcome.REFUSED),
        (PUT, (500, {}), Outcome.UNCLEAR),
        (POST, LIMITED, Outcome.FAILED),
        (POST, (500, {}), Outcome.UNCLEAR),
        (POST, (504, {}), Outcome.UNCLEAR),
        (POST, (413, {"errorMessages": ["too many comments"]}), Outcome.REFUSED),
        (POST, (201, "<html>proxy</html>"), Outcome.UNCLEAR),
        (POST, (201, []), Outcome.UNCLEAR),
    ],
)
def test_a_receipt_says_what_is_known_of_a_write(write: Write, answer: object, outcome: Outcome) -> None:
    answers: dict[str, object] = {"issue/1": [answer], "issue/1/comment": [answer], "mypermissions": NO_ADMIN}
    with scripted(**answers) as site:
        receipt = one(site.connect(written=("Due",)), write)
        assert (receipt.outcome, receipt.write) == (outcome, write)
        assert receipt.reason
        assert outcome is not Outcome.UNCLEAR or len(site.asked["issue/1/comment"]) <= 1


@pytest.mark.parametrize(
    ("answer", "error"), [(LIMITED, Unavailable), ((401, {"message": "expired"}), Refused), ((302, {}), Refused)]
)
def test_what_would_stop_every_write_ends_them_after_one_receipt(answer: object, error: type[Exception]) -> None:
    with scripted(**{"issue/1/comment": [answer], "mypermissions": NO_ADMIN}) as site:
        receipts = site.connect(written=("Due",)).write([POST, PUT, POST])
        assert next(receipts).outcome is Outcome.FAILED
        with pytest.raises(error):
            next(receipts)
        assert site.asked["issue/1"] == []


def test_several_writes_without_a_clear_answer_end_them() -> None:
    with scripted(**{"issue/1/comment": [(500, {})]}) as site:
        receipts = site.connect().write([POST] * 9)
        assert [next(receipts).outcome for _ in range(3)] == [Outcome.UNCLEAR] * 3
        with pytest.raises(Unavailable, match="3 writes in a row"):
            next(receipts)
        assert len(site.asked["issue/1/comment"]) == 3


@pytest.mark.parametrize(
    ("permissions", "quiet"),
    [
        ({"ADMINISTER": True}, True),
        ({"ADMINISTER_PROJECTS": True, "ADMINISTER": False}, True),
        ({"ADMINISTER": False}, False),
        ({"ADMINISTER": False, "BROWSE_PROJECTS": True}, False),
    ],
)
def test_mails_are_held_back_only_where_that_is_allowed_and_else_it_is_said_once(
    permissions: dict[str, bool], quiet: bool
) -> None:
    answer = {"permissions": {key: {"havePermission": held} for key, held in permissions.items()}}
    with scripted(**{"issue/1": [(204, None)], "mypermissions": [answer]}) as site, capture_logs() as logs:
        jira = site.connect(written=("Due",))
        assert [receipt.outcome for receipt in jira.write([PUT, PUT])] == [Outcome.APPLIED] * 2
        assert site.queries["issue/1"][1:] == ["notifyUsers=false" if quiet else ""] * 2
        assert site.asked["issue/1"][1]["fields"] == {"customfield_1": DUE}
    said = [entry["project"] for entry in logs if entry["log_level"] == "warning"]
    assert said == ([] if quiet else ["OPS"])


def test_an_internal_comment_that_customers_see_is_taken_back() -> None:
    posted = (201, {"id": "5", "jsdPublic": True})
    answers: dict[str, object] = {
        "issue/1/comment": [posted],
        "project/OPS": [{"projectTypeKey": "service_desk"}],
        "issue/1/comment/5": [{"jsdPublic": True}, (204, None)],
    }
    with scripted(**answers) as site:
        receipt = one(site.connect(), POST)
        assert receipt.outcome is Outcome.REFUSED
        assert "customers" in receipt.reason
        assert site.methods["issue/1/comment/5"] == ["GET", "DELETE"]


@pytest.mark.parametrize(
    "more",
    [
        {"project/OPS": [{"projectTypeKey": "software"}]},
        {"project/OPS": [{"projectTypeKey": "service_desk"}], "issue/1/comment/5": [{"jsdPublic": False}]},
    ],
)
def test_an_internal_comment_that_no_customer_sees_stays(more: dict[str, object]) -> None:
    with scripted(**{"issue/1/comment": [(201, {"id": "5", "jsdPublic": True})], **more}) as site:
        assert one(site.connect(), POST) == Receipt(POST, Outcome.APPLIED)


def test_a_comment_whose_visibility_cannot_be_learnt_is_unclear_and_not_written_again() -> None:
    answers: dict[str, object] = {
        "issue/1/comment": [(201, {"id": "5", "jsdPublic": True})],
        "project/OPS": [(503, {})],
    }
    with scripted(**answers) as site:
        assert one(site.connect(), POST).outcome is Outcome.UNCLEAR
        assert len(site.asked["issue/1/comment"]) == 1


def test_a_comment_after_which_the_run_is_to_end_is_unclear_until_it_is_known_who_sees_it() -> None:
    with scripted(**{"issue/1/comment": [(201, {"id": "5", "jsdPublic": True})]}) as site:
        auth = BasicAuth("me@example.com", SecretStr("token"))
        jira = connectors.open(
            JiraSettings(name="jira", url=site.url, auth=auth, fields=()),
            stopping=lambda: bool(site.asked["issue/1/comment"]),
        )
        receipts = jira.write([POST, POST])
        assert next(receipts).outcome is Outcome.UNCLEAR
        with pytest.raises(Halted):
            list(receipts)
        assert len(site.asked["issue/1/comment"]) == 1
        jira.close()


SPACED = (429, {"message": "slow"}, {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "9"})


def test_too_many_writes_on_one_issue_fail_that_write_alone() -> None:
    answers: dict[str, object] = {"PUT issue/1": [SPACED], "PUT issue/2": [(204, None)], "mypermissions": NO_ADMIN}
    bulk = [{"issues": [issue("1"), issue("2")]}]
    with scripted(**{**answers, "issue/bulkfetch": bulk}) as site:
        jira = site.connect(written=("Due",))
        list(jira.reread(["1", "2"]))
        other = FieldsWrite("2", "OPS-2", {"Due": DUE})
        receipts = list(jira.write([PUT, other]))
        assert [receipt.outcome for receipt in receipts] == [Outcome.FAILED, Outcome.APPLIED]
        assert site.methods["issue/1"].count("PUT") == 1


@pytest.mark.parametrize("concurrency", [1, 2, 5])
def test_receipts_come_in_order_however_many_writes_are_under_way(here: Here, concurrency: int) -> None:
    ids = [here.open(f"INC{n}") for n in range(9)]
    jira = here.connect(concurrency=concurrency)
    writes: list[Write] = []
    for n, id_ in enumerate(ids, 1):
        writes += [
            FieldsWrite(id_, f"ITSM-{n}", {"SLA holder": f"Desk {n}"}),
            CommentWrite(id_, f"ITSM-{n}", ("m",), "x"),
        ]
    receipts = list(jira.write(writes))
    assert [receipt.write for receipt in receipts] == writes
    assert {receipt.outcome for receipt in receipts} == {Outcome.APPLIED}
    held = tickets(jira.reread(ids))
    assert [held[id_].written["SLA holder"] for id_ in ids] == [f"Desk {n}" for n in range(1, 10)]
