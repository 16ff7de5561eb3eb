"""JQL, compiled to parametrised SQL over the table of issues."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slabridge.sandbox.jira.catalogue import (
    BY_CLAUSE,
    CATEGORIES,
    ISSUE_TYPE,
    ISSUE_TYPE_ID,
    PRIORITIES,
    PROJECT_ID,
    PROJECT_KEY,
    PROJECT_NAME,
    RESOLUTION,
    RESOLUTION_ID,
    Field,
)
from slabridge.sandbox.jira.http import Problem
from slabridge.sandbox.jira.jql import Call, Group, Literal, Node, Operand, Query, Term
from slabridge.sandbox.jira.site import Site

_EQUALITY = {"=", "!=", "in", "not in"}
_RELATION = {"<", "<=", ">", ">="}
_EMPTY = {"is", "is not"}
_TEXTS = {"string", "document"}
_MOST = 2**62
"""SQLite's integers end soon after."""
_OPERATORS = {"datetime": _RELATION, "issuekey": _RELATION, "priority": _RELATION}
_ORDERS = {
    "issuekey": "number",
    "datetime": "ifnull({0}, -1)",
    "priority": "ifnull(-{0}, -99)",
    "user": "ifnull((SELECT name FROM accounts WHERE id = issues.{0}), '')",
    "option": "ifnull((SELECT value FROM options WHERE id = issues.{0}), '')",
}
"""Type of a field -> the expression that its column is ordered by."""
_RELATIVE = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)", re.ASCII | re.IGNORECASE)
_UNIT = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


@dataclass(slots=True)
class Selection:
    """A compiled query: the condition with its parameters, and what it is ordered by, ending with the id."""

    where: str
    parameters: list[Any]
    order: list[tuple[str, bool]]
    """SQL expressions that are never NULL, each with whether it descends."""


def compile_query(site: Site, query: Query) -> Selection:
    """Return the SQL for a query.

    Raises:
        Problem: 400, with Jira's words for every field, operator and value that is not known.
    """
    compiler = _Compiler(site)
    where = "1" if query.where is None else compiler.node(query.where)
    order = [(compiler.order(name), descends) for name, descends in query.order] or [("id", True)]
    if compiler.errors:
        raise Problem(400, *dict.fromkeys(compiler.errors))
    return Selection(where, compiler.parameters, [*order, ("id", order[-1][1])])


@dataclass(slots=True)
class _Compiler:
    site: Site
    parameters: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def node(self, node: Node) -> str:
        if isinstance(node, Group):
            return "(" + f" {node.join.upper()} ".join(self.node(part) for part in node.parts) + ")"
        known = self._field(node.field)
        return "0" if known is None else self._term(known, node)

    def order(self, name: str) -> str:
        known = BY_CLAUSE.get(name.lower())
        if known is None or known.type in {"array", "document", "statusCategory"}:
            self.errors.append(f"Not able to sort using field '{name}'.")
            return "id"
        if known.id in {"created", "updated"}:
            return known.id
        return _ORDERS.get(known.type, "ifnull({0}, '')").format(known.id)

    def _field(self, name: str) -> Field | None:
        known = BY_CLAUSE.get(name.lower())
        if known is None:
            self.errors.append(f"Field '{name}' does not exist or you do not have permission to view it.")
        return known

    def _term(self, known: Field, term: Term) -> str:
        allowed = {"~", "!~"} if known.type in _TEXTS else _EQUALITY | _OPERATORS.get(known.type, set())
        if term.operator not in allowed | (set() if known.type == "issuekey" else _EMPTY):
            self.errors.append(f"The operator '{term.operator}' is not supported by the '{term.field}' field.")
            return "0"
        if term.operator in _EMPTY:
            return f"{known.id} {term.operator.upper()} NULL" if known.stored else str(int(term.operator == "is not"))
        special = {"array": self._labelled, "statusCategory": self._in_category} | dict.fromkeys(_TEXTS, self._contains)
        return special.get(known.type, self._holds)(known, term)

    def _holds(self, known: Field, term: Term) -> str:
        values = [value for operand in term.operands if (value := self._value(known, term, operand)) is not None]
        column = known.id
        if known.type == "issuekey":
            first = term.operands[0]
            by_key = term.operator in _RELATION and isinstance(first, Literal) and _is_key(first.text)
            column = "number" if by_key else "id"
        if known.type == "priority" and term.operator in _RELATION:
            column, values = "-priority", [-int(value) for value in values]
        return self._compare(column, term.operator, values)

    def _compare(self, column: str, operator: str, values: Sequence[str | int]) -> str:
        self.parameters += (value if isinstance(value, str) else max(-_MOST, min(value, _MOST)) for value in values)
        if operator in {"in", "not in"}:
            return f"{column} {operator.upper()} ({', '.join('?' * len(values))})"
        return f"{column} {'<>' if operator == '!=' else operator} ?" if values else "0"

    def _contains(self, known: Field, term: Term) -> str:
        operand = term.operands[0]
        if not isinstance(operand, Literal):
            self.errors.append(f"The operator '{term.operator}' needs a text for field '{term.field}'.")
            return "0"
        self.parameters.append("%" + re.sub(r"([\\%_])", r"\\\1", operand.text.strip('*"')) + "%")
        return f"{known.id} {'NOT ' if term.operator == '!~' else ''}LIKE ? ESCAPE '\\'"

    def _labelled(self, known: Field, term: Term) -> str:
        labels = [operand.text for operand in term.operands if isinstance(operand, Literal)]
        has = self._compare("value", "in", labels)
        negation = "NOT " if term.operator in {"!=", "not in"} else ""
        exists = f"EXISTS (SELECT 1 FROM json_each({known.id}) WHERE {has})"  # noqa: S608 - our column
        return f"({known.id} IS NOT NULL AND {negation}{exists})"

    def _in_category(self, _: Field, term: Term) -> str:
        keys = set()
        for operand in term.operands:
            text = operand.text.lower() if isinstance(operand, Literal) else ""
            found = {key for key, (id_, name, _) in CATEGORIES.items() if text in {key, name.lower(), str(id_)}}
            if not found:
                self._unknown(term, operand)
            keys |= found
        ids = [status.id for status in self.site.names.statuses.values() if status.category in keys]
        return self._compare("status", "not in" if term.operator in {"!=", "not in"} else "in", ids)

    def _value(self, known: Field, term: Term, operand: Operand) -> str | int | None:
        if operand is None:
            self.errors.append(f"The field '{term.field}' does not support searching for EMPTY values in a list.")
            return None
        if known.type == "datetime":
            return self._instant(term, operand)
        if isinstance(operand, Call):
            return self._function(known, term, operand)
        found = self._named(known, term, operand.text)
        if found is None:
            self._unknown(term, operand)
        return found

    def _function(self, known: Field, term: Term, call: Call) -> str | None:
        if known.type == "user" and call.name.lower() == "currentuser" and not call.arguments:
            return self.site.account
        self._no_function(term, call)
        return None

    def _no_function(self, term: Term, call: Call) -> None:
        if call.name.lower() in {"now", "currentuser"}:
            name = f"{call.name}({', '.join(call.arguments)})"
            self.errors.append(f"A value provided by the function '{name}' is invalid for the field '{term.field}'.")
        else:
            self.errors.append(f"Unable to find JQL function '{call.name}({', '.join(call.arguments)})'.")

    def _named(self, known: Field, term: Term, text: str) -> str | int | None:
        if known.type == "issuekey":
            if term.operator not in _RELATION:
                return self.site.find(text)
            number = text.rpartition("-")[2]
            return int(number) if _is_key(text) or text.isdigit() else None
        folded = text.lower()
        return next((id_ for id_, *names in self._known(known) if folded in names or folded == str(id_)), None)

    def _known(self, known: Field) -> Iterator[tuple[Any, ...]]:
        """Return what a field can hold: ids, each with the names by which JQL knows it, in lower case."""
        names = self.site.names
        match known.type:
            case "project":
                yield PROJECT_ID, PROJECT_KEY.lower(), PROJECT_NAME.lower()
            case "issuetype":
                yield ISSUE_TYPE_ID, ISSUE_TYPE.lower()
            case "resolution":
                yield RESOLUTION_ID, RESOLUTION.lower()
            case "status":
                yield from ((status.id, status.name.lower()) for status in names.statuses.values())
            case "priority":
                yield from ((id_, name.lower()) for id_, name in PRIORITIES.items())
            case "option":
                yield from ((id_, value.lower()) for value, id_ in names.options_of[known.id].items())
            case "user":
                yield from ((account.id, account.name.lower()) for account in names.accounts.values())
            case _:
                raise AssertionError(known)

    def _unknown(self, term: Term, operand: Operand) -> None:
        text = operand.text if isinstance(operand, Literal) else "" if operand is None else f"{operand.name}()"
        known = BY_CLAUSE[term.field.lower()]
        if known.type == "issuekey" and text.isdigit():
            self.errors.append(f"A value with ID '{text}' does not exist for the field '{term.field}'.")
        elif known.type == "issuekey":
            self.errors.append(f"An issue with key '{text}' does not exist for field '{term.field}'.")
        elif known.type == "option":
            self.errors.append(f"The option '{text}' for field '{term.field}' does not exist.")
        else:
            self.errors.append(f"The value '{text}' does not exist for the field '{term.field}'.")

    def _instant(self, term: Term, operand: Literal | Call) -> int | None:
        if isinstance(operand, Call):
            if operand.name.lower() == "now" and not operand.arguments:
                return self.site.clock.now
            self._no_function(term, operand)
            return None
        text = operand.text.strip()
        if not operand.quoted and re.fullmatch(r"-?\d+", text, re.ASCII):
            return int(text)
        relative = _RELATIVE.fullmatch(text)
        if relative is not None:
            span = sum(int(n) * _UNIT[unit.lower()] for n, unit in re.findall(r"(\d+)([wdhmWDHM])", relative[2]))
            return self.site.clock.now + (-span if relative[1] == "-" else span)
        for form in _FORMATS:
            try:
                local = datetime.strptime(text, form).replace(tzinfo=self.site.zone)
            except ValueError:
                continue
            return round(local.timestamp() * 1000)
        self.errors.append(
            f"Date value '{text}' for field '{term.field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )
        return None


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z]\w*-\d{1,18}", text, re.ASCII) is not None
