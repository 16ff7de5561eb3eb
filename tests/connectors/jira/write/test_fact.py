import pytest

from connectors.errors import Refused
from connectors.interface import Fact, Instant
from connectors.jira.cloud import Cloud
from connectors.jira.data_center import DataCenter
from connectors.jira.document import document
from connectors.jira.field import Field
from connectors.jira.write.fact import encode, wire, written
from tests.connectors.jira.site import NOW

CLOUD = Cloud(None, 0)  # type: ignore[arg-type]
DATA_CENTER = DataCenter(None, 0)  # type: ignore[arg-type]
DUE = "2026-03-03T08:00:00.000+0000"


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
    (field("option-with-child"), "Hardware / Disk", "Hardware / Disk",
     {"value": "Hardware", "child": {"value": "Disk"}}),
    (field("option-with-child"), "Hardware", "Hardware", {"value": "Hardware"}),
    (field("option-with-child"), None, None, None),
    (field("user"), "5b:1", "5b:1", {"accountId": "5b:1"}),
    (field("array", "user"), "5b:1", "5b:1", [{"accountId": "5b:1"}]),
    (field("array", "component"), "Network", "Network", [{"name": "Network"}]),
    (field("team", custom="com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team"), "0f-1", "0f-1", "0f-1"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fact", "text", "sent"), CASES)
def test_a_fact_is_encoded_sent_and_read_back_alike(kind: Field, fact: Fact, text: str | None, sent: object) -> None:
    assert encode(kind, fact) == text
    assert wire(kind, text, CLOUD) == sent
    assert written(kind, sent) == text


def test_what_jira_tells_of_a_person_a_team_and_a_choice_reads_back_as_it_is_written() -> None:
    person = {"accountId": "5b:1", "displayName": "Åsa", "accountType": "atlassian"}
    assert written(field("user"), person) == "5b:1"
    assert written(field("user"), {"key": "JIRAUSER10100", "name": "asa", "displayName": "Åsa"}) == "asa"
    assert written(field("team"), {"id": "0f-1", "name": "Network"}) == "0f-1"
    choice = {"id": "1", "value": "Hardware", "child": {"id": "2", "value": "Disk"}}
    assert written(field("option-with-child"), choice) == "Hardware / Disk"
    assert written(field("array", "component"), [{"id": "1", "name": "Network"}]) == "Network"


def test_in_data_center_people_are_written_by_name_and_text_areas_as_text() -> None:
    area = field("string", custom="x:textarea")
    assert wire(field("user"), "asa", DATA_CENTER) == {"name": "asa"}
    assert wire(area, "a\n\nb", DATA_CENTER) == "a\n\nb"
    assert written(area, "a\r\n\r\nb") == encode(area, "a\n\nb")


def test_a_date_time_in_our_profiles_zone_reads_back_in_utc() -> None:
    assert written(field("datetime"), "2026-03-03T09:00:00.999+0100") == DUE


@pytest.mark.parametrize(
    ("kind", "fact", "reason"),
    [
        (field("project"), "OPS", "is not written"),
        (field("array", "version"), "1.0", "is not written"),
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
