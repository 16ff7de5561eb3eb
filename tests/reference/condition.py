"""A ticket's rows, and the conditions that hold at them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.reference.calendar import Calendar, instant

Values = frozenset[str]
"""What a field holds, as texts; empty is unset."""


Condition = dict[str, Any] | list[dict[str, Any]]
"""As TOML gives it."""


@dataclass
class Row:
    """The fields hold their values after the row; `before` is what they held before it."""

    at: int
    kind: str  # created, entry or comment
    fields: dict[str, Values]
    before: dict[str, Values]
    comment: dict[str, Any]


def values_of(value: object) -> Values:
    """Return a JSON or TOML value as texts: null, "", [] and [null] are unset, a number is the text JSON writes."""
    items = value if isinstance(value, list) else [value]
    return frozenset(item if isinstance(item, str) else json.dumps(item) for item in items if item not in (None, ""))


def rows_of(ticket: dict[str, Any], calendars: dict[str, Calendar]) -> list[Row]:
    """Return all rows of a ticket in the order in which they are replayed."""
    created = instant(datetime.fromisoformat(ticket["created"]))

    def in_time(items: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
        timed = [(max(created, instant(datetime.fromisoformat(item["at"]))), item) for item in items]
        return sorted(timed, key=lambda pair: pair[0])  # stable: at one instant in their order

    entries = in_time(ticket.get("history", []))
    comments = in_time(ticket.get("comments", []))

    fields = {name: values_of(value) for name, value in ticket["fields"].items()}
    for _, entry in reversed(entries):  # so that the first change of a field has the last word
        for name, (before, _) in entry["changes"].items():
            fields[name] = values_of(before)
    fields["source"] = values_of(ticket["source"])
    fields["opened_in"] = frozenset(name for name, each in calendars.items() if each.elapsed(created, created + 1))
    fields["last_comment"] = fields["last_public_comment"] = frozenset()

    rows = [Row(created, "created", fields, {}, {})]
    waiting = [(at, 0, "entry", entry) for at, entry in entries]
    waiting += [(at, 1, "comment", comment) for at, comment in comments]
    for at, _, kind, item in sorted(waiting, key=lambda each: each[:2]):
        before = rows[-1].fields
        if kind == "entry":
            after = {**before, **{name: values_of(to) for name, (_, to) in item["changes"].items()}}
            rows.append(Row(at, kind, after, before, {}))
        else:
            after = dict(before)
            if item["role"] != "system":
                after["last_comment"] = values_of(item["role"])
                if item["public"]:
                    after["last_public_comment"] = values_of(item["role"])
            rows.append(Row(at, kind, after, before, item))
    return rows


def holds(condition: Condition, row: Row) -> bool:
    """Return whether a condition holds at a row. A list of tables: any. A table: every entry must hold."""
    if isinstance(condition, list):
        return any(holds(table, row) for table in condition)
    entries = dict(condition)
    if "not" in entries and holds(entries.pop("not"), row):
        return False
    event = entries.pop("event", None)
    keys = {"comment": ("role", "public", "by"), "change": ("field", "from", "to")}.get(event, ())
    about = {key: entries.pop(key) for key in keys if key in entries}
    if event == "comment" and not is_comment(about, row):
        return False
    if event == "created" and row.kind != "created":
        return False
    if event == "change" and not is_change(about, row):
        return False
    return all(entry_holds(name, wanted, row) for name, wanted in entries.items())


def entry_holds(name: str, wanted: object, row: Row) -> bool:
    held = row.fields.get(name, frozenset())
    if isinstance(wanted, dict) and "set" in wanted:
        return bool(held) is wanted["set"]
    if isinstance(wanted, dict):
        return not held & values_of(wanted["not"])
    return any(value in values_of(wanted) for value in held)


def is_comment(about: dict[str, Any], row: Row) -> bool:
    if row.kind != "comment":
        return False
    if isinstance(about.get("by"), dict):
        about = {**about, "by": list(row.fields.get(about["by"]["field"], frozenset()))}
    return all(values_of(row.comment[key]) & values_of(wanted) for key, wanted in about.items())


def is_change(about: dict[str, Any], row: Row) -> bool:
    if row.kind != "entry":
        return False
    before = row.before.get(about["field"], frozenset())
    after = row.fields.get(about["field"], frozenset())
    if before == after:
        return False
    if "from" in about and not before & values_of(about["from"]):
        return False
    return "to" not in about or bool(after & values_of(about["to"]))
