import pytest

from tests.config.small import config_problems, definition_problems

REFUSED = {
    "unknown key": ("snow.tabel = 1", "snow.tabel", 'the nearest is "table"'),
    "no type": ('snow.type = "(gone)"', "snow.type", 'is missing; write type = "servicenow"'),
    "unknown type": ('snow.type = "ServiceNow"', "snow.type", 'the nearest is "servicenow"'),
    "no address": ('snow.url = "(gone)"', "snow.url", "is missing"),
    "address without scheme": ('snow.url = "acme.service-now.com"', "snow.url", "as in https://acme.service-now.com"),
    "address with credentials": ('snow.url = "https://bridge:hunter2@acme.com"', "snow.url", "they go under auth"),
    "address with a query": ('snow.url = "https://acme.com/?key=hunter2"', "snow.url", "is no address of a tool"),
    "port": ('snow.url = "https://acme.com:hunter2"', "snow.url", "is no address"),
    "table of no name": ('snow.table = "incident/x"', "snow.table", "table or field name"),
    "created of no name": ('snow.created = "a^b"', "snow.created", "table or field name"),
    "field of no name": ('snow.fields.status = "state,number"', "snow.fields.status", "table or field name"),
    "field without a name": ('help.fields.status = ""', "help.fields.status", "must not be empty"),
    "field mapped twice": ('snow.fields.urgency = "priority"', "snow.fields.urgency", 'is read as "priority" already'),
    "no fields": ('help.fields = "(gone)"', "help.fields", 'is missing; write fields = { status = "state" }'),
    "field called source": ('help.fields.source = "x"', "help.fields.source", "is the connection's name"),
    "field called event": ('help.fields.event = "x"', "help.fields.event", "has a meaning of its own"),
    "table in Jira": ('help.table = "incident"', "help.table", "is for ServiceNow alone"),
    "created in Jira": ('help.created = "created"', "help.created", "is for ServiceNow alone"),
    "order in ServiceNow": ('snow.filter = "active=true^ORDERBYnumber"', "snow.filter", "ORDERBY"),
    "second query in ServiceNow": ('snow.filter = "active=true^NQactive=false"', "snow.filter", "^NQ"),
    "order in Jira": ('help.filter = "project = A order by key"', "help.filter", "remove ORDER BY"),
    "open quote in Jira": ("help.filter = 'project = \"A'", "help.filter", "is not closed"),
    "page of nothing": ("snow.page_size = 0", "snow.page_size", "must be at least 1"),
    "page of too many": ("snow.page_size = 20000", "snow.page_size", "must be at most 10000"),
    "overlap as a number": ("snow.overlap = 120", "snow.overlap", "must be text in quotes"),
    "timeout as a duration": ('snow.timeout = "60s"', "snow.timeout", "must be a table"),
    "timeout half": ('snow.timeout = { read = "60s" }', "snow.timeout.connect", 'is missing; write connect = "5s"'),
    "values of no field": ('snow.values.state.new = ["1"]', "snow.values.state", 'the nearest is "status"'),
    "values no list": ('snow.values.status.new = "1"', "snow.values.status.new", "must be a list"),
    "values as numbers": ("snow.values.status.new = [1]", "snow.values.status.new[0]", "must be text in quotes"),
    "value twice": ('snow.values.status.open = ["1"]', "snow.values.status.open", 'stands under "new" too'),
    "empty value": ('snow.values.status.open = [""]', "snow.values.status.open", "must not be empty"),
    "like nothing": ('snow.like = "hlep"', "snow.like", 'the nearest is "help"'),
    "like itself": ('snow.like = "snow"', "snow.like", "snow -> snow"),
    "auth as text": ('snow.auth = "bridge:hunter2"', "snow.auth", "must be a table"),
    "no auth": ('snow.auth = "(gone)"', "snow.auth", "is missing"),
    "no kind": ('snow.auth.kind = "(gone)"', "snow.auth.kind", "write basic or bearer"),
    "unknown kind": ('snow.auth.kind = "basci"', "snow.auth.kind", 'the nearest is "basic"'),
    "OAuth": ('snow.auth.kind = "oauth_client"', "snow.auth.kind", "OAuth is not supported yet"),
    "no user": ('snow.auth.user = "(gone)"', "snow.auth.user", "is missing"),
    "no password": ('snow.auth.password = "(gone)"', "snow.auth.password", 'write password = { env = "PASSWORD" }'),
    "plain password": ('snow.auth.password = "hunter2"', "snow.auth.password", '{ env = "SNOW_PASSWORD" } or { file'),
    "password's unknown key": ('snow.auth.password = { evn = "A" }', "snow.auth.password.evn", 'the nearest is "env"'),
    "password misspelt": ('snow.auth.pasword = "hunter2"', "snow.auth.pasword", 'the nearest is "password"'),
    "two places": ('snow.auth.password.file = "hunter2"', "snow.auth.password", "exactly one of env and file"),
    "variable of no name": ('snow.auth.password = { env = "hunter 2" }', "snow.auth.password.env", "letters, digits"),
    "file of no name": (
        'snow.auth.password = { env = "(gone)", file = "" }',
        "snow.auth.password.file",
        "must not be empty",
    ),
    "plain token": (
        'snow.auth = { kind = "bearer", token = "hunter2", user = "(gone)", password = "(gone)" }',
        "snow.auth.token",
        'write token = { env = "SNOW_TOKEN" }',
    ),
    "writeback's unknown key": ("snow.writeback.feilds = []", "snow.writeback.feilds", 'the nearest is "fields"'),
}


@pytest.mark.parametrize(("change", "path", "words"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_its_place_and_remedy(change: str, path: str, words: str) -> None:
    problems = config_problems(f"connections.{change}")
    assert [problem.path for problem in problems] == [f"connections.{path}"]
    assert words in problems[0].message
    assert "hunter2" not in str(problems[0])


WRITES = {
    "no result": ("sla", "names no result"),
    "too many parts": ("sla.a.b.due_at", "names no result"),
    "unknown result": ("sla.staus", 'the nearest is "status"'),
    "unknown kind": ("sl.status", 'the nearest is "sla"'),
    "unknown agreement": ("standrd.resolution.due_at", 'the nearest is "standard"'),
    "unknown objective": ("standard.resolutoin.due_at", 'the nearest is "resolution"'),
    "agreement without objective": ("standard.due_at", "write standard.resolution.due_at"),
    "unknown objective of a kind": ("sla.resolutoin.due_at", 'the nearest is "resolution"'),
    "objective of an unused kind": ("uc.resolution.due_at", "there is none"),
    "elapsed": ("sla.elapsed_seconds", "changes with the clock"),
    "remaining": ("sla.resolution.remaining_seconds", "changes with the clock"),
    "percent": ("standard.resolution.percent", "changes with the clock"),
    "paused": ("sla.paused_seconds", "changes with the clock"),
    "due if resumed": ("sla.due_if_resumed", "changes with the clock"),
    "in short": ("sla.remaining", "take due_at, status or breached_at"),
}


@pytest.mark.parametrize(("value", "words"), WRITES.values(), ids=WRITES)
def test_a_result_that_cannot_be_written_is_refused(value: str, words: str) -> None:
    (problem,) = config_problems(f'connections.snow.writeback.fields = [{{ field = "u_sla", value = "{value}" }}]')
    assert problem.path == "connections.snow.writeback.fields[0].value"
    assert words in problem.message


FIELDS = {
    "field twice": (
        '[{ field = "u_a", value = "sla.due_at" }, { field = "u_a", value = "sla.status" }]',
        "fields[1].field",
        "is written by an entry before this one",
    ),
    "field that is read": ('[{ field = "state", value = "sla.status" }]', "fields[0].field", 'is read as "status"'),
    "journal": ('[{ field = "work_notes", value = "sla.status" }]', "fields[0].field", "takes comments"),
    "field of no name": ('[{ field = "u a", value = "sla.status" }]', "fields", "'u a' is no table or field name"),
    "field of another record": (
        '[{ field = "parent.u_a", value = "sla.status" }]',
        "fields",
        "fields of the ticket itself",
    ),
    "no field": ('[{ value = "sla.status" }]', "fields[0].field", 'write field = "u_sla_due"'),
    "no value": ('[{ field = "u_a" }]', "fields[0].value", 'write value = "sla.due_at"'),
    "options of what never is": (
        '[{ field = "u_a", value = "sla.status", values = { risk = "At risk" } }]',
        "fields[0].values.risk",
        'the nearest is "at_risk"',
    ),
    "options of an instant": (
        '[{ field = "u_a", value = "sla.due_at", values = { a = "b" } }]',
        "fields[0].values",
        "is an instant",
    ),
}


@pytest.mark.parametrize(("fields", "path", "words"), FIELDS.values(), ids=FIELDS)
def test_a_field_that_cannot_be_written_is_refused(fields: str, path: str, words: str) -> None:
    (problem,) = config_problems(f"connections.snow.writeback.fields = {fields}")
    assert problem.path == f"connections.snow.writeback.{path}"
    assert words in problem.message


COMMENTS = {
    "no statuses": ('{ kinds = ["sla"] }', "on", 'write on = ["at_risk", "breached"]'),
    "empty statuses": ('{ on = [], kinds = ["sla"] }', "on", "must not be empty"),
    "unknown status": ('{ on = ["atrisk"], kinds = ["sla"] }', "on[0]", 'the nearest is "at_risk"'),
    "ended status": ('{ on = ["met"], kinds = ["sla"] }', "on[0]", "those that are: at_risk, breached"),
    "quiet status": ('{ on = ["breached", "paused"], kinds = ["sla"] }', "on[1]", "is never told"),
    "no kinds": ('{ on = ["breached"] }', "kinds", "is missing"),
    "unknown kind": ('{ on = ["breached"], kinds = ["slo"] }', "kinds[0]", 'the nearest is "sla"'),
    "unknown visibility": (
        '{ on = ["breached"], kinds = ["sla"], visibility = "intern" }',
        "visibility",
        'the nearest is "internal"',
    ),
    "public OLA": (
        '{ on = ["breached"], kinds = ["sla", "ola", "uc"], visibility = "public" }',
        "visibility",
        "customers read public comments, and ola and uc agreements",
    ),
}


@pytest.mark.parametrize(("comments", "path", "words"), COMMENTS.values(), ids=COMMENTS)
def test_comments_that_cannot_be_told_are_refused(comments: str, path: str, words: str) -> None:
    (problem,) = config_problems(f"connections.help.writeback.comments = {comments}")
    assert problem.path == f"connections.help.writeback.comments.{path}"
    assert words in problem.message


USES = {
    "condition": ('clocks.other.stop = { statsu = "closed" }', "clocks.other.stop.statsu"),
    "condition with not": ('clocks.other.stop = { statsu = { not = "new" } }', "clocks.other.stop.statsu"),
    "condition with set": ("clocks.other.stop = { not = { statsu = { set = true } } }", "clocks.other.stop.not.statsu"),
    "event": ('clocks.other.stop = { event = "change", field = "statsu" }', "clocks.other.stop.field"),
    "scope": ('agreements.standard.scope = { statsu = "closed" }', "agreements.standard.scope.statsu"),
    "targets": (
        'agreements.standard.objectives.resolution.targets = { statsu = { new = "1h" } }',
        "agreements.standard.objectives.resolution.targets.statsu",
    ),
    "calendar": (
        'agreements.standard.calendar = { field = "statsu", values = { new = "days" }, else = "office" }',
        "agreements.standard.calendar.field",
    ),
    "holder": ('attribution.holder = "statsu"', "attribution.holder"),
}


@pytest.mark.parametrize(("change", "path"), USES.values(), ids=USES)
def test_a_field_that_no_connection_maps_is_refused_wherever_it_is_used(change: str, path: str) -> None:
    (problem,) = config_problems(change)
    assert problem.path == path
    assert problem.message == 'no connection maps a field "statsu"; the nearest is "status"'


@pytest.mark.parametrize(("change", "path"), USES.values(), ids=USES)
def test_without_connections_every_field_is_possible(change: str, path: str) -> None:
    assert path
    assert config_problems(f'{change}\n[connections]\nsnow = "(gone)"\nhelp = "(gone)"') == ()
    assert definition_problems(change) == ()


@pytest.mark.parametrize(
    "change",
    [
        'clocks.other.stop = {{ source = "{}" }}',
        'agreements.standard.objectives.resolution.targets = {{ source = {{ {} = "1h" }} }}',
        'agreements.standard.calendar = {{ field = "source", values = {{ {} = "days" }}, else = "office" }}',
    ],
)
def test_source_is_a_connection(change: str) -> None:
    assert config_problems(change.format("snow")) == ()
    (problem,) = config_problems(change.format("snwo"))
    assert problem.message == 'no such connection; the nearest is "snow"'


def test_a_connection_name_that_cannot_stand_in_a_marker_is_refused() -> None:
    (problem,) = config_problems('connections."my jira" = { like = "help" }')
    assert problem.path == 'connections."my jira"'
