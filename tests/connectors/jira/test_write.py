import json

import pytest

from connectors.errors import Refused, Unavailable
from connectors.interface import CommentWrite, Fact, FieldsWrite, Instant, Outcome, Receipt, Write
from connectors.jira import Jira
from connectors.jira.document import document, text_of
from connectors.jira.fact import encode, wire, written
from connectors.jira.field import Field
from tests.connectors.jira.site import NOW, Here, scripted, tickets

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


def test_a_write_is_one_call_once_it_is_known_whether_it_may_be_silent(here: Here) -> None:
    ids = [here.open(f"INC{n}") for n in range(3)]
    jira = here.connect()
    jira.encode("SLA holder", "x")
    here.calls.clear()
    writes = [FieldsWrite(id_, f"ITSM-{n}", {"SLA holder": "Desk"}) for n, id_ in enumerate(ids, 1)]
    assert [receipt.write for receipt in jira.write(writes)] == writes
    assert here.calls == {"GET mypermissions": 1, "PUT issue/*": 3}


def test_fields_that_jira_does_not_take_are_left_out_and_named(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    receipt = one(jira, FieldsWrite(id_, "ITSM-1", {"SLA status": "Nonsense", "SLA holder": "Desk"}))
    assert receipt.outcome is Outcome.REFUSED
    assert "'SLA status': Option value 'Nonsense' is not valid" in receipt.reason
    assert "the other fields were written" in receipt.reason
    assert tickets(jira.reread([id_]))[id_].written["SLA holder"] == "Desk"


def test_an_issue_that_is_gone_refuses_and_the_next_is_written(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    writes: list[Write] = [
        FieldsWrite("99999", "ITSM-9", {"SLA holder": "Desk"}),
        CommentWrite("99999", "ITSM-9", "m", "Hello"),
        FieldsWrite(id_, "ITSM-1", {"SLA holder": "Desk"}),
    ]
    assert [receipt.outcome for receipt in jira.write(writes)] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.APPLIED]


TEXT = "Breach <b>soon</b> *bold* [~accountid:x] {code}\nDue 09:00\n\nHeld by Network"


def test_a_comment_is_shown_as_it_was_written_and_stays_internal(here: Here) -> None:
    id_ = here.open("INC1")
    jira = here.connect()
    assert one(jira, CommentWrite(id_, "ITSM-1", "m-1", TEXT)).outcome is Outcome.APPLIED
    sql = "SELECT body, properties FROM comments"
    body, properties = map(json.loads, here.sandbox.site.db.execute(sql).fetchone())
    assert text_of(body) == TEXT
    assert properties == {"slabridge": {"marker": "m-1"}, "sd.public.comment": {"internal": True}}
    assert one(jira, CommentWrite(id_, "ITSM-1", "m-2", TEXT, internal=False)).outcome is Outcome.APPLIED
    assert [comment.public for comment in tickets(jira.reread([id_]))[id_].comments] == [False, True]


PUT = FieldsWrite("1", "OPS-1", {"Due": DUE})
POST = CommentWrite("1", "OPS-1", "m", "Hello")
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


def test_mails_are_held_back_only_where_that_is_allowed(here: Here) -> None:
    here.open("INC1")
    for held, quiet in ((True, "notifyUsers=false"), (False, "")):
        answer = {"permissions": {"ADMINISTER": {"havePermission": held}}}
        with scripted(**{"issue/1": [(200, {})], "mypermissions": [answer]}) as site:
            jira = site.connect(written=("Due",))
            assert one(jira, PUT).outcome is Outcome.APPLIED
            assert site.queries["issue/1"] == [quiet]
            assert site.asked["issue/1"] == [{"fields": {"customfield_1": DUE}}]


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


def field(type_: str, items: str = "", custom: str = "x:y") -> Field:
    return Field("F", "customfield_1", "F", type_, items, custom=custom)


CASES: list[tuple[Field, Fact, str | None, object]] = [
    (field("datetime"), Instant(NOW + 999), DUE, DUE),
    (field("datetime"), "2026-03-03T09:00:00+01:00", DUE, DUE),
    (field("date"), Instant(NOW), "2026-03-03", "2026-03-03"),
    (field("number"), 3.0, "3", 3),
    (field("number"), 0.25, "0.25", 0.25),
    (field("number"), "12", "12", 12),
    (field("string"), "a  b\nc", "a b c", "a b c"),
    (field("string"), Instant(NOW), "2026-03-03T08:00:00Z", "2026-03-03T08:00:00Z"),
    (field("string"), True, "true", "true"),
    (field("string"), 3.5, "3.5", "3.5"),
    (field("option"), "At risk", "At risk", {"value": "At risk"}),
    (field("array", "option"), "At risk", "At risk", [{"value": "At risk"}]),
    (field("array", "string"), "at-risk", "at-risk", ["at-risk"]),
    (field("string", custom="x:textarea"), "a\n\nb", "a\n\nb", document("a\n\nb")),
    (field("datetime"), None, None, None),
    (field("array", "option"), "", None, []),
]


@pytest.mark.parametrize(("kind", "fact", "text", "sent"), CASES)
def test_a_fact_is_encoded_sent_and_read_back_alike(kind: Field, fact: Fact, text: str | None, sent: object) -> None:
    assert encode(kind, fact) == text
    assert wire(kind, text) == sent
    assert written(kind, sent) == text


def test_a_date_time_in_our_profiles_zone_reads_back_in_utc() -> None:
    assert written(field("datetime"), "2026-03-03T09:00:00.999+0100") == DUE


@pytest.mark.parametrize(
    ("kind", "fact", "reason"),
    [
        (field("user"), "Bob", "is not written"),
        (field("array", "user"), "Bob", "is not written"),
        (field("number"), "soon", "holds a number"),
        (field("number"), "inf", "holds a number"),
        (field("number"), Instant(NOW), "holds a number"),
        (field("datetime"), "soon", "holds a datetime"),
        (field("datetime"), 3, "holds a datetime"),
        (field("array", "string"), "At risk", "no spaces"),
    ],
)
def test_a_fact_that_does_not_fit_is_refused_with_the_field(kind: Field, fact: Fact, reason: str) -> None:
    with pytest.raises(Refused, match=f"'F'.*{reason}"):
        encode(kind, fact)
