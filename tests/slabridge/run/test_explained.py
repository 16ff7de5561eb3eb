"""Explaining tickets for many readers: one ticket of one connection, what its reader may see, and the same as data."""

from concurrent.futures import ThreadPoolExecutor

from slabridge.app.explain import Explainer
from slabridge.show.explained import as_json
from slabridge.state import State
from slabridge.ticket.viewer import Viewer
from tests.slabridge.run.job import NOON, Job


def test_one_ticket_is_found_by_its_id_or_key_on_its_connection_alone(job: Job) -> None:
    job.run_at(NOON)
    key = job.ticket("jira", "Open").key
    explainer, state = Explainer.of(job.config()), State.of(job.place)
    by_key = explainer.one(state, "jira", key)
    assert by_key is not None
    assert explainer.one(state, "jira", by_key.ticket.id) == by_key
    assert explainer.every(state, key) == [by_key]
    assert explainer.one(state, "snow", key) is None
    assert explainer.one(state, "jira", "NONE-1") is None
    state.close()


def test_who_sees_one_team_sees_its_cycles_and_no_other_ticket(job: Job) -> None:
    job.run_at(NOON)
    state = State.of(job.place)
    found = Explainer.of(job.config()).one(state, "jira", job.ticket("jira", "Open").key)
    state.close()
    assert found is not None
    assert found.seen_by(Viewer()) is found
    assert found.seen_by(Viewer(team="nobody's")) is None
    assert found.seen_by(Viewer(customer="nobody's")) is None
    (team,) = {team for result in found.results for team in result.dimensions["team"]}
    theirs = found.seen_by(Viewer(team=team))
    assert theirs is not None
    assert [*theirs.results] == [*found.results]
    assert (theirs.position.above, theirs.position.below, [*theirs.remarks]) == ((), (), [])


def test_as_data_it_has_all_that_the_command_prints(job: Job) -> None:
    job.run_at(NOON)
    state = State.of(job.place)
    found = Explainer.of(job.config()).one(state, "jira", job.ticket("jira", "Open").key)
    state.close()
    assert found is not None
    document = as_json(found)
    assert [*document] == ["ticket", "as_of", "above", "below", "remarks", "results"]
    assert document["ticket"] == {"source": "jira", "ticket": found.ticket.key, "id": found.ticket.id}
    nothing = {"forecast": None, "ends": None}  # no file asks for it here
    assert document["results"] == [{**result.as_json(segments=True), **nothing} for result in found.results]
    assert all(result["chain"]["segments"] for result in document["results"])


def test_many_may_ask_at_once(job: Job) -> None:
    job.run_at(NOON)
    key = job.ticket("jira", "Open").key
    state = State.of(job.place)
    alone = Explainer.of(job.config()).one(state, "jira", key)
    shared = Explainer.of(job.config())
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: shared.one(state, "jira", key), range(40)))
    state.close()
    assert all(one == alone for one in found)
