"""JQL, compiled to parametrised SQL over the table of issues."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slabridge_sandbox.jira.catalogue import CATEGORIES, Field
from slabridge_sandbox.jira.http import Problem
from slabridge_sandbox.jira.jql import Function, Group, Literal, Node, Operand, Query, Term
from slabridge_sandbox.jira.schema import LARGEST
from slabridge_sandbox.jira.site import Site

_EQUALITY = {"=", "!=", "in", "not in"}
_RELATION = {"<", "<=", ">", ">="}
_EMPTY = {"is", "is not"}
_TEXTS = {"string", "document"}
"""SQLite's integers end soon after."""
_OPERATORS = dict.fromkeys(("datetime", "date", "number", "issuekey", "priority"), _RELATION)
_LISTS = {"array/string", "array/option", "array/user", "array/component", "option-with-child"}
_UNSORTED = _LISTS | {"document", "statusCategory", "any"}
_ORDERS = {
    "datetime": "ifnull({0}, -1)",
    "number": "ifnull({0}, -1e300)",
    "priority": "ifnull(-{0}, -1e9)",
    "project": "(SELECT key FROM projects WHERE id = issues.{0})",
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

    @property
    def sorting(self) -> str:
        """What stands after ORDER BY."""
        return ", ".join(f"{expression} {'DESC' if descends else 'ASC'}" for expression, descends in self.order)


def compile_query(site: Site, query: Query, *, strict: bool = True) -> Selection:
    """Return the SQL for a query. If it is not strict, what is not known finds nothing.

    Raises:
        Problem: 400, with Jira's words for every field, operator and value that is not known.
    """
    compiler = _Compiler(site)
    where = "1" if query.where is None else compiler.node(query.where)
    order = [(by, descends) for name, descends in query.order for by in compiler.order(name)] or [("id", True)]
    if compiler.errors and strict:
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

    def order(self, name: str) -> list[str]:
        known = self.site.fields.by_clause.get(name.lower())
        if known is None or known.kind in _UNSORTED or not (known.stored or known.type == "issuekey"):
            self.errors.append(f"Not able to sort using field '{name}'.")
            return ["id"]
        if known.type == "issuekey":
            several = len(self.site.names.projects) > 1
            return [*([_ORDERS["project"].format("project")] if several else []), "number"]
        if known.id in {"created", "updated"}:
            return [known.id]
        return [_ORDERS.get(known.type, "ifnull({0}, '')").format(known.id)]

    def _field(self, name: str) -> Field | None:
        known = self.site.fields.by_clause.get(name.lower())
        if known is None:
            self.errors.append(f"Field '{name}' does not exist or you do not have permission to view it.")
        return known

    def _term(self, known: Field, term: Term) -> str:
        allowed = {"~", "!~"} if known.type in _TEXTS else _EQUALITY | _OPERATORS.get(known.type, set())
        if known.type == "any" or not (known.stored or known.type in {"issuekey", "statusCategory"}):
            allowed = set()
        if term.operator not in allowed | (set() if known.type == "issuekey" else _EMPTY):
            self.errors.append(f"The operator '{term.operator}' is not supported by the '{term.field}' field.")
            return "0"
        if term.operator in _EMPTY:
            return f"{known.id} {term.operator.upper()} NULL" if known.stored else str(int(term.operator == "is not"))
        if known.kind in _LISTS:
            return self._listed(known, term)
        special = {"statusCategory": self._in_category} | dict.fromkeys(_TEXTS, self._contains)
        return special.get(known.type, self._holds)(known, term)

    def _holds(self, known: Field, term: Term) -> str:
        if known.type == "issuekey" and term.operator in _RELATION:
            return self._after(term)
        values = [value for operand in term.operands if (value := self._value(known, term, operand)) is not None]
        column = "id" if known.type == "issuekey" else known.id
        if known.type == "priority" and term.operator in _RELATION:
            column, values = "-priority", [-int(value) for value in values]
        return self._compare(column, term.operator, values)

    def _after(self, term: Term) -> str:
        """Return the condition that an issue comes before or after another: by id, or by number in its project."""
        operand = term.operands[0]
        prefix, dash, number = operand.text.rpartition("-") if isinstance(operand, Literal) else ("", "", "")
        project = self.site.names.project(prefix) if dash else None
        if not number.isdigit() or (dash and project is None):
            self._unknown(term, operand)
            return "0"
        if project is None:
            return self._compare("id", term.operator, [int(number)])
        return f"(project = {project.id} AND {self._compare('number', term.operator, [int(number)])})"

    def _compare(self, column: str, operator: str, values: Sequence[str | float]) -> str:
        self.parameters += (max(-LARGEST, min(value, LARGEST)) if isinstance(value, int) else value for value in values)
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

    def _listed(self, known: Field, term: Term) -> str:
        if known.kind == "array/string":
            values: list[Any] = [operand.text for operand in term.operands if isinstance(operand, Literal)]
        else:
            values = [value for one in term.operands if (value := self._value(known, term, one)) is not None]
        has = self._compare("value", "in", values)
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

    def _value(self, known: Field, term: Term, operand: Operand) -> str | float | None:
        if operand is None:
            self.errors.append(f"The field '{term.field}' does not support searching for EMPTY values in a list.")
            return None
        if known.type == "datetime":
            return self._instant(term, operand)
        if known.type == "date":
            at = self._instant(term, operand)
            return None if at is None else self.site.stamp(at)[:10]
        if isinstance(operand, Function):
            return self._function(known, term, operand)
        found = self._named(known, operand.text)
        if found is None:
            self._unknown(term, operand)
        return found

    def _function(self, known: Field, term: Term, function: Function) -> str | None:
        if known.kind in {"user", "array/user"} and function.name.lower() == "currentuser" and not function.arguments:
            return self.site.account
        self._no_function(term, function)
        return None

    def _no_function(self, term: Term, function: Function) -> None:
        if function.name.lower() in {"now", "currentuser"}:
            name = f"{function.name}({', '.join(function.arguments)})"
            self.errors.append(f"A value provided by the function '{name}' is invalid for the field '{term.field}'.")
        else:
            self.errors.append(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")

    def _named(self, known: Field, text: str) -> str | float | None:
        if known.type == "issuekey":
            return next(iter(self.site.find_all([text])), None)
        if known.type == "number":
            return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) else None
        folded = text.lower()
        return next((id_ for id_, *names in self._known(known) if folded in names or folded == str(id_).lower()), None)

    def _known(self, known: Field) -> Iterator[tuple[Any, ...]]:
        """Return what a field can hold: ids, each with the names by which JQL knows it, in lower case."""
        names = self.site.names
        match known.kind:
            case "project":
                for one in names.projects.values():
                    if self.site.permissions.holds("BROWSE_PROJECTS", one.id):
                        yield one.id, one.key.lower(), one.name.lower()
            case "status":
                yield from ((status.id, status.name.lower()) for status in names.statuses.values())
            case "user" | "array/user":
                yield from ((one.id, one.name.lower(), one.login, one.key.lower()) for one in names.accounts.values())
            case _:
                yield from ((id_, name.lower()) for id_, name in self._offered(known).items())

    def _offered(self, known: Field) -> dict[Any, str]:
        names = self.site.names
        match known.kind:
            case "issuetype":
                return names.issue_types
            case "resolution":
                return names.resolutions
            case "priority":
                return names.priorities
            case "team":
                return names.teams
        own = (f"{known.id}/", known.id)
        return {
            id_: value
            for field, options in names.options_of.items()
            if field.startswith(own[0]) or field == own[1]
            for value, id_ in options.items()
        }

    def _unknown(self, term: Term, operand: Operand) -> None:
        text = operand.text if isinstance(operand, Literal) else "" if operand is None else f"{operand.name}()"
        known = self.site.fields.by_clause[term.field.lower()]
        if known.type == "issuekey" and text.isdigit():
            self.errors.append(f"A value with ID '{text}' does not exist for the field '{term.field}'.")
        elif known.type == "issuekey":
            self.errors.append(f"An issue with key '{text}' does not exist for field '{term.field}'.")
        elif known.kind in {"option", "array/option", "option-with-child"}:
            self.errors.append(f"The option '{text}' for field '{term.field}' does not exist.")
        else:
            self.errors.append(f"The value '{text}' does not exist for the field '{term.field}'.")

    def _instant(self, term: Term, operand: Literal | Function) -> int | None:
        if isinstance(operand, Function):
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
