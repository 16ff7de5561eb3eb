"""Whole: fields that are not there, made, written by a run, found again, and taken back."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.http.session import Http
from slabridge.app import provision
from slabridge.app.doctor import diagnose
from slabridge.app.provision import Outcome, Task
from slabridge.exit import Exit
from slabridge.show import logs
from slabridge.state import Busy, ConnectionState, State, lease, provisioned
from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.slabridge.run.job import Job, Killed, small

ADMIN = "admin@example.com"
FIELDS = ("status", "due", "breached at", "holder")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Repeat calls without waiting, and log nothing that is not grave."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    secrets = {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "ADMIN": "sandbox-jira-admin-token"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    logs.configure("error", "console")


class Provisioning:
    """A job whose file names fields that its tools do not have: `Promise status` for `SLA status`, and so on."""

    def __init__(self, folder: Path, sandbox: Sandbox, connection: str, account: str | None) -> None:
        self.job = Job(folder, sandbox)
        self.connection = connection
        self.account = account
        self.output = folder / "set.xml"
        block = rf'\[\[connections\.{connection}\.writeback\.fields\]\][^\[]*value = "ola[^\[]*'
        self.job.text = re.sub(block, "", self.job.text)  # four fields are as good as eight
        for name in FIELDS:
            old, new = f"SLA {name}", f"SLA promise {name}"
            if connection == "snow":
                old, new = (text.lower().replace(" ", "_") for text in (f"u_{old}", f"u_promised {old}"))
            self.job.replace(f'field = "{old}"', f'field = "{new}"')

    def task(self, **more: Any) -> Task:  # noqa: ANN401 - of a task
        (connection,) = [one for one in self.job.config().connections if one.name == self.connection]
        return replace(Task(connection, self.output, self.account), **more)

    def look(self, **more: Any) -> Outcome:  # noqa: ANN401 - as above
        return provision.look(self.task(**more))

    def apply(self, **more: Any) -> Outcome:  # noqa: ANN401 - as above
        return provision.apply(self.job.config(), self.task(**more))

    def undo(self, **more: Any) -> Outcome:  # noqa: ANN401 - as above
        return provision.undo(self.job.config(), self.task(**more))

    def kept(self) -> set[str]:
        state = State.of(self.job.place)
        with ConnectionState(state, self.connection).begin() as transaction:
            found = {thing.id for thing in provisioned.listed(transaction)}
        state.close()
        return found

    def fields(self) -> dict[str, str]:
        """Return the ids of the fields of the Jira that are ours by name."""
        endpoint = self.job.sandbox.jira
        answer = requests.get(
            f"{endpoint.url}/rest/api/2/field", auth=(endpoint.user, endpoint.secret), timeout=PATIENCE
        ).json()
        return {one["name"]: one["id"] for one in answer if " promise " in one["name"]}

    def unwritten(self) -> set[str]:
        """Return the ids of fields that are there and not in the state's list."""
        return set(self.fields().values()) - self.kept()

    def make(self, name: str, kind: str) -> str:
        """Let an administrator make a field."""
        url = f"{self.job.sandbox.jira.url}/rest/api/2/field"
        body = {"name": name, "type": f"com.atlassian.jira.plugin.system.customfieldtypes:{kind}"}
        answer = requests.post(url, json=body, auth=(ADMIN, os.environ["ADMIN"]), timeout=PATIENCE)
        assert answer.ok, answer.text
        return str(answer.json()["id"])

    def act(self, act: str, **asked: object) -> None:
        answer = requests.post(f"{self.job.sandbox.jira.url}/sandbox/{act}", json=asked, timeout=PATIENCE)
        assert answer.ok, answer.text


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Provisioning]:
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        yield Provisioning(tmp_path, sandbox, "jira", "admin@example.com:env:ADMIN")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """For tests that make nothing."""
    with Sandbox(small(tmp_path_factory.mktemp("log")), in_process=True) as running:
        yield running


@pytest.fixture
def looked_at(tmp_path: Path, sandbox: Sandbox) -> Provisioning:
    return Provisioning(tmp_path, sandbox, "jira", "admin@example.com:env:ADMIN")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Provisioning]:
    options = replace(small(tmp_path), jira_deployment="Server")
    with Sandbox(options, in_process=True) as sandbox:
        found = Provisioning(tmp_path, sandbox, "jira", "admin:env:ADMIN")
        found.job.replace('user = "slabridge@example.com"', 'user = "slabridge"')
        yield found


def held(job: Job, name: str = "jira") -> list[dict[str, str | None]]:
    """Return what stands in the written fields of the tickets."""
    with job.connections() as found:
        (natives,) = [natives for connection, _, natives in found if connection.name == name]
        return [dict(native.written) for native in natives]


def test_doctor_finds_nothing_against_what_was_made(cloud: Provisioning) -> None:
    cloud.apply()
    found = [one for name, one in diagnose(cloud.job.config()) if name == "jira"]
    assert {one.check for one in found if one.verdict == "failure"} == set()
    assert "write.fields" in {one.check for one in found}


def test_fields_of_a_cloud_are_made_written_found_again_and_taken_back(cloud: Provisioning) -> None:
    planned = cloud.look()
    assert (planned.trouble, planned.problems) == ("", [])
    assert cloud.fields() == {}
    made = cloud.apply()
    assert (made.exit_code, made.trouble, made.unwritable) == (Exit.COMPLETE, "", [])
    assert [thing.text for thing in made.done] == [thing.text for thing in planned.plan.things]
    assert made.ids == cloud.fields()
    assert len(made.ids) == 4
    assert cloud.job.run().exit_code == Exit.COMPLETE
    written = held(cloud.job)
    assert {one["SLA promise status"] for one in written} >= {"On track", "Paused"}
    assert any(one["SLA promise due"] for one in written)
    again = cloud.apply()
    assert (again.exit_code, again.done, again.plan.things) == (Exit.COMPLETE, [], ())
    gone = cloud.undo()
    assert (gone.exit_code, gone.trouble) == (Exit.COMPLETE, "")
    assert cloud.fields() == {}
    assert cloud.kept() == set()
    assert cloud.undo().plan.things == ()


def with_page(provisioning: Provisioning) -> None:
    """Let the address of the page stand where the holder would."""
    head, name, own = provisioning.job.text.partition(f"[connections.{provisioning.connection}]")
    own = own.replace('value = "sla.holder"', 'value = "timeline"', 1)
    provisioning.job.text = f'{head}{name}{own}\n[web]\nurl = "https://sla.acme.com"\n'


def test_a_field_for_the_page_is_one_that_people_can_follow(cloud: Provisioning) -> None:
    with_page(cloud)
    made = cloud.apply()
    assert (made.exit_code, made.trouble, made.unwritable) == (Exit.COMPLETE, "", [])
    assert any("URL Field" in thing.text for thing in made.done)
    assert cloud.job.run().exit_code == Exit.COMPLETE
    pages = {one["SLA promise holder"] for one in held(cloud.job)} - {None}
    assert pages
    assert all(str(page).startswith("https://sla.acme.com/tickets/jira/") for page in pages)
    found = [one for name, one in diagnose(cloud.job.config()) if name == "jira"]
    assert {one.check for one in found if one.verdict == "failure"} == set()


def test_fields_of_a_data_center_are_made_as_far_as_it_goes_and_the_rest_is_said(server: Provisioning) -> None:
    blind = server.look()
    assert "name their numbers (--screen" in blind.plan.by_hand[-1]
    screens = tuple(screens_of(server))
    made = server.apply(screens=screens)
    assert (made.trouble, len(made.ids), made.ids) == ("", 4, server.fields())
    said = [text for text in made.plan.by_hand if "Edit Options" in text]
    assert [text.partition(", and add: ")[2] for text in said] == ["On track, At risk, Breached, Paused, Met"]
    options = ["On track", "At risk", "Breached", "Paused", "Met"]
    server.act("options", field="SLA promise status", options=options)
    assert server.job.run().exit_code == Exit.COMPLETE
    assert {one["SLA promise status"] for one in held(server.job)} >= {"On track", "Paused"}
    again = server.apply(screens=screens)
    assert (again.exit_code, again.done, again.plan.by_hand) == (Exit.COMPLETE, [], ())
    back = server.undo()
    assert (len(back.done), back.exit_code) == (8, Exit.COMPLETE)
    assert [text for text in back.plan.by_hand if "has no trash: delete" in text] == list(back.plan.by_hand)
    assert server.kept() == set(server.fields().values())


def screens_of(provisioning: Provisioning) -> list[str]:
    """Return the numbers of the screens of the project, as an administrator looks them up."""
    url, auth = f"{provisioning.job.sandbox.jira.url}/rest/api/2/screens", ("admin", "sandbox-jira-admin-token")
    found = requests.get(url, auth=auth, timeout=PATIENCE).json()
    return [str(one["id"]) for one in found if one["name"].startswith("ITSM: ")]


@pytest.mark.parametrize("do", ["reset_before", "reset_after"])
def test_however_often_it_dies_no_field_is_made_twice_and_all_are_remembered(cloud: Provisioning, do: str) -> None:
    deaths = 0
    while True:
        cloud.job.sandbox.clear_faults()
        cloud.job.sandbox.fault("jira", do=do, method="POST", path="/(field|option|fields)$", skip=3)
        outcome = cloud.apply()
        if outcome.exit_code == Exit.COMPLETE:
            break
        assert outcome.exit_code == Exit.DEFERRED
        assert "may have been applied" in outcome.trouble
        deaths += 1
    assert deaths >= 3
    assert len(fields_named(cloud)) == len(cloud.fields()) == 4
    assert cloud.unwritten() == set()
    cloud.job.sandbox.clear_faults()
    cloud.undo()
    assert cloud.fields() == {}


def fields_named(provisioning: Provisioning) -> list[str]:
    endpoint = provisioning.job.sandbox.jira
    url, auth = f"{endpoint.url}/rest/api/2/field", (endpoint.user, endpoint.secret)
    return [one["name"] for one in requests.get(url, auth=auth, timeout=PATIENCE).json() if " promise " in one["name"]]


def test_killed_between_a_call_and_its_note_it_finds_what_it_made(
    cloud: Provisioning, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = []

    def dying(*given: Any) -> None:  # noqa: ANN401 - of the function that it stands for
        notes.append(given)
        if len(notes) == 2:
            raise Killed
        keep(*given)

    keep = provisioned.keep
    with monkeypatch.context() as patch:
        patch.setattr(provisioned, "keep", dying)
        with pytest.raises(Killed):
            cloud.apply()
    assert (len(fields_named(cloud)), cloud.kept()) == (1, set())
    assert cloud.apply().exit_code == Exit.COMPLETE
    assert len(fields_named(cloud)) == 4
    assert cloud.unwritten() == set()


def test_a_run_and_a_provision_do_not_meet(looked_at: Provisioning) -> None:
    state = State.of(looked_at.job.place)
    with lease.held(state), pytest.raises(Busy):
        looked_at.apply()
    state.close()
    assert looked_at.fields() == {}


def test_what_was_taken_back_comes_out_of_the_trash_with_its_values(cloud: Provisioning) -> None:
    first = cloud.apply()
    cloud.job.run()
    before = held(cloud.job)
    cloud.undo()
    again = cloud.apply()
    assert again.ids == first.ids
    assert next(thing.text for thing in again.done if thing.kind == "field").endswith("out of the trash")
    assert held(cloud.job) == before


def test_a_field_of_the_name_that_is_not_ours_is_never_taken(looked_at: Provisioning) -> None:
    looked_at.job.replace('field = "SLA promise holder"', 'field = "Root cause"')
    outcome = looked_at.apply()
    assert outcome.exit_code == Exit.USAGE
    (problem,) = outcome.problems
    assert "connections.jira.writeback.fields[3].field" in problem
    assert 'write field = "customfield_10062"' in problem
    assert looked_at.fields() == {}


def test_a_field_named_by_its_id_is_left_as_it_is(looked_at: Provisioning) -> None:
    looked_at.job.replace('field = "SLA promise holder"', 'field = "customfield_10054"')
    outcome = looked_at.look()
    assert outcome.plan.left == ("customfield_10054 is there, and not made by slabridge",)
    assert "customfield_10054" not in {thing.field for thing in outcome.plan.things}
    looked_at.job.replace('"customfield_10054"', '"customfield_19999"')
    assert "there is no field of this id" in looked_at.look().problems[0]


def test_two_fields_of_one_name_refuse_and_their_ids_are_told(cloud: Provisioning) -> None:
    cloud.apply()
    ids = [cloud.fields()["SLA promise due"], cloud.make(name="SLA promise due", kind="textfield")]
    (problem,) = cloud.apply().problems
    assert problem.endswith(f"2 fields have this name: write the one that is meant, of {', '.join(ids)}")


def test_a_field_of_ours_for_another_type_of_value_is_refused(cloud: Provisioning) -> None:
    cloud.apply()
    cloud.job.replace('value = "sla.holder"', 'value = "sla.started_at"')
    (problem,) = cloud.look().problems
    assert "was made by slabridge for another type of value than sla.started_at (date and time)" in problem


def test_a_new_option_is_added_and_those_of_people_stay(cloud: Provisioning) -> None:
    cloud.apply()
    cloud.act("options", field="SLA promise status", options=["Theirs"])
    cloud.job.replace('on_track = "On track"', 'on_track = "Fine"')
    outcome = cloud.apply()
    assert [thing.kind for thing in outcome.done] == ["options"]
    (options,) = [thing for thing in outcome.done if thing.field == "SLA promise status"]
    assert options.text == "'SLA promise status': Fine"


def test_without_the_right_it_says_which_and_where_it_is_given(looked_at: Provisioning) -> None:
    looked_at.account = None
    outcome = looked_at.look()
    assert outcome.exit_code == Exit.PARTIAL
    assert "Administer Jira" in outcome.trouble
    assert "--as" in outcome.trouble


def test_what_the_account_of_the_configuration_cannot_write_is_said(cloud: Provisioning) -> None:
    cloud.job.sandbox.switch("jira", withheld=("ADMINISTER", "EDIT_ISSUES"))
    outcome = cloud.apply()
    assert outcome.exit_code == Exit.PARTIAL
    assert len(outcome.unwritable) == 4
    assert "cannot be written in ITSM by the account of the configuration" in outcome.unwritable[0]


def test_a_project_that_its_team_manages_is_left_to_the_team(looked_at: Provisioning) -> None:
    looked_at.job.sandbox.switch("jira", by_team=("ITSM",))
    outcome = looked_at.apply()
    looked_at.job.sandbox.switch("jira", by_team=())
    assert (outcome.done, looked_at.fields()) == ([], {})
    (said,) = outcome.plan.by_hand
    assert "'SLA promise status' (Select List (single choice): On track, At risk, Breached, Paused, Met)" in said


def test_undo_leaves_a_field_whose_marker_somebody_took_away(cloud: Provisioning) -> None:
    cloud.apply()
    cloud.act("describe", field="SLA promise due", description="ours now")
    outcome = cloud.undo()
    assert list(cloud.fields()) == ["SLA promise due"]
    assert outcome.plan.by_hand == (
        f"{cloud.fields()['SLA promise due']} has no marker of slabridge in its description any more, and is left as it is",
    )
