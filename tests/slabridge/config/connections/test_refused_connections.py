import pytest

from tests.slabridge.config.small import config_problems, definition_problems

CLIENT = 'client_id = "a", client_secret = { env = "C" }'
NO_USER = 'user = "(gone)", password = "(gone)"'

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
    "order in Jira": ('help.filter = "project = A order by key"', "help.filter", "remove ORDER BY"),
    "open quote in Jira": ("help.filter = 'project = \"A'", "help.filter", "is not closed"),
    "page of nothing": ("snow.page_size = 0", "snow.page_size", "must be at least 1"),
    "page of too many": ("snow.page_size = 20000", "snow.page_size", "must be at most 10000"),
    "overlap as a number": ("snow.overlap = 120", "snow.overlap", "must be text in quotes"),
    "timeout as a duration": ('snow.timeout = "60s"', "snow.timeout", "must be a table"),
    **{
        f"a size that is none: {size}": (f"snow.max_answer = {size}", "snow.max_answer", words)
        for size, words in {'"64"': "as in 64MB", '"0MB"': "as in 64MB", '"6.4MB"': "as in 64MB", "64": "text"}.items()
    },
    "clear text": ('help.url = "http://jira.acme.com"', "help.url", "write https"),
    "clear text to an address": ('help.url = "http://10.0.0.7:8080"', "help.url", "write https"),
    "token in clear text": (
        f'snow.auth = {{ kind = "oauth_client", {CLIENT}, token_url = "http://tokens.acme.com", {NO_USER} }}',
        "snow.auth.token_url",
        "write https",
    ),
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
    "API key of Jira": (
        'help.auth = { kind = "api_key", key = { env = "K" }, user = "(gone)", password = "(gone)" }',
        "help.auth.kind",
        "is not for Jira, which has basic, bearer, oauth_client, oauth_refresh",
    ),
    "password grant of Jira": (
        'help.auth = { kind = "oauth_password", client_id = "a", client_secret = { env = "C" } }',
        "help.auth.kind",
        "is not for Jira, which has basic, bearer, oauth_client, oauth_refresh",
    ),
    "no client": (
        'snow.auth = { kind = "oauth_password", client_secret = { env = "C" } }',
        "snow.auth.client_id",
        "is missing; write client_id",
    ),
    "no client secret": (
        'snow.auth = { kind = "oauth_password", client_id = "a" }',
        "snow.auth.client_secret",
        'write client_secret = { env = "CLIENT_SECRET" }',
    ),
    "plain client secret": (
        'snow.auth = { kind = "oauth_password", client_id = "a", client_secret = "hunter2" }',
        "snow.auth.client_secret",
        'write client_secret = { env = "SNOW_CLIENT_SECRET" }',
    ),
    "plain refresh token": (
        f'snow.auth = {{ kind = "oauth_refresh", {CLIENT}, refresh_token = "hunter2", {NO_USER} }}',
        "snow.auth.refresh_token",
        'write refresh_token = { env = "SNOW_REFRESH_TOKEN" }',
    ),
    "no refresh token": (
        f'snow.auth = {{ kind = "oauth_refresh", {CLIENT}, {NO_USER} }}',
        "snow.auth.refresh_token",
        'write refresh_token = { file = "refresh-token" }',
    ),
    "scope of another kind": (
        f'snow.auth = {{ kind = "oauth_refresh", {CLIENT}, refresh_token.env = "R", scope = "hunter2", {NO_USER} }}',
        "snow.auth.scope",
        "unknown key",
    ),
    "token address with credentials": (
        f'snow.auth = {{ kind = "oauth_client", {CLIENT}, token_url = "https://a:hunter2@b.com", {NO_USER} }}',
        "snow.auth.token_url",
        "they go under auth",
    ),
    "token address that is none": (
        f'snow.auth = {{ kind = "oauth_client", {CLIENT}, token_url = "hunter2", {NO_USER} }}',
        "snow.auth.token_url",
        "as in https://login.acme.com/oauth/token",
    ),
    "token of a Data Center": (
        f'help = {{ url = "https://jira.acme.com", auth = {{ kind = "oauth_client", {CLIENT}, {NO_USER} }} }}',
        "help.auth.token_url",
        "a Jira at that address has no usual one",
    ),
    "history of no kind": ('snow.history = "audit"', "snow.history", 'the nearest is "sys_audit"'),
    "history in Jira": ('help.history = "observed"', "help.history", "is for ServiceNow alone"),
    "an address as a domain": ('snow.not_agents.domains = ["a@b.c"]', "snow.not_agents.domains[0]", "behind the @"),
    "nobody an agent": ("help.agents = {}", "help.agents", "names nobody"),
    "agents as a list": ('help.agents = ["a"]', "help.agents", "must be a table"),
    "was of a field that is not read": (
        'help.was.prioriti = ["Group"]',
        "help.was.prioriti",
        'is not read; the nearest is "priority"',
    ),
    "was in ServiceNow": ('snow.was.state = ["a"]', "snow.was", "is for Jira alone"),
    "was as a text": ('help.was.Team = "Group"', "help.was.Team", "must be a list"),
    "was without a name": ('help.was.Team = [""]', "help.was.Team[0]", "must not be empty"),
    "agents' unknown key": ('help.agents.group = ["a"]', "help.agents.group", 'the nearest is "groups"'),
    "agent without a name": ('help.agents.accounts = [""]', "help.agents.accounts[0]", "must not be empty"),
    "no calls at once": ("snow.concurrency = 0", "snow.concurrency", "must be at least 1"),
    "too many calls at once": ("snow.concurrency = 33", "snow.concurrency", "must be at most 32"),
    "calls at once as a word": ('snow.concurrency = "two"', "snow.concurrency", "must be a whole number"),
    "no calls an hour": ("snow.calls_per_hour = 0", "snow.calls_per_hour", "must be at least 1"),
    "no writes": ("snow.writes_per_run = 0", "snow.writes_per_run", "must be at least 1"),
    "certificates of no name": ('snow.ca = ""', "snow.ca", "must not be empty"),
    "proxy with credentials": ('snow.proxy = "http://me:hunter2@proxy:3128"', "snow.proxy", "set HTTPS_PROXY instead"),
    "proxy without scheme": ('snow.proxy = "proxy:3128"', "snow.proxy", "as in http://proxy.acme.com:3128"),
    "proxy with a path": ('snow.proxy = "http://proxy/hunter2"', "snow.proxy", "is no address of a proxy"),
    "census in days": ('snow.census = "1d"', "snow.census", 'or write "never"'),
    "census in working days": ('snow.census = "1wd"', "snow.census", 'or write "never"'),
    "census as a number": ("snow.census = 24", "snow.census", "must be text in quotes"),
    "native clock of no objective": (
        'snow.native = { "standard.resolutoin" = ["A"] }',
        'snow.native."standard.resolutoin"',
        'the nearest is "standard.resolution"',
    ),
    "native clock without quotes": (
        'snow.native.standard.resolution = ["A"]',
        "snow.native.standard",
        'must be in quotes: write "standard.resolution" = [',
    ),
    "native clock as text": (
        'snow.native = { "standard.resolution" = "A" }',
        'snow.native."standard.resolution"',
        "must be a list of names",
    ),
    "no native clock": (
        'snow.native = { "standard.resolution" = [] }',
        'snow.native."standard.resolution"',
        "must be a list of names",
    ),
    "native clocks as a list": ('snow.native = ["A"]', "snow.native", "must be a table"),
    "table without reference": ('snow.writeback.table = "u_r"', "snow.writeback.reference", "is missing beside table"),
    "reference without table": ('snow.writeback.reference = "u_t"', "snow.writeback.table", "is missing beside ref"),
    "table of no name for results": (
        'snow.writeback = { table = "u r", reference = "u_t" }',
        "snow.writeback.table",
        "table or field name",
    ),
    "table of the tickets for results": (
        'snow.writeback = { table = "incident", reference = "u_t" }',
        "snow.writeback.table",
        "is where the tickets are",
    ),
    "result in the reference": (
        'snow.writeback = { table = "u_r", reference = "u_t", fields = [{ field = "u_t", value = "sla.status" }] }',
        "snow.writeback.fields[0].field",
        "refers to the ticket",
    ),
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


def test_a_table_for_results_is_for_servicenow_alone() -> None:
    problems = config_problems('connections.help.writeback = { table = "u_r", reference = "u_t" }')
    assert [problem.path for problem in problems] == [
        "connections.help.writeback.table",
        "connections.help.writeback.reference",
    ]
    assert all("is for ServiceNow alone" in problem.message for problem in problems)


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
    "in short": ("sla.remaining", "take due_at, status or percent_step"),
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
    "quiet status": ('{ on = ["breached", "paused"], kinds = ["sla"] }', "on[1]", "is never posted"),
    "no kinds": ('{ on = ["breached"] }', "kinds", "is missing"),
    "unknown kind": ('{ on = ["breached"], kinds = ["slo"] }', "kinds[0]", 'the nearest is "sla"'),
    "unknown visibility": (
        '{ on = ["breached"], kinds = ["sla"], visibility = "intern" }',
        "visibility",
        'the nearest is "internal"',
    ),
    "hours of no calendar": (
        '{ on = ["breached"], kinds = ["sla"], only = "offce" }',
        "only",
        'no such calendar; the nearest is "office"',
    ),
    "quiet for days": ('{ on = ["breached"], kinds = ["sla"], quiet = "1d" }', "quiet", "24h"),
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
