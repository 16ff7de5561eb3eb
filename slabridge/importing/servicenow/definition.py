"""A row of contract_sla in our words: its conditions, its limit and its calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slabridge.importing.condition import Condition, Conjunct, fields_of, opposite
from slabridge.importing.finding import Finding, Kind, Untranslatable
from slabridge.importing.row import Row
from slabridge.importing.servicenow.query import read_query
from slabridge.importing.servicenow.relative import read_relative
from slabridge.importing.servicenow.schedule import Schedules
from slabridge.importing.time import duration, known_zone
from slabridge.importing.vocabulary import Vocabulary

_KINDS = {"SLA": "sla", "OLA": "ola", "Underpinning contract": "uc", "underpinning_contract": "uc"}
_CLASSES = {"SLAConditionBase", "SLAConditionSimple"}
_TYPES = {"", "none", "simple"}
_DROPPED = ("flow", "workflow", "vendor", "service_commitment")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A definition for a table. Conditions are None where they never hold; `limit` is a duration, or a table for `by`.

    Of a retroactive one, `scope` has what does not decide when it starts. `cancels` is how it is cancelled: no_match,
    on_condition or never.
    """

    name: str
    collection: str
    kind: str
    objective: str
    start: Condition
    stop: Condition | None
    pause: Condition | None
    reset: Condition | None
    cancel: Condition | None
    cancels: str
    on_reset: str
    limit: Any
    calendar: str
    retroactive: bool = False
    scope: Condition | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads definitions; `created` is the field that a ticket's beginning is taken from, `timezone` that of callers."""

    vocabulary: Vocabulary
    schedules: Schedules
    durations: Mapping[str, Row]
    created: str
    timezone: str

    def read(self, row: Row) -> Definition:
        """Return a definition.

        Raises:
            Untranslatable: something in it has no equal here.
        """
        name = row["name"]
        self._check_scripts(row)
        findings = [
            Finding(Kind.DROPPED, name, column, row.get(column), "does not decide when time counts")
            for column in _DROPPED
            if row.get(column)
        ]
        if row.get("sys_domain") not in {"", "global"}:
            why = "attaches to tickets of its domain and those below alone; say in `scope` which these are"
            findings.append(Finding(Kind.DIFFERS, name, "sys_domain", row.get("sys_domain"), why))
        limit, more = self._limit(row)
        findings += more
        start = read_query(row["start_condition"], "start_condition", self.vocabulary)
        if not start:
            raise Untranslatable(
                "start_condition", row["start_condition"], "never holds, so that it attaches to no ticket"
            )
        conditions = {key: self._condition(row, key) for key in ("stop", "pause", "reset", "cancel")}
        if conditions["stop"] is None:
            why = "is empty, which never matches: it is never completed, there and here"
            findings.append(Finding(Kind.CHECK, name, "stop_condition", "", why))
        if conditions["reset"] and not all(one.event for one in conditions["reset"]):
            why = "resets at each update while it holds; here a change and a comment of one update are two"
            findings.append(Finding(Kind.DIFFERS, name, "reset_condition", row["reset_condition"], why))
        cancels = self._one_of(row, "when_to_cancel", ("no_match", "on_condition", "never"))
        found = Definition(
            name=name,
            collection=row["collection"],
            kind=_KINDS[self._one_of(row, "type", tuple(_KINDS))],
            objective=row["target"] if row["target"] in {"response", "resolution"} else "time",
            start=start,
            stop=conditions["stop"],
            pause=self._pause(row, limit, conditions["pause"]),
            reset=conditions["reset"],
            cancel=conditions["cancel"] if cancels == "on_condition" else None,
            cancels=cancels,
            on_reset=self._one_of(row, "reset_action", ("cancel", "complete")) if conditions["reset"] else "cancel",
            limit=limit,
            calendar=self._calendar(row, isinstance(limit, Mapping)),
            findings=findings,
        )
        return self._retroactive(row, found) if row.true("retroactive") else found

    def _condition(self, row: Row, key: str) -> Condition | None:
        column = f"{key}_condition"
        return read_query(row[column], column, self.vocabulary) or None

    def _one_of(self, row: Row, column: str, known: tuple[str, ...]) -> str:
        if row[column] not in known:
            raise Untranslatable(column, row[column], f"is none of {', '.join(known)}")
        return row[column]

    def _check_scripts(self, row: Row) -> None:
        by_name = [row.get(f"condition_class{part}") for part in ("", ".name", ".class_name")]  # of releases
        if row["condition_class"] and not _CLASSES & set(by_name):
            raise Untranslatable("condition_class", by_name[1] or by_name[0], "decides by a script of its own")
        for column in ("adv_condition_type", "advanced_condition_type"):
            if row.get(column) not in _TYPES:
                raise Untranslatable(column, row.get(column), "decides by more than the record's values")
        if row.get("sys_overrides"):
            raise Untranslatable("sys_overrides", row.get("sys_overrides"), "overrides a definition of another domain")

    def _limit(self, row: Row) -> tuple[Any, list[Finding]]:
        """Return the duration as text, or the deadline."""
        if relative := row["duration_type"]:
            if relative not in self.durations:
                raise Untranslatable("duration_type", relative, "is no relative duration that was read")
            if row.get("relative_duration_works_on") not in {"", "Task record"}:
                raise Untranslatable(
                    "relative_duration_works_on", row.get("relative_duration_works_on"), "has no equal here"
                )
            return read_relative(self.durations[relative], row["name"], self.vocabulary)
        try:
            length = datetime.fromisoformat(f"{row['duration']}+00:00") - _EPOCH
        except ValueError:
            raise Untranslatable("duration", row["duration"], "is no duration") from None
        if length <= timedelta(0):
            raise Untranslatable("duration", row["duration"], "is no time at all")
        return duration(length // timedelta(seconds=1)), []

    def _pause(self, row: Row, limit: Any, pause: Condition | None) -> Condition | None:  # noqa: ANN401 - text or a table
        if pause is None or isinstance(limit, Mapping):  # which never pauses
            return None
        if row["when_to_resume"] != "no_match":
            text = row["resume_condition"]
            raise Untranslatable(
                "resume_condition", text, "a pause that ends by a condition of its own has no equal here"
            )
        return pause

    def _calendar(self, row: Row, dated: bool) -> str:
        source = row["schedule_source"]
        if source == "no_schedule":
            return self.schedules.always(self._zone(row) if dated else "UTC")
        if source != "sla_definition":
            text = row.get("schedule_source_field") or source
            raise Untranslatable(
                "schedule_source", text, 'takes the schedule of the ticket; write calendar = { field = "..." }'
            )
        schedule = row["schedule"]
        if not schedule:
            return self.schedules.always(self._zone(row) if dated else "UTC")
        return self.schedules.calendar(schedule, self.schedules.zone_of(schedule) or self._zone(row))

    def _zone(self, row: Row) -> str:
        """Return the time zone of a definition whose schedule has none."""
        source = row["timezone_source"]
        if source == "sla.timezone" and row["timezone"]:
            return known_zone(row["timezone"], "timezone")
        if not self.timezone:
            why = "and the schedule has no time zone of its own; say with --timezone whose time counts"
            raise Untranslatable("timezone_source", source, why)
        why = f"the time zone is that of each ticket there, and here that of --timezone, {self.timezone}, for all"
        self.vocabulary.checks[Finding(Kind.DIFFERS, row["name"], "timezone_source", source, why)] = None
        return self.timezone

    def _retroactive(self, row: Row, found: Definition) -> Definition:
        """Return a definition that starts with the ticket: what does not change as it goes on becomes its scope."""
        begin = row["set_start_to"]
        if begin != self.created:
            raise Untranslatable(
                "set_start_to",
                begin,
                f"is not the beginning of tickets here, {self.created}; see `created` of the connection",
            )
        moving = {name for one in (found.stop, found.pause, found.cancel) if one for name in fields_of(one)}
        if len(found.start) != 1:
            raise Untranslatable("retroactive", "true", "beside alternatives in start_condition has no equal here")
        (conjunct,) = found.start
        start = {name: test for name, test in conjunct.tests.items() if name in moving}
        scope = {name: test for name, test in conjunct.tests.items() if name not in moving}
        if found.reset is not None:
            raise Untranslatable(
                "reset_condition", row["reset_condition"], "beside a retroactive start has no equal here"
            )
        if scope and found.cancels != "no_match":
            why = "keeps a retroactive clock whose start condition holds no more, which has no equal here"
            raise Untranslatable("when_to_cancel", found.cancels, why)
        begins = (Conjunct(start),) if start else opposite(found.stop or ())
        if begins is None:
            raise Untranslatable("retroactive", "true", "beside a start_condition without a state has no equal here")
        why = "a ticket that is reopened gets the time since its beginning there, and a new clock from zero here"
        findings = [Finding(Kind.DIFFERS, found.name, "retroactive", "true", why)]
        if row.get("retroactive_pause") != "true" and found.pause is not None:
            why = "pauses before the definition attaches are not looked at there, and here they are"
            findings.append(Finding(Kind.DIFFERS, found.name, "retroactive_pause", row.get("retroactive_pause"), why))
        return replace(
            found,
            start=begins,
            scope=(Conjunct(scope),) if scope else None,
            retroactive=True,
            findings=[*found.findings, *findings],
        )
