"""What runs replaced is kept by run, connection, ticket and field."""

from slabridge.state import ConnectionState, State, replaced, runs
from slabridge.ticket.replaced import Replaced


def wrote(run: int, before: str | None, after: str | None, field: str = "u_due") -> Replaced:
    return Replaced(run, "1", "INC1", field, before, after, ours=False)


def test_of_a_field_that_a_run_writes_twice_what_stood_there_at_first_is_kept(state: State) -> None:
    with ConnectionState(state, "snow").begin() as transaction:
        replaced.keep(transaction, [wrote(7, "theirs", "a"), wrote(8, "b", "c")], 1_000)
        replaced.keep(transaction, [wrote(7, "a", "b")], 1_000)
        replaced.keep(transaction, [], 1_000)
        assert replaced.since(transaction, 7, ["1", "2"]) == {"1": [wrote(7, "theirs", "b"), wrote(8, "b", "c")]}
        assert replaced.since(transaction, 8, ["1"]) == {"1": [wrote(8, "b", "c")]}
    with ConnectionState(state, "jira").begin() as transaction:
        assert replaced.since(transaction, 7, ["1"]) == {}
        assert replaced.tickets_of(transaction, 7, "", 10) == []


def test_the_runs_that_wrote_are_listed_with_their_counts_the_last_first(state: State) -> None:
    with state.begin() as sql:
        numbers = [runs.begin(sql), runs.begin(sql, reverts=1), runs.begin(sql)]
    with ConnectionState(state, "snow").begin() as transaction:
        replaced.keep(transaction, [wrote(numbers[0], None, "a"), wrote(numbers[0], None, "a", "u_status")], 1_000)
        replaced.keep(transaction, [wrote(numbers[1], "a", None)], 2_000)
    with state.begin() as sql:
        found = replaced.listed(sql, 2)
    assert [(one.run, one.reverts, one.connection, one.fields, one.tickets) for one in found] == [
        (numbers[1], 1, "snow", 1, 1),
        (numbers[0], None, "snow", 2, 1),
    ]
