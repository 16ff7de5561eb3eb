"""What works, but hardly as it was meant."""

from connectors import TOOLS
from sla_engine.agreement import Definitions, FieldDeadline, Threshold
from sla_engine.condition import needs_value
from slabridge.config.connections.connection import Connection
from slabridge.config.problem import Problem, nearest
from slabridge.config.reading import Reading


def find_warnings(
    definitions: Definitions, connections: tuple[Connection, ...], reading: Reading
) -> tuple[Problem, ...]:
    """Return the warnings of a configuration without problems."""
    found = Reading.at(reading.places)
    _filters(connections, reading, found)
    _thresholds(reading, found)
    _deadlines(definitions, found)
    _restarting(reading, found)
    _values(connections, reading, found)
    _unmapped(connections, reading, found)
    _kinds(definitions, connections, found)
    _addresses(connections, found)
    return found.problems()


def _filters(connections: tuple[Connection, ...], reading: Reading, found: Reading) -> None:
    used = {use.field for use in reading.uses if use.path[0] != "attribution"}
    for connection in connections:
        read = TOOLS[connection.type].read_by(connection.filter, connection.fields.values())
        for canonical, native in connection.fields.items():
            if native in read and canonical in used:
                found.problem(
                    ("connections", connection.name, "filter"),
                    f'filters on {native}, which conditions use as "{canonical}": tickets that only later fulfil the '
                    "filter are taken up late, and those that never do not at all",
                    connection.filter,
                )


def _thresholds(reading: Reading, found: Reading) -> None:
    """Warn of thresholds that another one always precedes, whatever the target."""
    for path, (thresholds, beside) in reading.at_risk.items():
        first = set()
        for target, day in beside:
            reached = [_reached(threshold, target, day) for threshold in thresholds]
            first |= {n for n, instant in enumerate(reached) if instant == min(reached)}
        for n in range(len(thresholds)):
            if beside and n not in first:
                found.problem((*path, n), "another threshold is always reached before this one; drop it")


def _deadlines(definitions: Definitions, found: Reading) -> None:
    """Warn of a field's date that hides the targets after it, and of one that is not seen when it is set."""
    for agreement in definitions.agreements:
        for objective in agreement.objectives:
            for n, target in enumerate(objective.targets):
                if not isinstance(target.limit, FieldDeadline):
                    continue
                path = ("agreements", agreement.table, "objectives", objective.name, "targets", n)
                field = target.limit.field
                if n + 1 < len(objective.targets) and not needs_value(target.when, field):
                    found.problem(
                        path,
                        f"is chosen without {field} too, which gives no result, and the targets after it are not "
                        f"reached; write when = {{ {field} = {{ set = true }} }}",
                    )
                if objective.rule.on_retarget == "freeze":
                    found.problem(path, f'with on_retarget = "freeze", a {field} that is set later is never seen')


def _restarting(reading: Reading, found: Reading) -> None:
    for path in reading.restarting:
        found.problem(
            path,
            "is fulfilled by events alone, and start by no event: once stopped, the clock starts again at the ticket's "
            'next change; write event = "created" in start, or on_reopen = "first_only"',
        )


def _reached(threshold: Threshold, target: int, day: int | None) -> int:
    """Return the time used, in ms, at which a threshold of a target is reached."""
    if threshold.left is not None:
        return max(target - threshold.left.within(day), 0)
    return -(-target * (threshold.share or 100) // 100)


def _values(connections: tuple[Connection, ...], reading: Reading, found: Reading) -> None:
    """Warn of a value that looks like a slip for one that the connections map to."""
    for use in reading.uses:
        mapping = [connection for connection in connections if use.field in connection.fields]
        mapped = {value for connection in mapping for value in connection.values.get(use.field, {}).values()}
        for value in use.values:
            near = nearest(value, mapped)
            if value not in mapped and near is not None:
                found.problem(use.path, f'no connection maps a value to this; the nearest is "{near}"', value)


def _unmapped(connections: tuple[Connection, ...], reading: Reading, found: Reading) -> None:
    """Warn of a value that conditions use and one connection maps to, where another maps others of the field only."""
    used = {(use.field, value): None for use in reading.uses for value in use.values}
    for connection in connections:
        for field, value in used:
            here = reading.mapped.get((connection.name, field))
            there = [c.name for c in connections if value in reading.mapped.get((c.name, field), ())]
            if here is not None and there and value not in here:
                found.problem(
                    ("connections", connection.name, "values", field),
                    f'maps nothing to "{value}", which conditions use and {" and ".join(there)} maps: '
                    f"no ticket of {connection.name} ever has it; if there is none, write {value} = []",
                )


def _kinds(definitions: Definitions, connections: tuple[Connection, ...], found: Reading) -> None:
    kinds = {agreement.kind for agreement in definitions.agreements}
    for connection in connections:
        for n, item in enumerate(connection.writeback.fields):
            if item.value.kind is not None and item.value.kind not in kinds:
                place = ("connections", connection.name, "writeback", "fields", n, "value")
                found.problem(place, f"stays empty: there is no {item.value.kind} agreement", str(item.value))


def _addresses(connections: tuple[Connection, ...], found: Reading) -> None:
    """Warn of addresses that a tool knows to be wrong beside a way of signing in."""
    for connection in connections:
        advice = TOOLS[connection.type].address_advice(connection.url, connection.auth.token_url)
        if advice:
            found.problem(("connections", connection.name, "url"), advice, connection.url)
