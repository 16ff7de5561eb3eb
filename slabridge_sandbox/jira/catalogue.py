"""What the site is set up with: its one service project, its statuses, priorities and fields.

Names and ids look like those of a Jira Service Management site; SLA and OLA fields are the ones that
`config.example.toml` writes to.
"""

from dataclasses import dataclass, field

PROJECT_ID = 10000
PROJECT_KEY = "ITSM"
PROJECT_NAME = "IT Service Management"
PROJECT_TYPE = "service_desk"
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
    """A field of an issue. `type` is that of its schema, but a text that is a document has the type document.

    `custom` is the key of its custom type, or the end of one of Jira's own, "" for a system field. A field that is
    `stored` has a column of its id; `clauses` are the names by which JQL knows it.
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
    kind: str = field(init=False)
    """What decides on its values: the type, and of a list what it holds, as in `array/option`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", f"{self.type}/{self.items}" if self.type == "array" else self.type)

    @property
    def number(self) -> int:
        """The number of a custom field."""
        return int(self.id.removeprefix("customfield_"))

    @property
    def custom_type(self) -> str:
        """The whole key of its custom type."""
        return self.custom if ":" in self.custom else CUSTOM_TYPE + self.custom


_CUSTOM = {
    "select": ("option", ""),
    "multiselect": ("array", "option"),
    "cascadingselect": ("option-with-child", ""),
    "textfield": ("string", ""),
    "textarea": ("document", ""),
    "url": ("string", ""),
    "float": ("number", ""),
    "datetime": ("datetime", ""),
    "datepicker": ("date", ""),
    "userpicker": ("user", ""),
    "labels": ("array", "string"),
    "atlassian-team": ("team", ""),
    "com.atlassian.servicedesk:sd-request-participants": ("array", "user"),
}
"""Custom type -> type of its schema, and of what a list holds."""


def custom_field(number: int, name: str, kind: str) -> Field:
    """Return a custom field of one of the types that the sandbox knows, which all can be written."""
    type_, items = _CUSTOM[kind]
    clauses = (f"cf[{number}]", name)
    return Field(f"customfield_{number}", name, type_, clauses, custom=kind, items=items, editable=True)


TEAM = custom_field(10050, "Team", "select")
IMPACT = custom_field(10004, "Impact", "select")
URGENCY = custom_field(10042, "Urgency", "select")
SLA_STATUS = custom_field(10051, "SLA status", "select")
OLA_STATUS = custom_field(10055, "OLA status", "select")
INCIDENT = custom_field(10069, "Incident number", "textfield")
RATING = Field(
    "customfield_10070",
    "Satisfaction",
    "sd-feedback",
    ("cf[10070]", "Satisfaction"),
    custom="com.atlassian.servicedesk:sd-request-feedback",
)
RATED_AT = Field(
    "customfield_10071",
    "Satisfaction date",
    "datetime",
    ("cf[10071]", "Satisfaction date"),
    custom="com.atlassian.servicedesk:sd-request-feedback-date",
)
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
    Field("components", "Components", "array", ("component",), items="component", editable=True),
    Field("duedate", "Due date", "date", ("due", "duedate"), editable=True),
    Field("issuelinks", "Linked Issues", "array", items="issuelinks", stored=False),
    Field("comment", "Comment", "comments-page", stored=False, navigable=False),
    IMPACT,
    URGENCY,
    TEAM,
    SLA_STATUS,
    custom_field(10052, "SLA due", "datetime"),
    custom_field(10053, "SLA breached at", "datetime"),
    custom_field(10054, "SLA holder", "textfield"),
    OLA_STATUS,
    custom_field(10056, "OLA due", "datetime"),
    custom_field(10057, "OLA breached at", "datetime"),
    custom_field(10058, "OLA holder", "textfield"),
    custom_field(10060, "Affected services", "multiselect"),
    custom_field(10061, "Location", "cascadingselect"),
    custom_field(10062, "Root cause", "textarea"),
    custom_field(10063, "Affected users", "float"),
    custom_field(10064, "Planned for", "datepicker"),
    custom_field(10065, "Major incident manager", "userpicker"),
    custom_field(10066, "Owning team", "atlassian-team"),
    custom_field(10067, "Tags", "labels"),
    custom_field(10068, "Request participants", "com.atlassian.servicedesk:sd-request-participants"),
    INCIDENT,
    RATING,
    RATED_AT,
)
SYSTEM = {field.id: field for field in FIELDS if not field.custom}
OPTIONS = {
    SLA_STATUS.id: STATUS_OPTIONS,
    OLA_STATUS.id: STATUS_OPTIONS,
    "customfield_10060": ("Mail", "Network", "Printing"),
    "customfield_10061": ("Stockholm", "Berlin"),
}
"""What selects offer from the beginning."""
CHILD_OPTIONS = {
    ("customfield_10061", "Stockholm"): ("Floor 1", "Floor 2"),
    ("customfield_10061", "Berlin"): ("Lobby",),
}
COMPONENTS = ("Mail", "Network")
"""The components of the first project."""
TEAMS = ("Network Operations", "Service Desk")
