"""Encoded queries (`active=true^stateIN1,2^ORDERBYsys_id`) as parametrised SQL.

A condition that cannot be understood or names an unknown field is dropped, and more rows come back, unless the switch
`invalid_query` says otherwise. Comparisons with an empty field never hold, `!=` and `NOT IN` among them (ServiceNow
KB0715430).
"""

import re
from dataclasses import dataclass, field

from slabridge_sandbox.servicenow.date_time import stored
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.table import Column, Table

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")

_CONDITION = re.compile(
    r"([a-z_][a-z0-9_.]*?)"
    r"(ISNOTEMPTY|ISEMPTY|DOES NOT CONTAIN|CONTAINS|ANYTHING|"
    r"BETWEEN|NOT IN|NOT LIKE|STARTSWITH|ENDSWITH|LIKE|IN|!=|>=|<=|=|<|>)(.*)",
    re.DOTALL,
)
_GENERATED = re.compile(r"""javascript:gs\.dateGenerate\((['"])([\d-]{10})(?:\1\s*,\s*\1| )([\d:]{8})\1\)""")
_PATTERNS = {
    "LIKE": "%{}%",
    "CONTAINS": "%{}%",
    "NOT LIKE": "%{}%",
    "DOES NOT CONTAIN": "%{}%",
    "STARTSWITH": "{}%",
    "ENDSWITH": "%{}",
}
_EMPTINESS = {"ISEMPTY": "IS NULL", "=": "IS NULL", "ISNOTEMPTY": "IS NOT NULL", "!=": "IS NOT NULL"}

_ASKERS = {"javascript:gs.getUserID()": 0, "javascript:gs.getUserName()": 1}
"""Calls that stand for the account that asks, and the part of a user that they mean."""

Parameter = str | int


@dataclass(slots=True)
class Selection:
    """Which rows of a table, in which order.

    `joins` are those that dot-walking needs, by their alias. `is_invalid` says that a part could not be understood.
    """

    table: Table
    session: Session
    joins: dict[str, str] = field(default_factory=dict)
    where: str = "1"
    parameters: list[Parameter] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    is_invalid: bool = False

    @property
    def source(self) -> str:
        """Return the FROM clause."""
        return " ".join([f"{self.table.name} AS t", *self.joins.values()])

    def column(self, path: str) -> tuple[str, Column] | None:
        """Return the SQL of a field, dot-walked where its name has dots, and its column; None if there is none."""
        table, alias = self.table, "t"
        *walk, last = path.split(".")
        for step in walk:
            column = table.columns.get(step)
            if column is None or not column.reference:
                return None
            table, origin, alias = self.session.tables[column.reference], alias, f"{alias}_{step}"
            self.joins[alias] = f'LEFT JOIN {table.name} AS {alias} ON {alias}.sys_id = {origin}."{step}"'
        column = table.columns.get(last)
        if self.session.switches.invalid_query == "refuse" and last in self.session.hidden_fields(table):
            return None
        return None if column is None or column.kind == "journal_input" else (f'{alias}."{last}"', column)


def one(table: Table, session: Session, sys_id: str) -> Selection:
    """Select the record with this sys_id."""
    return Selection(table, session, where="t.sys_id = ?", parameters=[sys_id])


def select(table: Table, session: Session, query: str) -> Selection:
    """Read an encoded query: ^ joins conditions, ^OR adds to the one before it, ^NQ begins another query."""
    selection = Selection(table, session)
    branches: list[list[list[str]]] = [[]]
    for part in filter(None, query.split("^")):
        if part == "EQ":
            continue
        if part.startswith("ORDERBY"):
            _order(selection, part)
            continue
        is_new, is_or = part.startswith("NQ"), part.startswith("OR")
        if is_new:
            branches.append([])
        text = part[2:] if is_new or is_or else part
        condition = _condition(selection, text) if text else None
        selection.is_invalid |= bool(text and condition is None)
        if condition and is_or and branches[-1]:
            branches[-1][-1].append(condition)
        elif condition:
            branches[-1].append([condition])
    texts = [" AND ".join(f"({' OR '.join(group)})" for group in branch) or "1" for branch in branches]
    selection.where = " OR ".join(f"({text})" for text in texts)
    if selection.is_invalid and session.switches.invalid_query == "refuse":
        detail = "Field(s) present in the query do not have permission to be read"
        raise ApiError(403, "Insufficient rights to query records", detail)
    if selection.is_invalid and session.switches.invalid_query == "no_rows":
        selection.where, selection.parameters = "0", []
    return selection


def _order(selection: Selection, part: str) -> None:
    is_descending = part.startswith("ORDERBYDESC")
    found = selection.column(part.removeprefix("ORDERBYDESC" if is_descending else "ORDERBY"))
    if found:
        selection.order.append(found[0] + (" DESC" if is_descending else ""))
    else:
        selection.is_invalid = True


def _condition(selection: Selection, text: str) -> str | None:
    """Return one condition as SQL and note its parameters; None if it is to be dropped."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        return None
    name, operator, value = match.groups()
    found = selection.column(_named(selection, name) if operator in _PATTERNS else name)
    if found is None:
        return None
    sql, column = found
    if operator in _EMPTINESS and not value:
        return f"{sql} {_EMPTINESS[operator]}"
    if operator in _PATTERNS:
        selection.parameters.append(_PATTERNS[operator].format(re.sub(r"([\\%_])", r"\\\1", value)))
        return rf"{sql} {'NOT LIKE' if 'NOT' in operator else 'LIKE'} ? ESCAPE '\'"
    if operator == "ANYTHING":
        return "1"
    return _comparison(selection, sql, operator, _values(selection.session, column, operator, value))


def _comparison(selection: Selection, sql: str, operator: str, values: list[Parameter]) -> str | None:
    if operator in {"IN", "NOT IN"}:
        test = f"{operator} ({', '.join('?' * len(values))})"
    elif len(values) != (2 if operator == "BETWEEN" else 1):
        return None
    else:
        test = "BETWEEN ? AND ?" if operator == "BETWEEN" else f"{operator} ?"
    selection.parameters.extend(values)
    return f"{sql} {test}"


def _values(session: Session, column: Column, operator: str, text: str) -> list[Parameter]:
    """Return the values of a condition as the column stores them, without those that it cannot hold."""
    texts = text.split("@" if operator == "BETWEEN" else ",") if operator in {"BETWEEN", "IN", "NOT IN"} else [text]
    values = (_value(session, column, entry) for entry in texts)
    return [value for value in values if value is not None]


def _value(session: Session, column: Column, text: str) -> Parameter | None:
    if text in _ASKERS:
        return session.user[_ASKERS[text]]
    match column.kind:
        case "integer":
            return int(text) if re.fullmatch(r"-?\d+", text) else None
        case "boolean":
            return text.lower()
        case "glide_date_time":
            return _instant(session, text)
        case _:
            return None if text.startswith("javascript:") else text


def _instant(session: Session, text: str) -> str | None:
    """Literals are UTC; what `gs.dateGenerate` makes is in the zone of the session's user."""
    if generated := _GENERATED.fullmatch(text):
        return stored(f"{generated[2]} {generated[3]}", session.zone)
    if not DATE_TIME.fullmatch(text):
        return None
    return text if len(text) > 10 else f"{text} 00:00:00"


def _named(selection: Selection, name: str) -> str:
    """Text operators on a reference look at the name of what it points to."""
    column = selection.table.columns.get(name)
    tables = selection.session.tables
    return f"{name}.{tables[column.reference].display}" if column and column.reference else name
