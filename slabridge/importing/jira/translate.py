"""The SLA metrics of service projects as a document of the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from slabridge.importing.calendar import calendar
from slabridge.importing.condition import TooLarge, table
from slabridge.importing.document import Imported, Names, Section, native_section
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.jira.calendar import read_calendar
from slabridge.importing.jira.condition import Part, read_conditions
from slabridge.importing.jira.form import CalendarForm, Goal, Metric, read_form
from slabridge.importing.jira.jql import read_jql
from slabridge.importing.time import duration
from slabridge.importing.vocabulary import Vocabulary
from slabridge.importing.wanted import NAMED, Wanted

_ALWAYS = ("", "-1")
_SECOND = 1_000


def translate(
    tables: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[tuple[str, str], str], wanted: Wanted
) -> Imported:
    """Return what metrics and calendars mean; `names` has the names of (field, id)."""
    return _Translation(tables, Vocabulary(wanted.connection, names), wanted).imported()


_OBJECTIVES = ("response", "resolution")
"""What an objective is called where its metric's name has the word."""


@dataclass(slots=True)
class _Translation:
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    vocabulary: Vocabulary
    wanted: Wanted
    calendars: dict[str, Section] = field(default_factory=dict)
    clocks: list[Section] = field(default_factory=list)
    agreements: list[Section] = field(default_factory=list)
    comments: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    native: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, Names] = field(default_factory=dict)

    def imported(self) -> Imported:
        self.names |= {key: Names(self.wanted.taken.get(key, ())) for key in NAMED}
        for raw in self.tables.get("timeMetrics", ()):
            name = str(raw.get("name"))
            try:
                self._add(read_form(Metric, raw))
            except Untranslatable as error:
                self.findings.append(error.finding(name))
                held = f" = {error.text}" if error.text else ""
                self.comments.append(Section((), {}, [f"not translated: {name}: {error.column}{held}: {error.why}"]))
        findings = tuple(dict.fromkeys([*self.vocabulary.checks, *self.findings]))
        sections = [*self.vocabulary.heading(), *self.calendars.values(), *self.clocks, *self.agreements]
        native = native_section(self.wanted, self.native)
        return Imported([*sections, *native, *self.comments], findings, self.native, self.vocabulary.unmapped)

    def _add(self, metric: Metric) -> None:
        definition = metric.config.definition
        conditions = {part: read_conditions(definition, part, self.vocabulary) for part in get_args(Part)}
        if not conditions["start"]:
            raise Untranslatable("start", "", "is empty, so that it never starts")
        targets = [target for goal in metric.config.goals for target in self._target(goal, metric.project)]
        if not targets:
            raise Untranslatable("goals", "", "has no goal with a time")
        try:
            rule = {part: table(condition) for part, condition in conditions.items() if condition}
        except TooLarge:
            raise Untranslatable("definition", "", "has conditions that always hold") from None
        if len(targets) > 1:
            why = (
                "a change in the very act that stops the clock chooses the goal there, and here what was before it does"
            )
            self.vocabulary.say(Kind.DIFFERS, "goals", "", why)
        title = f"{metric.project} {metric.name}" if self._several else metric.name
        clock, agreement = self.names["clocks"].take(title), self.names["agreements"].take(title)
        self.clocks.append(Section(("clocks", clock), rule))
        entries: dict[str, Any] = {"kind": "sla", "name": title}
        entries |= {"scope": scope} if (scope := self._scope(metric.project)) else {}
        self.agreements.append(Section(("agreements", agreement), entries))
        objective = next((word for word in _OBJECTIVES if word in metric.name.casefold()), "time")
        entries = {"clock": clock, "targets": targets}
        self.agreements.append(Section(("agreements", agreement, "objectives", objective), entries))
        self.native[f"{agreement}.{objective}"] = [metric.name]

    @property
    def _several(self) -> bool:
        return len({str(metric.get("project")) for metric in self.tables.get("timeMetrics", ())}) > 1

    def _scope(self, project: str) -> dict[str, Any]:
        scope: dict[str, Any] = {}
        if self.wanted.connection is not None:
            scope["source"] = self.wanted.connection.name
        if self._several:
            scope[self.vocabulary.field("project")] = self.vocabulary.values("project", [project], "project")[0]
        elif project:
            why = f"the metrics are those of {project} alone; let `filter` of the connection take up no other project"
            self.vocabulary.say(Kind.CHECK, "project", project, why)
        return scope

    def _target(self, goal: Goal, project: str) -> list[dict[str, Any]]:
        if goal.duration is None or goal.duration < _SECOND:
            return []
        target: dict[str, Any] = {}
        if goal.jql.strip() and not goal.default:
            condition = read_jql(goal.jql.strip(), project, self.vocabulary)
            target = {"when": table(condition)} if condition and condition[0].tests else {}
        return [target | {"within": duration(goal.duration // _SECOND), "calendar": self._calendar(goal.calendar)}]

    def _calendar(self, id_: str) -> str:
        if id_ not in self.calendars:
            self.calendars[id_] = self._section(id_)
        return self.calendars[id_].path[1]

    def _section(self, id_: str) -> Section:
        names = self.names["calendars"]
        if id_ in _ALWAYS:
            return Section(("calendars", names.take("always")), {"timezone": "UTC", "hours": "24x7"})
        raw = next((one for one in self.tables.get("calendars", ()) if str(one.get("id")) == id_), None)
        if raw is None:
            raise Untranslatable("calendarId", id_, "is not among the calendars that were read")
        found = read_form(CalendarForm, raw)
        pieces, zone = read_calendar(found, self.wanted.horizon)
        entries, comments = calendar(pieces, zone, self.wanted.horizon)
        return Section(("calendars", names.take(found.name)), entries, [f"calendar {found.name!r}", *comments])
