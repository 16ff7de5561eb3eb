"""One connection's part of a run: what fails in it ends it, and no other's (docs/promises.md, P10)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from time import monotonic

import structlog

from connectors.errors import ConnectorError, Halted, Refused
from connectors.interface import Connector
from connectors.span import span
from slabridge import __version__
from slabridge.config import Connection
from slabridge.run.bug import kind_of, places_of
from slabridge.run.context import Context, Run
from slabridge.run.tally import Tally
from slabridge.state import Busy, ConnectionState, State, StateError, connections
from slabridge.ticket.mapping import Mapper

log = structlog.get_logger("slabridge.run")


@dataclass(slots=True)
class Part:
    """One connection's part of a run.

    `context` is None before it began, `late` whether its pull has to wait for the others, `over` is set where it ended
    early.
    """

    connection: Connection
    connector: Connector
    state: State
    tally: Tally
    context: Context | None = None
    late: bool = False
    over: bool = False


def begin(part: Part, this: Run, patience: float) -> Context:
    """Begin to pull, again where it was late: in its first load, or after so many seconds, where the others wait."""
    as_of = part.tally.as_of = part.connector.check().now
    part.tally.read_at = monotonic()
    own, until = ConnectionState(part.state, part.connection.name), monotonic() + patience
    people = this.people.within(this.config.privacy.fields_of(part.connection))
    mapper = Mapper(part.connection)
    context = Context(this, part.connection, part.connector, own, part.tally, as_of, mapper, until, people=people)
    if part.context is not None:
        context = replace(part.context, as_of=as_of, until=until, began=context.began)
    part.context = context
    with own.begin() as transaction:
        part.late = patience < inf and connections.standing(transaction).changed is None
    return context


def contained(part: Part, this: Run, step: Callable[[], object]) -> None:
    """Go one step in a connection's part; a tool that fails ends that part, and no more, and so does a bug.

    Raises:
        StateError, Busy: nothing can be kept any more.
    """
    if part.over:
        return
    calls, traffic, tally = part.connector.calls, part.connector.traffic, part.tally
    part.over = True
    try:
        this.halt.check()
        with span("connection", {"slabridge.connection": tally.connection, "slabridge.step": _name(step)}):
            step()
        part.over = False
    except Halted as error:
        tally.halted = str(error)
        log.warning("halted", connection=tally.connection, reason=str(error))
    except Refused as error:
        tally.refusal = str(error)
        log.error("refused", connection=tally.connection, reason=str(error))  # noqa: TRY400 - a person acts on the words
    except ConnectorError as error:
        tally.outage = str(error)
        log.warning("deferred", connection=tally.connection, reason=str(error))
    except (StateError, Busy):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other connections' parts run
        tally.bug = kind_of(error)
        log.error(  # noqa: TRY400 - a traceback shows values
            "bug", connection=tally.connection, error=tally.bug, version=__version__, places=places_of(error)
        )
    finally:
        part.late = part.late and not part.over
        tally.calls += part.connector.calls - calls
        tally.traffic.add(part.connector.traffic.since(traffic))


def _name(step: Callable[[], object]) -> str:
    return str(getattr(getattr(step, "func", step), "__name__", "step")).removeprefix("_")
