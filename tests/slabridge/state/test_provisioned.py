"""What was made in a tool is remembered, by connection, until it is gone."""

from connectors.interface import Thing
from slabridge.state import ConnectionState, State, provisioned

FIELD = Thing("field", "SLA due", "'SLA due'", "customfield_1", {"value": "sla.due_at", "projects": ["1"]})
SCREEN = Thing("screen", "SLA due", "on screen 7", "7/8/customfield_1", {"screen": "7", "tab": "8"})


def listed(state: State, connection: str) -> list[Thing]:
    with ConnectionState(state, connection).begin() as transaction:
        return provisioned.listed(transaction)


def test_things_are_kept_once_each_and_forgotten_by_their_connection_alone(state: State) -> None:
    for name in ("one", "other"):
        with ConnectionState(state, name).begin() as transaction:
            provisioned.keep(transaction, [FIELD, SCREEN])
            provisioned.keep(transaction, [FIELD])
            provisioned.keep(transaction, [])
    assert {thing.id: thing for thing in listed(state, "one")} == {FIELD.id: FIELD, SCREEN.id: SCREEN}
    with ConnectionState(state, "one").begin() as transaction:
        provisioned.forget(transaction, [SCREEN])
    assert listed(state, "one") == [FIELD]
    assert len(listed(state, "other")) == 2
