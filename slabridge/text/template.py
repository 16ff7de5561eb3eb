"""Texts of the administrator's own with places for values: Jinja, in which nothing but values can be reached."""

from collections.abc import Collection, Iterator
from functools import cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

NAMES = (
    *("ticket", "above", "kind", "status", "agreement", "objective", "cycle", "used", "target", "remaining", "over"),
    *("percent", "due", "ended", "holder", "carrier", "carrier_ticket", "fields"),
)
"""All that a comment's template can name; `fields` has the mapped ones."""

_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_KNOWN = (nodes.Name, nodes.Getattr, nodes.Output, nodes.TemplateData, nodes.If, nodes.Const, nodes.Template)
_LOGIC = (nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.Concat)


@cache
def compiled(template: str) -> Template:
    """Return a template.

    Raises:
        TemplateSyntaxError: it is none.
    """
    return _ENVIRONMENT.from_string(template)


def faults(template: str, fields: Collection[str]) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield what is wrong with a template: (what, the name or text that is meant, the names that could stand there)."""
    try:
        tree = _ENVIRONMENT.parse(template)
    except TemplateSyntaxError as error:
        yield f"is no template: {error.message}", "", ()
        return
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            yield "names what is not there", node.name, NAMES
        elif isinstance(node, nodes.Getattr):
            if not isinstance(node.node, nodes.Name) or node.node.name != "fields":
                yield "reaches into a value; only fields have a dot", node.attr, ()
            elif node.attr not in fields:
                yield "names a field that the connection does not map", node.attr, fields
        elif not isinstance(node, (*_KNOWN, *_LOGIC)):
            yield "has more than values and if", type(node).__name__.lower(), ()
