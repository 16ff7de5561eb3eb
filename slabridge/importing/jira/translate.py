"""The SLA metrics of service projects as a document of the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slabridge.importing.calendar import calendar
from slabridge.importing.condition import TooLarge, table
from slabridge.importing.document import Imported, Names, Section
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.jira.calendar import read_calendar
from slabridge.importing.jira.condition import read_conditions
from slabridge.importing.jira.jql import read_jql
from slabridge.importing.time import duration
from slabridge.importing.vocabulary import SUBJECT, Vocabulary
from slabridge.importing.wanted import Wanted

_ALWAYS = "-1"


def translate(
    tables: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[tuple[str, str], str], wanted: Wanted
) -> Imported:
    """Return what metrics and calendars mean; `names` has the names of (field, id)."""
    return _Translation(tables, Vocabulary(wanted.connection, names), wanted).imported()


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
    names: dict[str, Names] = field(
        default_factory=lambda: {key: Names() for key in ("calendars", "clocks", "agreements")}
    )

    def imported(self) -> Imported:
        metrics = self.tables.get("timeMetrics", ())
        for metric in metrics:
            name = str(metric.get("name"))
            try:
                self._add(metric, name)
            except Untranslatable as error:
                self.findings.append(error.finding(name))
                self.comments.append(
                    Section((), {}, [f"not translated: {name}: {error.column} = {error.text}: {error.why}"])
                )
        checks = [
            Section((), {}, [f"{one.kind}: {one.column} {one.text}: {one.why}" for one in self.vocabulary.checks])
        ]
        native = []
        if self.wanted.connection is not None and self.native:
            path = ("connections", self.wanted.connection.name, "native")
            native = [Section(path, dict(self.native), [], off=self.wanted.named)]
        sections = [
            *(checks if self.vocabulary.checks else ()),
            *self.calendars.values(),
            *self.clocks,
            *self.agreements,
        ]
        findings = tuple(dict.fromkeys([*self.vocabulary.checks, *self.findings]))
        return Imported([*sections, *native, *self.comments], findings, self.native, self.vocabulary.unmapped)

    def _add(self, metric: Mapping[str, Any], name: str) -> None:
        project = str(metric.get("project", ""))
        conditions = {key: read_conditions(metric, key, self.vocabulary) for key in ("start", "pause", "stop")}
        if not conditions["start"]:
            raise Untranslatable("start", "", "is empty, so that it never starts")
        goals = metric.get("config", {}).get("goals") or ()
        targets = [target for goal in goals for target in self._target(goal, project)]
        if not targets:
            raise Untranslatable("goals", "", "has no goal with a time")
        try:
            rule = {key: table(condition) for key, condition in conditions.items() if condition}
        except TooLarge:
            raise Untranslatable("definition", "", "has conditions that always hold") from None
        title = f"{project} {name}" if self._several() else name
        if len(targets) > 1:
            why = "a change in the very act that stops the clock chooses the goal there, and here the one before it stands"
            self.vocabulary.checks[Finding(Kind.DIFFERS, SUBJECT, "goals", "", why)] = None
        clock, agreement = self.names["clocks"].take(title), self.names["agreements"].take(title)
        self.clocks.append(Section(("clocks", clock), rule))
        entries: dict[str, Any] = {"kind": "sla", "name": title}
        entries |= {"scope": scope} if (scope := self._scope(project)) else {}
        self.agreements.append(Section(("agreements", agreement), entries))
        objective = {"clock": clock, "targets": targets}
        self.agreements.append(Section(("agreements", agreement, "objectives", "time"), objective))
        self.native[f"{agreement}.time"] = [name]

    def _several(self) -> bool:
        return len({metric.get("project") for metric in self.tables.get("timeMetrics", ())}) > 1

    def _scope(self, project: str) -> dict[str, Any]:
        scope: dict[str, Any] = {}
        if self.wanted.connection is not None:
            scope["source"] = self.wanted.connection.name
        if self._several():
            scope[self.vocabulary.field("project")] = self.vocabulary.values("project", [project], "project")[0]
        elif project:
            why = f"the metrics are those of {project} alone; let `filter` of the connection take up no other project"
            self.vocabulary.checks[Finding(Kind.CHECK, SUBJECT, "project", project, why)] = None
        return scope

    def _target(self, goal: Mapping[str, Any], project: str) -> list[dict[str, Any]]:
        within = goal.get("duration")
        if not isinstance(within, int) or within < 1_000:
            return []
        target: dict[str, Any] = {}
        text = str(goal.get("jqlQuery") or "").strip()
        if text and not goal.get("defaultGoal"):
            condition = read_jql(text, project, self.vocabulary)
            target = {} if not condition or not condition[0].tests else {"when": table(condition)}
        return [target | {"within": duration(within // 1_000), "calendar": self._calendar(goal)}]

    def _calendar(self, goal: Mapping[str, Any]) -> str:
        id_ = str(goal.get("calendarId") or _ALWAYS)
        if id_ not in self.calendars:
            self.calendars[id_] = self._section(id_, str(goal.get("calendarName") or id_))
        return self.calendars[id_].path[1]

    def _section(self, id_: str, name: str) -> Section:
        if id_ == _ALWAYS:
            path = ("calendars", self.names["calendars"].take("always"))
            return Section(path, {"timezone": "UTC", "hours": "24x7"})
        raw = next((one for one in self.tables.get("calendars", ()) if str(one.get("id")) == id_), None)
        if raw is None:
            raise Untranslatable("calendarId", name, "is not among the calendars that were read")
        pieces, zone = read_calendar(raw, self.wanted.horizon)
        entries, comments = calendar(pieces, zone, self.wanted.horizon)
        path = ("calendars", self.names["calendars"].take(str(raw.get("name") or name)))
        return Section(path, entries, [f"calendar {raw.get('name')!r}", *comments])
