"""Schedules (cmn_schedule) with those that they include, as calendars: one for each schedule and time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slabridge.importing.calendar import calendar
from slabridge.importing.document import Names, Section
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.row import Row
from slabridge.importing.servicenow.calendar import pieces_of, remarks
from slabridge.importing.servicenow.span import Span, read_span
from slabridge.importing.time import known_zone
from slabridge.importing.wanted import Horizon

_FLOATING = {"", "floating"}
_OF_CHANGES = {"maintenance", "blackout"}


@dataclass(slots=True)
class Schedules:
    """The schedules of an instance; `sections` and `findings` grow as calendars are asked for."""

    schedules: Mapping[str, Row]
    spans: Mapping[str, Sequence[Row]]
    children: Mapping[str, Sequence[Row]]
    horizon: Horizon
    names: Names
    sections: dict[tuple[str, str], Section] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def always(self, zone: str) -> str:
        """Return the name of the calendar that counts all time."""
        if ("", zone) not in self.sections:
            path = ("calendars", self.names.take("always" if zone == "UTC" else f"always {zone}"))
            self.sections["", zone] = Section(path, {"timezone": zone, "hours": "24x7"})
        return self.sections["", zone].path[1]

    def zone_of(self, sys_id: str) -> str:
        """Return a schedule's own time zone; "" where it floats.

        Raises:
            Untranslatable: there is no such schedule, or no such zone.
        """
        zone = self._row(sys_id)["time_zone"]
        return "" if zone in _FLOATING else known_zone(zone, "time_zone")

    def calendar(self, sys_id: str, zone: str) -> str:
        """Return the name of the calendar that a schedule is in a zone.

        Raises:
            Untranslatable: it has no equal here. What can be said of it stands in a comment.
        """
        name = self._row(sys_id)["name"]
        if (sys_id, zone) not in self.sections:
            self.sections[sys_id, zone] = self._section(sys_id, name, zone)
        section = self.sections[sys_id, zone]
        if section.off:
            raise Untranslatable("schedule", name, "could not be translated, see above")
        return section.path[1]

    def _row(self, sys_id: str) -> Row:
        if sys_id not in self.schedules:
            raise Untranslatable("schedule", sys_id, "is not among the schedules that were read")
        return self.schedules[sys_id]

    def _section(self, sys_id: str, name: str, zone: str) -> Section:
        several = any(known == sys_id for known, _ in self.sections)
        path = ("calendars", self.names.take(f"{name} {zone}" if several else name))
        comments: list[str] = []
        spans: list[Span] = []
        for row, of_zone in self._rows(sys_id, zone, comments, set()):
            if row.get("type") in _OF_CHANGES:
                why = f"entry {row.get('name')!r} is for the planning of changes, and no time of an SLA"
                self.findings.append(Finding(Kind.DROPPED, name, "type", row.get("type"), why))
                continue
            try:
                spans.append(read_span(row, of_zone))
            except Untranslatable as error:
                self._refuse(error, name, comments, f"entry {row.get('name')!r}")
        if all(span.excluded for span in spans):
            self._refuse(Untranslatable("schedule", name, "has no working time"), name, comments, "")
        pieces = pieces_of(spans, self.horizon)
        entries, said = calendar(pieces, zone, self.horizon)
        if comments:
            return Section(path, entries, [f"schedule {name!r} could not be translated whole:", *comments], off=True)
        self.findings += [finding for span in spans for finding in remarks(span, name, self.horizon)]
        if pieces.listed:
            years = f"from {self.horizon.first} to {self.horizon.last}"
            why = f"what repeats by a rule that the configuration has not is listed by date, {years}"
            self.findings.append(Finding(Kind.DIFFERS, name, "schedule", "", why))
        return Section(path, entries, [f"schedule {name!r}", *said])

    def _rows(self, sys_id: str, zone: str, comments: list[str], seen: set[str]) -> list[tuple[Row, str]]:
        """Return the entries of a schedule and of those that it includes, with the zone of their own schedule."""
        seen.add(sys_id)
        subject = self._row(sys_id)["name"]
        own = self.zone_of(sys_id)
        found = [(row, own) for row in self.spans.get(sys_id, ())]
        if parent := self._row(sys_id)["parent"]:
            self._refuse(Untranslatable("parent", self._named(parent), "has no equal here"), subject, comments, "")
        for link in self.children.get(sys_id, ()):
            child = link["child_schedule"]
            try:
                self._check_child(link, child, zone)
                found += self._rows(child, zone, comments, seen) if child not in seen else []
            except Untranslatable as error:
                self._refuse(error, subject, comments, "")
        return found

    def _check_child(self, link: Row, child: str, zone: str) -> None:
        if link.get("type") not in {"", "include"}:
            raise Untranslatable("type", link.get("type"), f"of the child schedule {self._named(child)} is not include")
        zones = {link.get("time_zone"), self.zone_of(child)} - _FLOATING - {zone}
        if zones:
            raise Untranslatable("child_schedule", self._named(child), f"is of another time zone, {zones.pop()}")

    def _named(self, sys_id: str) -> str:
        return self.schedules[sys_id].get("name") if sys_id in self.schedules else sys_id

    def _refuse(self, error: Untranslatable, subject: str, comments: list[str], what: str) -> None:
        finding = Finding(
            Kind.UNTRANSLATED, subject, error.column, error.text, f"{what}: {error.why}" if what else error.why
        )
        self.findings.append(finding)
        comments.append(f"{error.column} = {error.text}: {finding.why}")
