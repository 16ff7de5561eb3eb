import pytest

from tests.slabridge_sandbox.jira.client import MINUTE, NOW, Client


@pytest.mark.parametrize(
    ("jql", "numbers"),
    [
        ("project = ITSM", "321"),
        ("project = itsm order by key", "123"),
        ('project in ("IT Service Management", 10000) ORDER BY created ASC, id DESC', "123"),
        ("key = ITSM-2", "2"),
        ("issuekey in (ITSM-3, ITSM-1) ORDER BY key ASC", "13"),
        ("id > 10000", "32"),
        ("id >= 10001 order by id", "23"),
        ("key <= ITSM-2 order by key", "12"),
        ("id > 0 order by id", "123"),
        ("status = active", "2"),
        ("status in (10001, Resolved)", "31"),
        ("status != New", "21"),
        ("statusCategory = Done", "1"),
        ('statusCategory not in ("To Do", done)', "2"),
        ("priority = Highest", "3"),
        ("priority > Low", "321"),
        ("priority >= High", "3"),
        ("priority < Highest order by priority desc, key", "12"),
        ("assignee = 'Resolver 14'", "2"),
        ("assignee is EMPTY", "3"),
        ("assignee = empty", "3"),
        ("assignee is not null", "21"),
        ("assignee != 'Resolver 14'", "1"),
        ("not assignee = 'Resolver 14'", "1"),
        ("assignee = currentUser() or key = ITSM-1", "1"),
        ("labels = Category-5", "21"),
        ("labels not in (Other)", "21"),
        ("NOT labels = Other", "21"),
        ("labels is empty", "3"),
        ('"Team" = "Group 70"', "2"),
        ("Team in ('Group 70', 'group 24')", "21"),
        ("cf[10050] != 'Group 70'", "31"),
        ("CF[ 10050 ] = 'Group 7'", "3"),
        ('"SLA status" is empty', "321"),
        ("issuetype = Incident and resolution is empty", "32"),
        ("type != Incident", ""),
        ("summary ~ inc2", "2"),
        ("created >= -30m", "3"),
        ("created <= -1h", "1"),
        (f"updated >= {NOW - 20 * MINUTE}", "31"),
        (f"updated > {NOW - 20 * MINUTE}", "3"),
        (f"updated = {NOW - 10 * MINUTE}", "3"),
        ('updated >= "2026-03-03 08:40"', "31"),
        ('updated >= "2026/03/03 08:41"', "3"),
        ('created < "2026-03-03"', ""),
        ("created >= 2026-03-03", "321"),
        ("resolved >= -1d", "1"),
        ("resolutiondate is empty", "32"),
        ("updated <= now()", "321"),
        ("(status = New or status = Active) and not (priority = Highest or key = ITSM-1)", "2"),
        ("status = New && project = ITSM || key = ITSM-1", "31"),
        ("! status = New", "21"),
        ("project = ITSM ORDER BY assignee ASC", "312"),
        ("project = ITSM ORDER BY Team DESC", "231"),
        ("project = ITSM ORDER BY resolved DESC, created ASC", "123"),
    ],
)
def test_jql_finds(three: Client, jql: str, numbers: str) -> None:
    assert [int(id_) - 9999 for id_ in three.found(jql)] == [int(number) for number in numbers]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        ("order by key", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."),
        ("projekt = ITSM", "Field 'projekt' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status = Gone", "The value 'Gone' does not exist for the field 'status'."),
        ("key = ITSM-999", "An issue with key 'ITSM-999' does not exist for field 'key'."),
        ("id = 999", "A value with ID '999' does not exist for the field 'id'."),
        ('"Team" = Nobody', "The option 'Nobody' for field 'Team' does not exist."),
        ("status > New", "The operator '>' is not supported by the 'status' field."),
        ("'SLA holder' = x", "The operator '=' is not supported by the 'SLA holder' field."),
        (
            "updated >= '2026-03-03T08:00:00Z'",
            (
                "Date value '2026-03-03T08:00:00Z' for field 'updated' is invalid. Valid formats include: "
                "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
            ),
        ),
        ("project = ITSM ORDER BY nothing", "Not able to sort using field 'nothing'."),
        ("updated > later()", "Unable to find JQL function 'later()'."),
        (
            "project",
            (
                "Error in the JQL Query: Expecting operator before the end of the query. The valid operators are '=', "
                "'!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
            ),
        ),
        (
            "project = ITSM and",
            "Error in the JQL Query: Expecting a field name before the end of the query.",
        ),
        (
            "project = ITSM status = New",
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 16)",
        ),
        ("(project = ITSM", "Error in the JQL Query: Expecting ')' before the end of the query."),
        (
            "status = cf[10050]",
            (
                "Error in the JQL Query: Expecting either a value, list or function but got 'cf[10050]'. "
                "You must surround 'cf[10050]' in quotation marks to use it as a value. (line 1, character 10)"
            ),
        ),
        (
            "project = ITSM and\nassignee = a@b",
            (
                "Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose it in a string "
                r"or use the escape '\u0040' instead. (line 2, character 13)"
            ),
        ),
        (
            "project = GO",
            (
                "Error in the JQL Query: 'GO' is a reserved JQL word. You must surround it in quotation marks to use it "
                "in a query. (line 1, character 11)"
            ),
        ),
        (
            'status = "New',
            "Error in the JQL Query: The quoted string 'New' has not been completed. (line 1, character 10)",
        ),
    ],
)
def test_jql_that_is_wrong_is_refused_in_jiras_words(three: Client, jql: str, message: str) -> None:
    assert three.wrong(jql) == [message]


def test_all_errors_of_a_query_are_told_at_once(three: Client) -> None:
    assert len(three.wrong("status = Gone and projekt = 1 and updated > 'x' order by y")) == 4


def test_quoted_dates_are_read_in_the_time_zone_of_our_account(three: Client) -> None:
    # ITSM-3 was created at 07:50 UTC, which is 08:50 in Stockholm.
    assert three.found('created >= "2026-03-03 08:50"') == ["10002"]
    assert three.found('created > "2026-03-03 08:50"') == []


def test_values_reach_the_database_as_parameters(three: Client) -> None:
    assert three.wrong("""assignee = "x' OR 1=1 --" """) == [
        "The value 'x' OR 1=1 --' does not exist for the field 'assignee'."
    ]
    assert three.found("""summary ~ "x' OR 1=1 --" """) == []
    assert three.found('summary ~ "%"') == []
