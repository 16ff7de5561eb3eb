"""JQL, parsed: a condition tree and an ordering. The part of the language that integrations use.

https://support.atlassian.com/jira-service-management-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from slabridge_sandbox.jira.http import Problem

RESERVED = frozenset(
    """
    abort access add after alias all alter and any as asc audit avg before begin between boolean break by byte
    catch cf changed char character check checkpoint collate collation column commit connect continue count
    create current date decimal declare decrement default defaults define delete delimiter desc difference
    distinct divide do double drop else empty encoding end equals escape exclusive exec execute exists explain
    false fetch file field first float for from function go goto grant greater group having identified if
    immediate in increment index initial inner inout input insert int integer intersect intersection into is
    isempty isnull join last left less like limit lock long max min minus mode modify modulo more multiply next
    noaudit not notin nowait null number object of on option or order outer output power previous prior
    privileges public raise raw remainder rename resource return returns revoke right row rowid rownum rows
    select session set share size sqrt start strict string subtract sum synonym table then to trans transaction
    trigger true uid union unique update user validate values view was when whenever where while with
    """.split()  # noqa: SIM905 - a page of words reads better than a page of strings
)
_OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<custom>(?i:cf)\s*\[\s*\d+\s*\])|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<operator><=|>=|!=|!~|&&|\|\||[=<>~!&|(),])|(?P<word>(?:[^\s"'=!<>~()\[\],&|+.;?*/%^$\#@\\]|\\.)+)""",
    re.VERBOSE | re.DOTALL,
)
_JOINS = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not"}


class Lexeme(NamedTuple):
    """One word, string or sign, and where it begins."""

    kind: str
    text: str
    at: int


class Literal(NamedTuple):
    """A value as it was written; `quoted` is true of a string, false of a bare word or number."""

    text: str
    quoted: bool


class Function(NamedTuple):
    """A function, such as now()."""

    name: str
    arguments: tuple[str, ...]


Operand = Literal | Function | None
"""A value; None is EMPTY."""


@dataclass(frozen=True, slots=True)
class Term:
    """A field compared with values: one, or several with IN and NOT IN."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or by `or`."""

    join: str
    parts: tuple["Node", ...]


Node = Term | Group

NEGATED = {
    "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "~": "!~", "!~": "~",
    "in": "not in", "not in": "in", "is": "is not", "is not": "is",
}  # fmt: skip


class Query(NamedTuple):
    """What is searched for (None: everything), and the fields to order by, each with whether it descends."""

    where: Node | None
    order: tuple[tuple[str, bool], ...]


def parse(text: str) -> Query:
    """Return a query.

    Raises:
        Problem: 400, with Jira's words for what is wrong and where.
    """
    return _Parser(text).query()


def negate(node: Node) -> Node:
    """Return the opposite. Jira turns operators around, so that NOT, too, leaves out issues whose field is empty."""
    if isinstance(node, Term):
        return Term(node.field, NEGATED[node.operator], node.operands)
    return Group("or" if node.join == "and" else "and", tuple(negate(part) for part in node.parts))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._next = 0

    def query(self) -> Query:
        ends = self._peek() is None or self._is("order")
        where = None if ends else self._either()
        order = self._order() if self._take("order") else ()
        if (token := self._peek()) is not None:
            wanted = "','" if order else "either 'OR' or 'AND'"
            raise self._error(f"Expecting {wanted} but got '{token.text}'.", token)
        return Query(where, order)

    def _either(self) -> Node:
        return self._joined("or", self._both)

    def _both(self) -> Node:
        return self._joined("and", self._one)

    def _joined(self, join: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self._take(join):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Group(join, tuple(parts))

    def _one(self) -> Node:
        if self._take("not"):
            return negate(self._one())
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._term()

    def _term(self) -> Term:
        field = self._name("a field name")
        operator = self._operator(field)
        if operator in {"in", "not in"}:
            return Term(field, operator, self._list())
        if self._peek_text() == "(":
            message = f"Operator '{operator}' does not support the list value for field '{field}'."
            raise self._error(message, self._peek())
        operand = self._operand()
        if operator in {"is", "is not"} and operand is not None:
            raise self._error(f"The operator '{operator}' only supports EMPTY or NULL for field '{field}'.", None)
        if operand is None and operator not in {"is", "is not"}:
            if operator not in {"=", "!="}:
                raise self._error(f"The operator '{operator}' does not support EMPTY for field '{field}'.", None)
            operator = "is" if operator == "=" else "is not"
        return Term(field, operator, (operand,))

    def _operator(self, field: str) -> str:
        token = self._pop()
        operator = "" if token is None or token.kind == "quoted" else token.text.lower()
        if operator in {"is", "not"} and self._is("not" if operator == "is" else "in"):
            operator = f"{operator} {'not' if operator == 'is' else 'in'}"
            self._next += 1
        if operator in {"was", "changed"}:
            raise Problem(400, f"History searches do not support the '{field}' field.")
        if operator not in NEGATED:
            got = "before the end of the query" if token is None else f"but got '{token.text}'"
            raise self._error(f"Expecting operator {got}. The valid operators are {_OPERATORS}.", token)
        return operator

    def _list(self) -> tuple[Operand, ...]:
        self._expect("(")
        operands = [self._operand()]
        while self._take(","):
            operands.append(self._operand())
        self._expect(")")
        return tuple(operands)

    def _operand(self) -> Operand:
        token = self._peek()
        if token is not None and token.kind == "word" and token.text.lower() in {"empty", "null"}:
            self._next += 1
            return None
        text = self._name("either a value, list or function")
        if token is None or token.kind == "quoted" or not self._take("("):
            return Literal(text, quoted=token is not None and token.kind == "quoted")
        arguments = []
        while not self._is(")"):
            arguments.append(self._name("an argument"))
            if not self._take(","):
                break
        self._expect(")")
        return Function(text, tuple(arguments))

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._expect("by")
        order = [self._sort()]
        while self._take(","):
            order.append(self._sort())
        return tuple(order)

    def _sort(self) -> tuple[str, bool]:
        field = self._name("a field name")
        return field, self._take("desc") or (self._take("asc") and False)

    def _name(self, wanted: str) -> str:
        token = self._pop()
        if token is None:
            raise self._error(f"Expecting {wanted} before the end of the query.", None)
        if token.kind == "operator" or (token.kind == "custom" and wanted.startswith("either")):
            hint = f" You must surround '{token.text}' in quotation marks to use it as a value."
            raise self._error(f"Expecting {wanted} but got '{token.text}'.{hint}", token)
        if token.kind == "word" and token.text.lower() in RESERVED:
            hint = "You must surround it in quotation marks to use it in a query."
            raise self._error(f"'{token.text}' is a reserved JQL word. {hint}", token)
        if token.kind == "custom":
            return re.sub(r"\s", "", token.text).lower()
        text = token.text[1:-1] if token.kind == "quoted" else token.text
        return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)

    def _scan(self) -> Iterator[Lexeme]:
        at = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None or match.lastgroup is None:
                sign = self._text[at]
                if sign in "\"'":
                    message = f"The quoted string '{self._text[at + 1 :]}' has not been completed."
                else:
                    escape = f"\\u{ord(sign):04x}"
                    message = (
                        f"The character '{sign}' is a reserved JQL character. "
                        f"You must enclose it in a string or use the escape '{escape}' instead."
                    )
                raise self._error(message, Lexeme("", sign, at))
            if match.lastgroup != "space":
                yield Lexeme(match.lastgroup, match.group(), at)
            at = match.end()

    def _peek(self) -> Lexeme | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _peek_text(self) -> str:
        token = self._peek()
        if token is None or token.kind == "quoted":
            return ""
        return _JOINS.get(token.text, token.text.lower())

    def _pop(self) -> Lexeme | None:
        token = self._peek()
        self._next += 1
        return token

    def _is(self, text: str) -> bool:
        return self._peek_text() == text

    def _take(self, text: str) -> bool:
        found = self._is(text)
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._take(text):
            token = self._peek()
            got = "before the end of the query" if token is None else f"but got '{token.text}'"
            raise self._error(f"Expecting '{text}' {got}.", token)

    def _error(self, message: str, token: Lexeme | None) -> Problem:
        where = ""
        if token is not None:
            line = self._text.count("\n", 0, token.at) + 1
            where = f" (line {line}, character {token.at - self._text.rfind(chr(10), 0, token.at)})"
        return Problem(400, f"Error in the JQL Query: {message}{where}")
