"""What results need in a ServiceNow: looked at by REST, made and taken back by an update set that a person imports.

By REST an administrator could make all of it, but it would land in whatever update set is current, cannot be reviewed,
and access rules ask for a role that no REST session can elevate to. See `connectors.interface.Provisioner`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from connectors.errors import Refused
from connectors.http.rules import Rules
from connectors.http.session import Http
from connectors.interface import Kind, Plan, Thing, WantedField, Where
from connectors.servicenow.page import Record
from connectors.servicenow.provision import words
from connectors.servicenow.provision.access import ROLE, role_id, rule_id
from connectors.servicenow.provision.dictionary import TYPES
from connectors.servicenow.provision.instance import Instance
from connectors.servicenow.provision.needed import read_tables
from connectors.servicenow.provision.record_of import KINDS, thing_of, update_of
from connectors.servicenow.provision.update_set import document, label_of, sys_id
from connectors.servicenow.query import equal, name
from connectors.servicenow.rate import RULES
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables

_ALSO_TAKEN = {Kind.CHOICE: ("string",), Kind.NUMBER: ("longint",), Kind.ADDRESS: ("string",)}
"""Types of columns that hold a kind of value as well as the one that we make."""


class ServiceNowProvisioner:
    """An administrator of an instance. See `Provisioner`.

    Raises:
        Refused: the settings cannot be used: url, a table.
    """

    rules: ClassVar[Rules] = RULES

    def __init__(self, settings: ServiceNowSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._table = name(settings.result_table or settings.table)
        self._records = Records(Tables(settings, http), settings)

    def plan(self, wanted: Sequence[WantedField], where: Where) -> Plan:
        """Compare with what is there: columns of other types refuse, those that are there and not ours are left."""
        if where.projects or where.screens:
            raise Refused(f"{self._settings.name}: --project and --screen are for Jira")
        instance = Instance(self._records)
        own = self._settings.result_table
        columns = instance.columns(self._table, [one.field for one in wanted] + self._reference, inherited=not own)
        problems = [*_unfit(wanted, self._table, columns)]
        if problems:
            return Plan(problems=tuple(problems))
        made = [one for one in wanted if self._is_ours(one.field, columns)]
        foreign = [one.field for one in wanted if one not in made]
        left = [f"{field} of {self._table} is there, and not made by slabridge" for field in foreign]
        things = [*self._own_table(instance, wanted, columns), *self._columns(made)]
        role = instance.role()
        if role in {"", role_id()}:
            things.append(thing_of("role", "", ROLE))
        rules, unruled = self._rules(instance, made, things)
        things += rules
        things = sorted(things, key=lambda thing: KINDS.index(thing.kind))
        there = instance.there(things)
        there -= {one.id for one in things if one.kind == "choices" and one.id in there and instance.lacks_choices(one)}
        new = tuple(one for one in things if one.id not in there)
        by_hand: list[str] = []
        if new:
            known = "sys_security_acl" not in instance.unread
            by_hand += [*words.unread(sorted(instance.unread)), *words.IMPORT, *words.after_import(self._settings)]
            by_hand += words.unruled(unruled, known=known)
        held = tuple(one for one in things if one.id in there)
        return Plan(new, held, tuple(left), by_hand=tuple(by_hand), file=self._set(new) if new else None)

    def make(self, plan: Plan) -> Iterator[Thing]:
        """Yield what is in the file: it is made when somebody imports that."""
        yield from plan.things

    def undoing(self, made: Sequence[Thing]) -> Plan:
        """Return a set that deletes what is still there, in the opposite order."""
        instance = Instance(self._records)
        there = instance.there(made)
        unread = [one for one in made if one.id not in there and _table_of(one.kind) in instance.unread]
        there |= {one.id for one in unread}
        shared = {one.id for one in made if _is_shared(one)} if instance.ruled() - _rules_of(made) else set()
        order = sorted(made, key=lambda thing: -KINDS.index(thing.kind))
        things = tuple(thing for thing in order if thing.id in there - shared)
        held = tuple(thing for thing in made if thing.id not in there - shared)
        left = (words.SHARED,) if shared & there else ()
        if not things:
            return Plan(held=held, left=left)
        by_hand = (words.LOST, *words.IMPORT, words.BACK_OUT)
        return Plan(things, held, left, by_hand=by_hand, file=self._set(things, deletes=True))

    def undo(self, plan: Plan) -> Iterator[Thing]:  # noqa: ARG002 - it is gone when somebody has imported the file
        """Yield nothing: things are gone when somebody has imported the file."""
        yield from ()

    def unwritable(self, there: Sequence[Thing], where: Where) -> Sequence[str]:  # noqa: ARG002 - there is one table
        """Read a record: fields that it has not are hidden. Whether they may be written only a write shows."""
        fields = [thing.field for thing in there if thing.kind == "column" and thing.field]
        rows = self._records.page(self._table, "", ["sys_id", *fields], limit=1).rows
        return [
            f"{field} of {self._table} cannot be read by the account of the configuration: has it the role {ROLE}?"
            for row in rows
            for field in fields
            if field not in row
        ]

    def close(self) -> None:
        """Give connections back."""
        self._records.close()
        self._http.close()

    @property
    def _reference(self) -> list[str]:
        return [self._settings.result_reference] if self._settings.result_table else []

    def _is_ours(self, element: str, columns: Mapping[str, Record]) -> bool:
        """Return whether a column is to be made, or was made by us."""
        entry = columns.get(element)
        return entry is None or entry["sys_id"] == sys_id("sys_dictionary", self._table, element)

    def _columns(self, wanted: Sequence[WantedField]) -> Iterator[Thing]:
        for one in wanted:
            said = f"{one.field} of {self._table}"
            detail = {"table": self._table, "element": one.field, "label": label_of(one.field)}
            more = {"options": list(one.options)} if one.options else {}
            text = f'{said}, "{detail["label"]}" ({TYPES[one.kind][1]})'
            yield thing_of("column", one.field, text, **detail, type=one.kind.value, **more)
            yield thing_of("label", one.field, "", **detail)
            if one.options:
                choices = f"{said}: {', '.join(one.options)}"
                yield thing_of("choices", one.field, choices, **detail, options=list(one.options))

    def _own_table(
        self, instance: Instance, wanted: Sequence[WantedField], columns: Mapping[str, Record]
    ) -> list[Thing]:
        """Return our table of results with its reference, list and form, where it is to be made or was made by us."""
        table, reference = self._settings.result_table, self._settings.result_reference
        if not table:
            return []
        made = thing_of("table", "", table, table=table, label=label_of(table))
        if instance.has_table(table) and not instance.there([made]):
            return []
        elements = [reference, *(one.field for one in wanted)]
        things = [
            made,
            thing_of("collection", "", "", table=table, label=label_of(table)),
            thing_of("list", "", table, table=table, elements=elements),
            thing_of("form", "", table, table=table, elements=elements),
        ]
        if self._is_ours(reference, columns):
            detail = {"table": table, "element": reference, "label": label_of(reference)}
            text = f'{reference} of {table}, "{detail["label"]}" (Reference to task)'
            things.append(thing_of("column", "", text, **detail, type="reference", to="task"))
            things.append(thing_of("label", "", "", **detail))
        return things

    def _rules(
        self, instance: Instance, made: Sequence[WantedField], things: Sequence[Thing]
    ) -> tuple[list[Thing], list[tuple[str, str]]]:
        """Return the rules that are ours to make, and those that only a person may make.

        A first rule of a table takes the place of wider ones, and would shut out whoever reads by them. So on tables
        that are not ours a rule is only added to others of the same name.
        """
        ours = [(f"{self._table}.{one.field}", "write") for one in made]
        others = [(table, "read") for table in read_tables(self._settings, self._referred(instance))]
        operations = ("create", "read", "write") if self._settings.result_table else ("write",)
        is_ours = any(thing.kind == "table" for thing in things)
        (ours if is_ours else others).extend((self._table, operation) for operation in operations)
        there = instance.rules(list(dict.fromkeys(table for table, _ in others)))
        added = [rule for rule in others if there.get(rule, set()) - {rule_id(*rule)}]
        left = [rule for rule in others if rule not in added and rule_id(*rule) not in there.get(rule, set())]
        found = []
        for table, operation in [*ours, *added]:
            said = f"{ROLE} may {operation} {table}"
            found.append(thing_of("rule", "", said, name=table, operation=operation))
            found.append(thing_of("rule's role", "", "", name=table, operation=operation))
        return found, left

    def _referred(self, instance: Instance) -> list[str]:
        """Return the tables that mapped fields refer to."""
        heads = list(dict.fromkeys(field.partition(".")[0] for field in self._settings.fields))
        entries = instance.columns(self._settings.table, heads, inherited=True)
        return [entry.get("reference") or "" for entry in entries.values()]

    def _set(self, things: Sequence[Thing], *, deletes: bool = False) -> bytes:
        updates = [update_of(thing, deletes=deletes) for thing in things]
        title = f"slabridge results of {self._settings.table}" + (", undone" if deletes else "")
        what = "Takes back what slabridge made" if deletes else "What slabridge writes its results into"
        return document(title, f"{what}: {len(updates)} changes. Layouts of tickets are not among them.", updates)


def _unfit(wanted: Sequence[WantedField], table: str, columns: Mapping[str, Record]) -> Iterator[str]:
    """Yield why columns cannot be made as they are wanted."""
    for one in wanted:
        entry = columns.get(one.field)
        if entry is None and not one.field.startswith("u_"):
            yield f"{one.place}: {one.field!r}: {table} has no such column, and one that is made begins with u_"
        elif entry is not None and not _holds(entry, one.kind):
            yield (
                f"{one.place}: {one.field!r}: this column of {entry['name']} is of type {entry.get('internal_type')}, "
                f"and {one.value} is a {one.kind}: name another column"
            )
        for option in one.options:
            try:
                equal("value", option)
                unfit = not option.isprintable()
            except Refused:
                unfit = True
            if unfit:
                yield f"{one.place}: {one.field!r}: {option!r} cannot be a choice: leave out ^ and control characters"


def _is_shared(thing: Thing) -> bool:
    """Return whether a thing is of no column: the role, and rules of whole tables."""
    return thing.kind == "role" or (thing.kind in {"rule", "rule's role"} and "." not in thing.detail["name"])


def _rules_of(things: Sequence[Thing]) -> set[str]:
    return {rule_id(one.detail["name"], one.detail["operation"]) for one in things if one.kind == "rule"}


def _holds(entry: Record, kind: Kind) -> bool:
    return entry.get("internal_type") in {TYPES[kind][0], *_ALSO_TAKEN.get(kind, ())}


def _table_of(kind: str) -> str:
    """Return the table of the instance that shows whether a thing of a kind is there."""
    return {
        "role": "sys_user_role",
        "rule": "sys_security_acl",
        "rule's role": "sys_security_acl_role",
        "table": "sys_db_object",
        **dict.fromkeys(("collection", "list", "form"), "sys_db_object"),
    }.get(kind, "sys_dictionary")
