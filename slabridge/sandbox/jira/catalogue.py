"""What the site is set up with: its one service project, its statuses, priorities and fields.

Names and ids look like those of a Jira Service Management site; SLA and OLA fields are the ones that
`config.example.toml` writes to.
"""

from dataclasses import dataclass

PROJECT_ID = 10000
PROJECT_KEY = "ITSM"
PROJECT_NAME = "IT Service Management"
ISSUE_TYPE_ID = 10004
ISSUE_TYPE = "Incident"
RESOLUTION_ID = 10000
RESOLUTION = "Done"

PRIORITIES = {1: "Highest", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
"""Status category: key -> (id, name, colour)."""
STATUSES = {
    10001: ("New", "new"),
    10002: ("Active", "indeterminate"),
    10003: ("Awaiting User Info", "indeterminate"),
    10004: ("Awaiting Vendor", "indeterminate"),
    10005: ("Awaiting Problem", "indeterminate"),
    10006: ("Awaiting Evidence", "indeterminate"),
    10007: ("Resolved", "done"),
    10008: ("Closed", "done"),
}
"""Status: id -> (name, key of its category)."""

CUSTOM_TYPE = "com.atlassian.jira.plugin.system.customfieldtypes:"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of an issue. `custom` is the end of its custom type's key, "" for a system field.

    A field that is `stored` has a column of its id; `clauses` are the names by which JQL knows it.
    """

    id: str
    name: str
    type: str
    clauses: tuple[str, ...] = ()
    custom: str = ""
    items: str = ""
    editable: bool = False
    stored: bool = True
    navigable: bool = True

    @property
    def number(self) -> int:
        """The number of a custom field."""
        return int(self.id.removeprefix("customfield_"))


def _custom(number: int, name: str, kind: str) -> Field:
    schema = {"select": "option", "datetime": "datetime", "textfield": "string"}[kind]
    return Field(f"customfield_{number}", name, schema, (f"cf[{number}]", name), custom=kind, editable=True)


TEAM = _custom(10050, "Team", "select")
IMPACT = _custom(10004, "Impact", "select")
URGENCY = _custom(10042, "Urgency", "select")
SLA_STATUS = _custom(10051, "SLA status", "select")
OLA_STATUS = _custom(10055, "OLA status", "select")
STATUS_OPTIONS = ("On track", "At risk", "Paused", "Breached", "Met", "Cancelled")

FIELDS: tuple[Field, ...] = (
    Field("issuekey", "Key", "issuekey", ("id", "issue", "issuekey", "key"), stored=False),
    Field("summary", "Summary", "string", ("summary",), editable=True),
    Field("description", "Description", "document", ("description",), editable=True),
    Field("project", "Project", "project", ("project",)),
    Field("issuetype", "Issue Type", "issuetype", ("issuetype", "type")),
    Field("status", "Status", "status", ("status",)),
    Field("statusCategory", "Status Category", "statusCategory", ("statusCategory",), stored=False),
    Field("statuscategorychangedate", "Status Category Changed", "datetime", ("statusCategoryChangedDate",)),
    Field("priority", "Priority", "priority", ("priority",), editable=True),
    Field("resolution", "Resolution", "resolution", ("resolution",)),
    Field("resolutiondate", "Resolved", "datetime", ("resolutiondate", "resolved")),
    Field("created", "Created", "datetime", ("created", "createdDate")),
    Field("updated", "Updated", "datetime", ("updated", "updatedDate")),
    Field("assignee", "Assignee", "user", ("assignee",), editable=True),
    Field("reporter", "Reporter", "user", ("reporter",), editable=True),
    Field("creator", "Creator", "user", ("creator",)),
    Field("labels", "Labels", "array", ("labels",), items="string", editable=True),
    Field("components", "Components", "array", items="component", stored=False),
    Field("duedate", "Due date", "date", stored=False),
    Field("comment", "Comment", "comments-page", stored=False, navigable=False),
    IMPACT,
    URGENCY,
    TEAM,
    SLA_STATUS,
    _custom(10052, "SLA due", "datetime"),
    _custom(10053, "SLA breached at", "datetime"),
    _custom(10054, "SLA holder", "textfield"),
    OLA_STATUS,
    _custom(10056, "OLA due", "datetime"),
    _custom(10057, "OLA breached at", "datetime"),
    _custom(10058, "OLA holder", "textfield"),
)
BY_ID = {field.id: field for field in FIELDS}
BY_CLAUSE = {clause.lower(): field for field in FIELDS for clause in field.clauses}
STORED = tuple(field for field in FIELDS if field.stored)
