"""Fields of a Jira: looked for, made, put on screens, and taken back. See `connectors.interface.Provisioner`.

Names of fields are not unique, and a lost answer to the making of one does not say whether it was made: so a field is
ours by the marker in its description, and is looked for before it is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from connectors.errors import Refused
from connectors.http.rules import Rules
from connectors.http.session import Http
from connectors.interface import Kind, Plan, Thing, WantedField, Where
from connectors.jira.client import CLOUD, Client
from connectors.jira.jql import checked
from connectors.jira.provision import words
from connectors.jira.provision.administration import Administration
from connectors.jira.provision.cloud import CloudAdministration
from connectors.jira.provision.data_center import DataCenterAdministration
from connectors.jira.provision.definition import is_ours
from connectors.jira.provision.found import Found, look_for
from connectors.jira.provision.project import Project, met, projects_of
from connectors.jira.provision.tab import Screen, put, read_screens, take_off
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings

FIELD, OPTIONS, SCREEN = "field", "options", "screen"


class JiraProvisioner:
    """An administrator of a Jira site. See `Provisioner`."""

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: JiraSettings, http: Http) -> None:
        self._client = Client(settings, http)
        self._settings = settings
        try:
            self._filter = checked(settings.filter)
        except Refused as error:
            raise Refused(f"{settings.name}: {error}") from None

    def plan(self, wanted: Sequence[WantedField], where: Where) -> Plan:
        """Look for the fields, and where one is missing or lacks something that we may add, plan it."""
        self._require_right()
        found, problems = look_for(wanted, self._client.fields(), self._administration)
        if problems:
            return Plan(problems=tuple(problems))
        ours = [one for one in found if one.ours]
        if not ours:
            return Plan(left=words.left(found))
        projects = projects_of(self._client, self._filter, where.projects, cloud=self._cloud)
        managed = [project for project in projects if not project.by_team]
        screens = read_screens(self._client, self._administration.screens(managed, where))
        things: list[Thing] = []
        held: list[Thing] = []
        by_hand = [*words.by_team(projects, ours)]
        for one in ours if managed else ():
            new, there, left = self._of_field(one, managed, screens)
            things += new
            held += there
            by_hand += left
        if managed and not screens:
            by_hand.append(words.screens(managed))
        ids = {one.wanted.field: one.id for one in ours if one.id and one.wanted.field != one.id}
        return Plan(tuple(things), tuple(held), words.left(found), ids, tuple(by_hand))

    def make(self, plan: Plan) -> Iterator[Thing]:
        """Make one thing after the other; the ids of new fields go into what is made of them."""
        ids = dict(plan.ids)
        for thing in plan.things:
            id_ = ids.get(thing.field, thing.field)
            detail = thing.detail
            if thing.kind == FIELD and thing.id:
                CloudAdministration(self._client).restore(thing.id)
                id_ = thing.id
            elif thing.kind == FIELD:
                id_ = self._administration.create(_wanted(thing), detail["projects"])
            elif thing.kind == OPTIONS:
                CloudAdministration(self._client).add(id_, detail["options"], detail["projects"])
            else:
                put(self._client, detail["screen"], detail["tab"], id_)
            ids[thing.field] = id_
            yield replace(thing, id=_identity(thing, id_))

    def undoing(self, made: Sequence[Thing]) -> Plan:
        """Take fields off the screens, and then into the trash, if they still have our marker."""
        self._require_right()
        there = {str(entry["id"]): entry for entry in self._client.fields()}
        things: list[Thing] = []
        held: list[Thing] = []
        by_hand: list[str] = []
        fields = {thing.id: thing for thing in made if thing.kind == FIELD}
        for id_, thing in fields.items():
            parts = [one for one in made if one.kind != FIELD and one.id.split("/")[-1] == id_]
            if id_ not in there:
                held += [*parts, thing]
            elif not is_ours(self._administration.description(there[id_])):
                by_hand.append(words.not_ours_any_more(id_))
            else:
                things += [one for one in parts if one.kind == SCREEN]
                held += [one for one in parts if one.kind != SCREEN]
                if self._cloud:
                    things.append(thing)
                else:
                    by_hand.append(words.delete(id_, str(there[id_]["name"])))
        return Plan(tuple(things), tuple(held), by_hand=tuple(by_hand))

    def undo(self, plan: Plan) -> Iterator[Thing]:
        """Take back one thing after the other."""
        for thing in plan.things:
            if thing.kind == SCREEN:
                take_off(self._client, thing.detail["screen"], thing.detail["tab"], thing.id.split("/")[-1])
            else:
                CloudAdministration(self._client).trash(thing.id)
            yield thing

    def unwritable(self, there: Sequence[Thing], where: Where) -> Sequence[str]:
        """Ask for the edit screen of an issue of each project of the plan: the only proof that a write will be taken.

        Projects that nobody named are looked for as this account sees them: a search refuses one that is hidden.
        """
        missing: list[str] = []
        fields = [thing for thing in there if thing.kind == FIELD]
        ids = [thing.id for thing in fields]
        planned = {project for thing in fields for project in thing.detail["projects"]}
        for project in met(self._client, self._filter, planned if where.projects else (), cloud=self._cloud):
            if project.id not in planned:
                continue
            shown = self._client.get("issue", project.issue, "editmeta").body.get("fields")
            editable = shown if isinstance(shown, dict) else {}
            missing += [words.not_on_screen(id_, project) for id_ in ids if id_ not in editable]
        return missing

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _of_field(
        self, found: Found, projects: Sequence[Project], screens: Sequence[Screen]
    ) -> tuple[list[Thing], list[Thing], list[str]]:
        """Return what is to be made of a field, what is there of it, and what is left to people."""
        wanted, known = found.wanted, "" if found.trashed else found.id
        about = {"projects": [project.id for project in projects]}
        detail = {**about, "value": wanted.value, "kind": wanted.kind.value}
        field = Thing(FIELD, wanted.field, words.field(found), found.id, detail)
        things, held = ([], [field]) if known else ([field], [])
        by_hand: list[str] = []
        if wanted.options:
            lacking = self._administration.lacking(known, wanted.options) if known else wanted.options
            options = Thing(OPTIONS, wanted.field, words.options(wanted.field, lacking or ()))
            if lacking is None or (lacking and not self._cloud):
                by_hand.append(words.paste(wanted.field, lacking or wanted.options))
            elif lacking:
                things.append(replace(options, detail={**about, "options": list(wanted.options)}))
        for screen in screens:
            tab = screen.fields.get(known, "")
            place = Thing(SCREEN, wanted.field, words.place(wanted.field, screen.id))
            place = replace(place, detail={"screen": screen.id, "tab": tab or screen.tab})
            if tab:
                held.append(replace(place, id=_identity(place, known)))
            else:
                things.append(place)
        return things, held, by_hand

    def _require_right(self) -> None:
        """Return if the account administers the site.

        Raises:
            Refused: it does not; where the right is given.
        """
        menu = "Settings" if self._cloud else "Administration"
        held = self._client.get("mypermissions", permissions="ADMINISTER").body.get("permissions")
        right = held.get("ADMINISTER") if isinstance(held, dict) else None
        if not isinstance(right, dict) or right.get("havePermission") is not True:
            raise Refused(
                f"{self._client.name}: making fields takes the global permission Administer Jira, which the account "
                "lacks: sign in as an administrator for this one command (--as), or give it the permission under "
                f"{menu} > System > Global permissions"
            )

    @cached_property
    def _cloud(self) -> bool:
        return bool(self._client.server()["deploymentType"] == CLOUD)

    @cached_property
    def _administration(self) -> Administration:
        return (CloudAdministration if self._cloud else DataCenterAdministration)(self._client)


def _wanted(thing: Thing) -> WantedField:
    return WantedField(thing.field, "", thing.detail["value"], Kind(thing.detail["kind"]))


def _identity(thing: Thing, field: str) -> str:
    """Return the id of a thing: that of its field, with what it is of it before that."""
    if thing.kind == FIELD:
        return field
    if thing.kind == OPTIONS:
        return f"{OPTIONS}/{field}"
    return f"{thing.detail['screen']}/{thing.detail['tab']}/{field}"
