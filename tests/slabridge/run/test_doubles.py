"""A comment that stands twice, or in part, because another state posted it (docs/promises.md, P2 and P3)."""

import pytest
from structlog.testing import capture_logs

from connectors.errors import Unclear
from connectors.interface import CommentDelete, CommentWrite
from connectors.jira.connector import Jira
from sla_engine.instant import MINUTE, SECOND
from slabridge.exit import Exit
from slabridge.show import logs as logging
from tests.slabridge.run.breaching import BREACHED, breaching, markers, told
from tests.slabridge.run.job import TOOLS, Job, Killed
from tests.slabridge.run.truth import Truth

BOTH = ("standard.resolution#1 breached", "teams.handling#1 breached")


@pytest.fixture
def job(job: Job, place: str) -> Job:
    """Give the job with a state in each kind of database."""
    return breaching(job, place)


def test_of_a_comment_that_stands_twice_the_later_is_deleted_and_the_plan_says_so(job: Job) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    logging.configure("warning", "console")
    job.sandbox.move_to(BREACHED + MINUTE)
    (planned,) = [action.write for _, action in job.rehearse().actions]
    assert isinstance(planned, CommentDelete)
    assert planned.markers == (marker,)
    with capture_logs() as logs:
        job.run()
    assert [(one["key"], one["reason"]) for one in logs if one["event"] == "comment posted twice"] == [
        (marker, "the later one was deleted")
    ]
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]
    Truth().check(job)
    assert job.rehearse().actions == []


def test_a_run_that_dies_before_it_knows_that_a_comment_is_deleted_deletes_no_other(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    with monkeypatch.context() as patch:
        delete = Jira.delete

        def dying(jira: Jira, deletion: CommentDelete) -> None:
            delete(jira, deletion)
            raise Killed

        patch.setattr(Jira, "delete", dying)
        with pytest.raises(Killed):
            job.run_at(BREACHED + MINUTE)
    job.run_at(BREACHED + 2 * MINUTE)
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]


def test_a_deletion_whose_answer_is_lost_is_tried_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    with monkeypatch.context() as patch:

        def lost(_: Jira, deletion: CommentDelete) -> None:
            raise Unclear(f"the answer for {deletion.key} was lost")

        patch.setattr(Jira, "delete", lost)
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.DEFERRED
    assert markers(job, "jira").count(marker) == 2
    assert job.run_at(BREACHED + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]


@pytest.mark.parametrize("name", TOOLS)
def test_where_the_tool_does_not_let_us_delete_it_that_is_said_once(job: Job, name: str) -> None:
    logging.configure("warning", "console")
    job.run_at(BREACHED)
    marker, _ = post_again(job, name)
    if name == "jira":
        job.sandbox.switch("jira", withheld=["DELETE_OWN_COMMENTS"])
    with capture_logs() as logs:
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
        job.run_at(BREACHED + 2 * MINUTE)
    assert [one["key"] for one in logs if one["event"] == "comment posted twice"] == [marker]
    assert markers(job, name).count(marker) == 2


def post_again(job: Job, name: str) -> tuple[str, int]:
    """Post a comment of ours a second time, later, as another state would; return its marker and when the first was."""
    ticket = job.ticket(name, "Open")
    marker, at = next((marker, one.at) for one in ticket.comments for marker in one.markers)
    job.sandbox.move_to(BREACHED + 30 * SECOND)
    post(job, name, marker)
    assert markers(job, name).count(marker) == 2
    return marker, at


def test_one_comment_carries_all_that_there_is_to_tell_and_is_known_by_each_of_its_keys(job: Job) -> None:
    job.run_at(BREACHED)
    assert [told(job, name) for name in TOOLS] == [[BOTH], [BOTH]]
    job.lose_state()
    assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
    assert [told(job, name) for name in TOOLS] == [[BOTH], [BOTH]]


def test_of_what_another_state_has_posted_a_part_only_the_rest_is_posted(job: Job) -> None:
    job.sandbox.move_to(BREACHED)
    for name in TOOLS:
        post(job, name, BOTH[1])
    job.run()
    assert [told(job, name) for name in TOOLS] == [[(BOTH[1],), (BOTH[0],)]] * 2


def test_a_later_comment_that_also_says_what_stands_nowhere_else_stays(job: Job) -> None:
    logging.configure("warning", "console")
    job.run_at(BREACHED)
    post(job, "jira", "teams.handling#1 breached", "another.one#1 breached")
    with capture_logs() as logs:
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
    assert markers(job, "jira").count("another.one#1 breached") == 1
    assert [(one["key"], one["reason"]) for one in logs if one["event"] == "comment posted twice"] == [
        ("teams.handling#1 breached", "it stands in a comment with others, which stays")
    ]


def post(job: Job, name: str, *markers: str) -> None:
    """Post a comment with these markers, as another state would."""
    ticket = job.ticket(name, "Open")
    with job.connections() as pairs:
        (tool,) = [connector for connection, connector, _ in pairs if connection.name == name]
        list(tool.write([CommentWrite(ticket.id, ticket.key, markers, "again")]))
