"""Which values of the configuration no known ticket holds, by what the state has counted (docs/operations.md)."""

from collections import Counter
from collections.abc import Iterator

import structlog

from slabridge.config import Config, Connection, Problem
from slabridge.config.problem import show_value
from slabridge.run.context import Context
from slabridge.state import ConnectionState, State, Transaction, connections, lease, links, seen, tickets
from slabridge.ticket.never_seen import never_seen
from slabridge.ticket.values import SeenValue, values_of

log = structlog.get_logger("slabridge.run")


def count_what_is_known(context: Context) -> None:
    """Count the values of all tickets that an earlier slabridge read, at once: who dies in it begins anew."""
    with context.state.begin() as transaction:
        if not seen.needs_count(transaction):
            return
    found: Counter[SeenValue] = Counter()
    of_field: Counter[str] = Counter()
    after = ""
    while True:
        with context.state.begin() as transaction:
            lease.renew(transaction.sql)
            part = tickets.natives(transaction, after)
        if not part.last:
            break
        for native in part.natives:
            for value in values_of(native):
                if value in found or of_field[value.field] < seen.MOST:
                    of_field[value.field] += value not in found
                    found[value] += 1
        after = part.last
        context.proceed()
    with context.state.begin() as transaction:
        seen.add(transaction, found)


def report_never_seen(context: Context) -> None:
    """Warn of each value that no ticket holds or ever held, now that this connection's tickets are read."""
    for problem in never_seen_in(context.state.state, context.run.config, context.name):
        value = str(problem.value).strip('"')
        if (problem.path, value) not in context.run.said:
            context.run.said.add((problem.path, value))
            log.warning("value never seen", place=problem.path, value=value, reason=problem.message)


def never_seen_in(state: State, config: Config, just_read: str = "") -> list[Problem]:
    """Return the values that no ticket holds or ever held, and the links by which none names another.

    Nothing is said of connections that were not read once to the end.
    """
    found = {}
    unlinked: list[Problem] = []
    for connection in config.connections:
        with ConnectionState(state, connection.name).begin() as transaction:
            if connection.name == just_read or connections.standing(transaction).fields is not None:
                found[connection.name] = _of(transaction)
                unlinked += _unlinked(transaction, config, connection)
    return [*never_seen(config, found), *unlinked]


def _unlinked(transaction: Transaction, config: Config, connection: Connection) -> Iterator[Problem]:
    for n, rule in enumerate(connection.links):
        if not links.any_of(transaction, rule.to, rule.by):
            message = "no known ticket names another by it; is it the field, the type and the pattern that people use?"
            place = config.places.of(("connections", connection.name, "links", n))
            yield Problem(*place, show_value(rule.type), message)


def _of(transaction: Transaction) -> dict[str, Counter[tuple[str, str]]]:
    return {field: pairs for field, pairs in seen.values(transaction).items() if len(pairs) < seen.MOST}
