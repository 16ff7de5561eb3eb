"""[[connections.NAME.links]]: where links to other tickets are read from (docs/chain.md, "Links in the tools")."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from connectors.tool import TomlTable, Tool
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import one_of, shape, text_as

By = Literal["key", "id"]
Direction = Literal["outward", "inward"]


@dataclass(frozen=True, slots=True)
class LinkRule:
    """Links of a type to tickets of the connection `to`, in a native field.

    `field` holds texts in which `match` (None: the whole value) finds keys or ids, as `by` says. With `names` it holds
    links of the tool's own, and those count whose name is one of them. A ticket that no filter takes up is followed
    where `follow` is set, for the chain alone, or like any other with `write`.
    """

    type: str
    to: str
    field: str
    by: By = "key"
    match: str | None = None
    names: tuple[str, ...] = ()
    follow: bool = True
    write: bool = False


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


class LinkTable(TomlTable):
    """One of [[connections.NAME.links]]."""

    type: str = Field(examples=['"problem"'], min_length=1)
    """The type of link, as `[[chain]]` names it under `link`."""
    to: str = Field(examples=['"jira"'], min_length=1)
    """The connection of the linked tickets."""
    field: str | None = Field(default=None, examples=['"correlation_id"'], min_length=1)
    """The native field that holds keys or ids: text, reference or list. Default: one of the three."""
    issue_link: str | None = Field(default=None, examples=['"Blocks"'], min_length=1)
    """Jira only: a type of link between issues, by its name. Default: is."""
    direction: Annotated[Direction, one_of("outward", "inward")] | None = None
    """Beside `issue_link`: `"outward"` (blocks) or `"inward"` (is blocked by), seen from the ticket that states it.
    Default: both.
    """
    remote_link: Annotated[str, text_as(_pattern)] | None = None
    """Jira only: a pattern for the URL or the `globalId` of web links that gives the key. Default: required."""
    match: Annotated[str, text_as(_pattern)] | None = None
    """Beside `field`: a pattern for what is a key in it, its first group where it has one; tried on at most 4,096
    characters. Default: the whole value.
    """
    by: Annotated[By, one_of("key", "id")] = "key"
    """Beside `field`: what stands there, `"key"` or `"id"`. Default: `"key"`."""
    follow: bool = True
    """Whether linked tickets that no filter takes up are read and followed. Default: `true`."""
    write: bool = False
    """Whether results are written on those, too. Default: `false`."""


_SOURCES = ("field", "issue_link", "remote_link")


def read_links(
    raw: object, path: KeyPath, names: Iterable[str], tool: Tool | None, reading: Reading
) -> tuple[LinkRule, ...]:
    """Return the rules that have no problem; `names` are the connections of the file."""
    if not isinstance(raw, list):
        reading.problem(path, "must be a list of tables, as in [[connections.snow.links]]", raw)
        return ()
    found = (_rule(item, (*path, n), names, tool, reading) for n, item in enumerate(raw))
    return tuple(rule for rule in found if rule is not None)


def _rule(raw: object, path: KeyPath, names: Iterable[str], tool: Tool | None, reading: Reading) -> LinkRule | None:
    table = shape(LinkTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    _check(table, raw, path, tool, reading)
    if table.to not in names:
        reading.problem((*path, "to"), f"no such connection; {instead(table.to, names)}", table.to)
    if reading.broken(path):
        return None
    rule = LinkRule(table.type, table.to, table.field or "", table.by, table.match, (), table.follow, table.write)
    if table.issue_link is not None and tool is not None:
        sides = [table.direction, "both"] if table.direction else ["outward", "inward", "both"]
        names_of_type = tuple(f"{table.issue_link} {side}" for side in sides)
        return replace(rule, field=tool.issue_links, names=names_of_type)
    if table.remote_link is not None and tool is not None:
        return replace(rule, field=tool.remote_links, match=table.remote_link)
    return rule


def _check(table: LinkTable, raw: Mapping[str, Any], path: KeyPath, tool: Tool | None, reading: Reading) -> None:
    """Note a problem for each key that has no meaning beside the others."""
    given = [key for key in _SOURCES if key in raw]
    if len(given) != 1:
        reading.problem(path, f"needs one of {', '.join(_SOURCES)}, and has {' and '.join(given) or 'none'}")
    if tool is not None and not tool.issue_links:
        for key in ("issue_link", "remote_link"):
            if key in raw:
                remedy = "name the field that holds the key"
                reading.problem((*path, key), f"{tool.name} has no such links; {remedy}", raw[key])
    for key in ("match", "by"):
        if key in raw and "field" not in raw:
            reading.problem((*path, key), "is for field alone; drop it", raw[key])
    if table.direction is not None and table.issue_link is None:
        reading.problem((*path, "direction"), "is for issue_link alone; drop it", table.direction)
    if table.issue_link is not None and table.to != path[1]:
        remedy = "projects that block each other belong into one connection, and what its filter leaves out is followed"
        said = f"issue links lead to issues of the same connection; write {path[1]!r}: {remedy}"
        reading.problem((*path, "to"), said, table.to)
