"""Making fields in a Jira: what is asked for is what Atlassian describes, and what is there is never taken for ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple

import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import Kind, Plan, Thing, WantedField, Where
from connectors.jira.client import Client
from connectors.jira.provision import JiraProvisioner
from connectors.jira.provision.data_center import DataCenterAdministration
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings
from tests.connectors.jira.site import Here, Sent, scripted
from tests.slabridge_sandbox.jira.specification import specification

TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
WANTED = (
    WantedField("Promise", "fields[0].field", "sla.status", Kind.CHOICE, ("On track", "Breached")),
    WantedField("Promise due", "fields[1].field", "sla.due_at", Kind.INSTANT),
    WantedField("Promise holder", "fields[2].field", "sla.holder", Kind.TEXT),
    WantedField("Promise cycle", "fields[3].field", "sla.cycle", Kind.NUMBER),
)
SERVER = {
    ("GET", "serverInfo"): set(),
    ("GET", "mypermissions"): {"permissions"},
    ("GET", "field"): set(),
    ("POST", "field"): set(),
    ("GET", "customFields"): {"search", "startAt"},
    ("GET", "customFields/*/options"): {"useAllContexts", "maxResults", "page"},
    ("GET", "project"): set(),
    ("GET", "project/*"): set(),
    ("GET", "search"): {"jql", "startAt", "maxResults", "fields"},
    ("GET", "screens/*/tabs"): set(),
    ("GET", "screens/*/tabs/*/fields"): set(),
    ("POST", "screens/*/tabs/*/fields"): set(),
    ("DELETE", "screens/*/tabs/*/fields/*"): set(),
    ("GET", "issue/*/editmeta"): set(),
}
"""What a Data Center has of it, by its reference pages."""


@contextmanager
def administrator(here: Here, filter_: str = "project = ITSM") -> Iterator[JiraProvisioner]:
    user, secret = astuple(here.sandbox.site.administrator)
    auth = BasicAuth(user, SecretStr(secret))
    settings = JiraSettings(name="jira", url=here.url, auth=auth, fields=("status",), filter=filter_)
    http = Http("jira", auth, rules=RULES, sleep=lambda _: None)
    found = JiraProvisioner(settings, http)
    try:
        yield found
    finally:
        found.close()


def made(here: Here, where: Where | None = None) -> tuple[Plan, list[Thing]]:
    here.open(f"INC{len(here.sent)}")
    with administrator(here) as tool:
        plan = tool.plan(WANTED, where or Where())
        return plan, list(tool.make(plan))


def taken_back(here: Here, things: list[Thing]) -> list[Thing]:
    with administrator(here) as tool:
        return list(tool.undo(tool.undoing(things)))


def test_every_request_to_a_cloud_is_as_specified(here: Here) -> None:
    spec = specification()
    _, things = made(here)
    taken_back(here, things)
    _, things = made(here)
    with administrator(here) as tool:
        tool.unwritable(things, Where(projects=("ITSM",)))
    faults = [fault for sent in here.sent for fault in spec.request_faults(*_asked(sent))]
    assert faults == []


def _asked(sent: Sent) -> tuple[str, str, dict[str, object], object]:
    query: dict[str, object] = {name: values[0] if len(values) == 1 else values for name, values in sent.query.items()}
    return sent.method, sent.path.replace("/api/2/", "/api/3/"), query, sent.body


def test_a_data_center_is_asked_for_nothing_that_it_has_not(server: Here) -> None:
    screens = server.sandbox.site.administration.schemes(10000)
    where = Where(screens=(str(screens.edit),))
    _, things = made(server, where)
    with administrator(server) as tool:
        tool.plan(WANTED, where)
        tool.unwritable(things, Where(projects=("ITSM",)))
    taken_back(server, things)
    for sent in server.sent:
        path = re.sub(r"^/jira/rest/api/2/", "", sent.path)
        pattern = re.sub(r"/(\d+|ITSM|customfield_\d+)(?=/|$)", "/*", path)
        assert set(sent.query) <= SERVER[sent.method, pattern], (sent.method, path)


def test_each_kind_of_value_has_its_type_and_its_searcher_and_the_marker(either: Here) -> None:
    made(either)
    bodies = {
        sent.body["name"]: sent.body for sent in either.sent if (sent.method, sent.path[-6:]) == ("POST", "/field")
    }
    assert {name: (body["type"], body["searcherKey"]) for name, body in bodies.items()} == {
        "Promise": (f"{TYPES}select", f"{TYPES}multiselectsearcher"),
        "Promise due": (f"{TYPES}datetime", f"{TYPES}datetimerange"),
        "Promise holder": (f"{TYPES}textfield", f"{TYPES}textsearcher"),
        "Promise cycle": (f"{TYPES}float", f"{TYPES}exactnumber"),
    }
    assert bodies["Promise due"]["description"].endswith("[slabridge: sla.due_at]")


def test_a_name_that_is_part_of_another_and_one_in_another_case_are_other_names(here: Here) -> None:
    made(here)
    near = [
        WantedField("promise due", "x", "sla.due_at", Kind.INSTANT),
        WantedField("Promise d", "y", "ola.due_at", Kind.INSTANT),
    ]
    with administrator(here) as tool:
        plan = tool.plan(near, Where())
    assert [thing.field for thing in plan.things if thing.kind == "field"] == ["promise due", "Promise d"]


def test_a_select_without_a_context_gets_one_for_the_projects(here: Here) -> None:
    made(here)
    field = here.sandbox.site.administration.named("Promise")
    field.contexts.clear()
    with administrator(here) as tool:
        list(tool.make(tool.plan(WANTED, Where())))
    (context,) = field.contexts
    assert context.projects == (10000,)
    assert [here.sandbox.site.names.options[id_] for id_ in context.options] == ["On track", "Breached"]


def test_each_context_gets_the_options_that_it_lacks(here: Here) -> None:
    made(here)
    administration = here.sandbox.site.administration
    field = administration.named("Promise")
    field.contexts.append(administration.context("Another", (10000,)))
    with administrator(here) as tool:
        plan = tool.plan(WANTED, Where())
        assert [thing.kind for thing in plan.things] == ["options"]
        list(tool.make(plan))
        assert tool.plan(WANTED, Where()).things == ()
    assert [len(context.options) for context in field.contexts] == [2, 2]


def test_fields_go_to_the_screens_on_which_issues_are_edited_and_seen(here: Here) -> None:
    made(here)
    administration = here.sandbox.site.administration
    schemes = administration.schemes(10000)
    holding = [screen.id for screen in administration.screens.values() if len(screen.tabs[0].fields) > 30]
    assert holding == [schemes.default, schemes.edit]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Where(projects=("NOPE",)), "no project 'NOPE' is there"),
        (Where(projects=("ITSM/../../field",)), "no project 'ITSM/../../field' is there"),
        (Where(screens=("1",)), "--screen is for Data Center"),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_refused(here: Here, where: Where, words: str) -> None:
    here.open("INC1")
    with administrator(here) as tool, pytest.raises(Refused, match=words):
        tool.plan(WANTED, where)


def test_without_an_issue_its_projects_are_asked_for(either: Here) -> None:
    with administrator(either) as tool, pytest.raises(Refused, match="name them"):
        tool.plan(WANTED, Where())
    with administrator(either) as tool:
        assert len([one for one in tool.plan(WANTED, Where(projects=("ITSM",))).things if one.kind == "field"]) == 4


def test_projects_of_the_site_that_the_filter_does_not_meet_take_no_search(either: Here) -> None:
    either.open("INC1")
    for number in range(200):
        either.sandbox.site.names.add_project(f"P{number}", "Another", "software")
    with administrator(either) as tool:
        plan = tool.plan(WANTED, Where())
        assert searches(either) == 2
        tool.unwritable(plan.things, Where())
    assert plan.things[0].detail["projects"] == ["10000"]
    assert searches(either) == 4


def searches(here: Here) -> int:
    return here.calls["GET search"] + here.calls["POST search/jql"]


def spread(here: Here, projects: int) -> None:
    """Open issues in as many projects, and a crowd of newer ones in the last."""
    for number in range(1, projects):
        here.act("move", issue=here.open(f"INC{number}"), project=f"P{number}")
    for number in range(projects, projects + 120):
        here.clock.now += 1_000
        here.open(f"INC{number}")


def test_a_project_of_the_filter_is_found_behind_a_crowd_of_newer_issues(either: Here) -> None:
    spread(either, 4)
    with administrator(either, "updated >= 0") as tool:
        things = tool.plan(WANTED, Where()).things
    assert len(things[0].detail["projects"]) == 4
    assert searches(either) == 3


def test_above_fifty_projects_somebody_has_to_name_them(either: Here) -> None:
    spread(either, 51)
    with administrator(either, "updated >= 0") as tool, pytest.raises(Refused, match=r"50 projects.*--project"):
        tool.plan(WANTED, Where())
    assert searches(either) == 2
    with administrator(either, "updated >= 0") as tool:
        assert tool.plan(WANTED, Where(projects=("P7",))).things[0].detail["projects"] == ["10007"]


def test_a_screen_that_is_not_there_is_named(server: Here) -> None:
    server.open("INC1")
    for screen, words in {"77": "there is no screen 77", "1/../2": "'1/../2' is no screen"}.items():
        with administrator(server) as tool, pytest.raises(Refused, match=words):
            tool.plan(WANTED, Where(screens=(screen,)))


@pytest.mark.parametrize("name", [" Promise", "Pro\nmise", "x" * 256])
def test_a_name_of_which_jira_would_make_another_is_refused(here: Here, name: str) -> None:
    here.open("INC1")
    with administrator(here) as tool:
        (problem,) = tool.plan([WantedField(name, "fields[0].field", "sla.due_at", Kind.INSTANT)], Where()).problems
    assert "Jira would make another name of it" in problem


def test_a_data_center_that_does_not_say_its_options_is_not_taken_to_have_none() -> None:
    with scripted(serverInfo=[{"deploymentType": "Server", "versionNumbers": [8, 0, 0]}]) as script:
        auth = BasicAuth("me", SecretStr("token"))
        settings = JiraSettings(name="jira", url=script.url, auth=auth, fields=())
        client = Client(settings, Http("jira", auth, rules=RULES, sleep=lambda _: None))
        assert DataCenterAdministration(client).lacking("customfield_1", ["Met"]) is None
        script.answers["customFields/1/options"] = [{"options": [{"value": "Met"}]}]
        assert DataCenterAdministration(client).lacking("customfield_1", ["Met", "Late"]) == ["Late"]
        client.close()


def test_pages_that_lead_nowhere_end() -> None:
    with scripted(**{"project/search": [{"values": [{"id": "1"}], "isLast": False}]}) as script:
        auth = BasicAuth("me@example.com", SecretStr("token"))
        settings = JiraSettings(name="jira", url=script.url, auth=auth, fields=())
        client = Client(settings, Http("jira", auth, rules=RULES, sleep=lambda _: None))
        client.server()
        with pytest.raises(Unavailable, match="the pages of project/search lead nowhere"):
            client.values("project", "search")
        client.close()


def test_an_id_that_could_lead_elsewhere_is_no_id() -> None:
    """What a site answers goes into paths: a field `../1`, a screen `..`."""
    answers = {
        "mypermissions": [{"permissions": {"ADMINISTER": {"havePermission": True}}}],
        "field": [
            [{"id": "../1", "name": "Promise due", "schema": {"type": "datetime", "custom": f"{TYPES}datetime"}}]
        ],
        "field/search/trashed": [{"values": []}],
        "search/jql": [
            *({"issues": [{"id": "1", "fields": {"project": {"id": "1", "key": "OPS"}}}]}, {"issues": []}) * 2,
        ],
        "issuetypescreenscheme/project": [{"values": [{"issueTypeScreenScheme": {"id": ".."}}]}],
        "issuetypescreenscheme/mapping": [{"values": [{"screenSchemeId": "1/../2"}]}],
    }
    with scripted(**answers) as script:
        auth = BasicAuth("me@example.com", SecretStr("token"))
        settings = JiraSettings(name="jira", url=script.url, auth=auth, fields=())
        tool = JiraProvisioner(settings, Http("jira", auth, rules=RULES, sleep=lambda _: None))
        (problem,) = tool.plan(WANTED[1:2], Where()).problems
        assert "was not made by slabridge" in problem
        for _ in range(2):
            with pytest.raises(Unavailable, match="answered as no Jira does"):
                tool.plan(WANTED[2:3], Where())
            script.answers["issuetypescreenscheme/project"] = [{"values": [{"issueTypeScreenScheme": {"id": "7"}}]}]
        tool.close()
    assert not any(".." in path for path in script.methods)
