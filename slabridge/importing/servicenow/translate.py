"""The definitions of an instance as a document of the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slabridge.importing.condition import table
from slabridge.importing.document import Imported, Names, Section, common_words, native_section
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.row import Row, rows_of
from slabridge.importing.servicenow.definition import Definition, Reader
from slabridge.importing.servicenow.group import Group, groups_of, joined, proposals
from slabridge.importing.servicenow.rule import rule_of, targets_of
from slabridge.importing.servicenow.schedule import Schedules
from slabridge.importing.vocabulary import Vocabulary
from slabridge.importing.wanted import NAMED, Wanted

_SHOWN = (
    *(f"{part}_condition" for part in ("start", "stop", "pause", "resume", "reset", "cancel")),
    *("when_to_cancel", "when_to_resume", "duration", "duration_type", "schedule_source", "timezone_source"),
)
"""Columns that stand in the comment of a definition that is not translated."""


def translate(
    tables: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[tuple[str, str], str], wanted: Wanted
) -> Imported:
    """Return what the rows of an instance's tables mean; `names` has the names of (field, code)."""
    return _Translation(tables, names, wanted).imported()


@dataclass(slots=True)
class _Translation:
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    names: Mapping[tuple[str, str], str]
    wanted: Wanted
    clocks: dict[str, Section] = field(default_factory=dict)
    agreements: list[Section] = field(default_factory=list)
    comments: list[Section] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    native: dict[str, list[str]] = field(default_factory=dict)
    name: dict[str, Names] = field(default_factory=dict)

    def imported(self) -> Imported:
        self.name |= {key: Names(self.wanted.taken.get(key, ())) for key in NAMED}
        vocabulary = Vocabulary(self.wanted.connection, self.names)
        schedules = self._schedules()
        own = {} if self.wanted.connection is None else self.wanted.connection.own
        durations = {row.get("sys_id"): row for row in rows_of(self.tables.get("cmn_relative_duration", ()))}
        created = str(own.get("created", "sys_created_on"))
        reader = Reader(vocabulary, schedules, durations, created, self.wanted.timezone)
        definitions: list[Definition] = []
        for row in self._rows():
            try:
                found = reader.read(row)
                rule_of(found)  # what cannot be written is refused by itself, not with its group
                definitions.append(found)
            except Untranslatable as error:
                self._refuse(row, error)
        groups = groups_of(definitions)
        proposed = proposals([group.members[0] for group in groups if not group.field])
        for group in groups:
            self._add(group, proposed)
        if created != "sys_created_on" and any(not one.retroactive for one in definitions):
            why = f"tickets begin here at {created}, and a clock of ServiceNow no earlier than at sys_created_on"
            self.findings.append(Finding(Kind.DIFFERS, "connection", "created", created, why))
        found_all = [*schedules.findings, *vocabulary.checks, *self.findings]
        calendars = list(schedules.sections.values())
        sections = [
            *vocabulary.heading(),
            *calendars,
            *self.clocks.values(),
            *self.agreements,
            *native_section(self.wanted, self.native),
            *self.comments,
        ]
        return Imported(sections, tuple(dict.fromkeys(found_all)), self.native, vocabulary.unmapped)

    def _rows(self) -> list[Row]:
        """Return the definitions that are for the connection's table."""
        own = None if self.wanted.connection is None else self.wanted.connection.own.get("table", "incident")
        found = []
        for row in sorted(rows_of(self.tables.get("contract_sla", ())), key=lambda row: row.get("name")):
            if row.get("active") == "false":
                continue
            if own is None or row.get("collection") == own:
                found.append(row)
            else:
                why = f"is for another table than the connection's, {own}"
                self.findings.append(Finding(Kind.DROPPED, row.get("name"), "collection", row.get("collection"), why))
        return found

    def _schedules(self) -> Schedules:
        return Schedules(
            {row.get("sys_id"): row for row in rows_of(self.tables.get("cmn_schedule", ()))},
            _by(self.tables.get("cmn_schedule_span", ()), "schedule"),
            _by(self.tables.get("cmn_other_schedule", ()), "schedule"),
            self.wanted.horizon,
            self.name["calendars"],
        )

    def _refuse(self, row: Row, error: Untranslatable) -> None:
        name = row.get("name")
        self.findings.append(error.finding(name))
        shown = [f"  {column} = {row.get(column)}" for column in _SHOWN if row.get(column)]
        held = f" = {error.text}" if error.text else ""
        self.comments.append(Section((), {}, [f"not translated: {name}: {error.column}{held}: {error.why}", *shown]))

    def _add(self, group: Group, proposed: Mapping[str, str]) -> None:
        one, reset = joined(group)
        names = [member.name for member in group.members]
        title = (common_words(names) if len(names) > 1 else "") or names[0]
        name = self.name["agreements"].take(title)
        clock = self._clock(title, rule_of(one) | ({} if reset is None else {"reset": reset}))
        calendars = {member.calendar for member in group.members}
        entries: dict[str, Any] = {"kind": one.kind, "name": title}
        if scope := self._scope(one):
            entries["scope"] = scope
        if len(calendars) == 1:
            entries["calendar"] = one.calendar
        comments = [f"of {', '.join(names)}"] if group.field else [proposed[title]] if title in proposed else []
        if self.wanted.connection is None:
            comments.append(f"check: for records of {one.collection}; nothing here says so without a connection")
        for member in group.members:
            self.findings += member.findings
            comments += [f"{finding.kind}: {finding.column}: {finding.why}" for finding in member.findings]
        self.agreements.append(Section(("agreements", name), entries, list(dict.fromkeys(comments))))
        objective = {"clock": clock, "targets": targets_of(group, len(calendars) == 1)}
        self.agreements.append(Section(("agreements", name, "objectives", one.objective), objective))
        self.native[f"{name}.{one.objective}"] = names

    def _scope(self, one: Definition) -> Any:  # noqa: ANN401 - a table, or None
        source = {} if self.wanted.connection is None else {"source": self.wanted.connection.name}
        return source | (table(one.scope) if one.scope else {})

    def _clock(self, title: str, entries: dict[str, Any]) -> str:
        """Return the name of the clock of such a rule."""
        for name, section in self.clocks.items():
            if section.entries == entries:
                return name
        name = self.name["clocks"].take(title)
        self.clocks[name] = Section(("clocks", name), entries)
        return name


def _by(rows: Sequence[Mapping[str, Any]], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows_of(rows):
        found.setdefault(row.get(column), []).append(row)
    return found
