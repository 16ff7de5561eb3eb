"""Agreements in words, with worked examples (docs/agreements.md)."""

from sla_engine import Engine
from slabridge.config import Config
from slabridge.state import State, cycles
from slabridge.ticket.viewer import Viewer
from slabridge.wording.agreement import AgreementSaid, agreement_said


def agreements(config: Config, engine: Engine, at: int, wanted: str | None = None) -> list[AgreementSaid]:
    """Return all agreements, or the versions of one (none, where there is none of this id), in file order.

    Their examples begin after an instant, ms UTC. `engine` is one of the configuration's definitions; who asks again
    keeps it, as its calendars are compiled by then.
    """
    promised = {} if config.reporting is None else config.reporting.promised
    agreed = config.definitions.agreements
    return [agreement_said(engine, one, promised, at) for one in agreed if wanted in (None, one.id)]


def visible(state: State, viewer: Viewer) -> set[str]:
    """Return the ids of the agreements that cycles have which a viewer sees.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    with state.reading() as sql:
        return cycles.agreements(sql, viewer)
