"""[[chain]]: what stands above what, and when it waits (docs/chain.md, "Rules")."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.chain.rule import ChainRule, StatedBy
from slabridge.config.agreements.condition import read_condition
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.config.shape import one_of, shape

_NEVER = "never"


class ChainTable(TomlTable):
    """One of [[chain]]."""

    link: list[str] = Field(default=[], examples=['["problem"]'])
    """Types of link. Default: any."""
    above: Annotated[Any, Inside("condition")] = None
    """What the ticket above is: a [condition](#conditions) without events. Default: any."""
    below: Annotated[Any, Inside("condition")] = None
    """What the ticket below is. Default: any."""
    stated_by: Annotated[StatedBy, one_of(*get_args(StatedBy))] = "either"
    """Who states the link: `"above"`, `"below"` or `"either"`. Where neither `above` nor `below` is given it must be
    one of the first two. Default: `"either"`.
    """
    waits: Annotated[Any, Inside("condition")] = None
    """On the ticket above: while it holds, it waits. Default: always."""
    until: Annotated[Any, Inside("condition", "text")] = Field(
        examples=['{ status = ["done"] }, or until = "never" where that is meant']
    )
    """On the ticket below: while it holds, nobody waits for it; `"never"` where that is meant."""


def read_chain(document: Mapping[str, Any], reading: Reading) -> tuple[ChainRule, ...]:
    """Return the rules that have no problem, in file order."""
    raw = document.get("chain", [])
    if not isinstance(raw, list):
        reading.problem(("chain",), "must be a list of tables, as in [[chain]]", raw)
        return ()
    found = [_rule(item, ("chain", n), reading) for n, item in enumerate(raw)]
    return tuple(rule for rule in found if rule is not None)


def _rule(raw: object, path: KeyPath, reading: Reading) -> ChainRule | None:
    table = shape(ChainTable, raw, path, reading)
    if not isinstance(raw, Mapping):
        return None
    conditions = {
        key: read_condition(raw[key], (*path, key), reading)
        for key in ("above", "below", "waits", "until")
        if key in raw and not (key == "until" and raw[key] == _NEVER)
    }
    if table is None:
        return None
    if table.stated_by == "either" and "above" not in raw and "below" not in raw:
        remedy = 'say what stands above or below, or write stated_by = "above" or "below"'
        reading.problem(path, f"does not tell which of two linked tickets stands above; {remedy}")
    if reading.broken(path):
        return None
    return ChainRule(link=tuple(table.link), stated_by=table.stated_by, **conditions)
