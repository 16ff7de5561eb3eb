"""Our link on an issue to its page: one, made once, and of one that is there nothing but the address changes."""

from dataclasses import astuple
from typing import Any

import requests
from structlog.testing import capture_logs

from connectors.interface import LINK, CommentWrite, LinkWrite, Outcome, Receipt, Value, Write
from connectors.jira.connector import Jira
from connectors.jira.field import REMOTE_LINKS
from connectors.jira.link import TITLE
from tests.connectors.jira.site import MINUTE, NOW, Here, tickets
from tests.patience import PATIENCE

PAGE = "https://sla.acme.com/tickets/jira/10000"
ELSEWHERE = "https://new.acme.com/tickets/jira/10000"


def write(jira: Jira, url: str = PAGE, before: str | None = None, issue: str = "10000") -> Receipt:
    (receipt,) = jira.write([LinkWrite(issue, "ITSM-1", url, before)])
    return receipt


def asked(here: Here, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
    """Let somebody ask the site."""
    version = 3 if here.sandbox.site.cloud else 2
    url = f"{here.url}/rest/api/{version}/issue/ITSM-1/{path}"
    answer = requests.request(method, url, json=body, auth=astuple(here.sandbox.credentials), timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def links(here: Here) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(here, "GET", "remotelink")
    return found


def test_a_link_is_made_once_and_has_a_title_that_never_changes(either: Here) -> None:
    either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    assert write(jira) == Receipt(LinkWrite("10000", "ITSM-1", PAGE), Outcome.APPLIED)
    assert write(jira).outcome is Outcome.APPLIED
    (link,) = links(either)
    assert (link["globalId"], link["object"]["url"], link["object"]["title"]) == (
        "slabridge=jira&id=10000",
        PAGE,
        TITLE,
    )
    assert link["application"] == {"type": "slabridge", "name": "slabridge"}
    sent = [(one.method, one.path.rpartition("/")[2]) for one in either.sent if one.method != "GET"]
    assert sent == [("POST", "remotelink")]


def test_of_a_link_that_is_there_the_address_alone_changes_whatever_people_made_of_it(either: Here) -> None:
    either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    write(jira)
    (link,) = links(either)
    theirs = {
        "globalId": link["globalId"],
        "application": {"type": "com.acme", "name": "Acme"},
        "relationship": "measured by",
        "object": {
            **link["object"],
            "title": "Our clocks",
            "summary": "due at noon",
            "icon": {"url16x16": "https://acme.com/i.png", "title": "icon"},
            "status": {"resolved": True, "icon": {"url16x16": "https://acme.com/s.png"}},
        },
    }
    asked(either, "PUT", f"remotelink/{link['id']}", theirs)
    for before in (PAGE, None):  # it is known that we made it, or a lost state knew
        moved = ELSEWHERE if before else f"{ELSEWHERE}0"
        assert write(jira, moved, before).outcome is Outcome.APPLIED
        (now,) = links(either)
        assert {**now, "self": ""} == {
            **theirs,
            "id": link["id"],
            "self": "",
            "object": {**theirs["object"], "url": moved},
        }


def test_a_link_that_somebody_took_away_stays_away(either: Here) -> None:
    either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    write(jira)
    either.act("remote-unlink", issue="ITSM-1", by="A person")
    assert write(jira, ELSEWHERE, PAGE).outcome is Outcome.APPLIED
    assert links(either) == []


def test_a_lost_answer_leaves_one_link_and_is_looked_for(either: Here) -> None:
    either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    made = {"issue": "ITSM-1", "url": PAGE, "title": TITLE, "globalId": "slabridge=jira&id=10000", "by": "A person"}

    def between(answer: requests.Response, **_: object) -> None:
        if answer.status_code == 404:  # after our look and before our POST, which then is answered with 200, not 201
            either.act("remote-link", **made)

    jira.http.hooks["response"].append(between)
    assert write(jira).outcome is Outcome.UNCLEAR
    assert write(either.connect()).outcome is Outcome.APPLIED
    assert len(links(either)) == 1


def test_without_the_right_to_link_it_is_said_once_for_a_project_and_nothing_is_asked(either: Here) -> None:
    ids = [either.open(f"INC{n}", at=NOW - MINUTE) for n in range(3)]
    either.sandbox.site.switches.withheld = ("LINK_ISSUES",)
    jira = either.connect()
    writes = [LinkWrite(id_, f"ITSM-{n}", PAGE) for n, id_ in enumerate(ids, 1)]
    with capture_logs() as logs:
        assert list(jira.left_out(writes)) == [{LINK: ""}] * 3
        assert [(one.outcome, one.stored) for one in jira.write(writes)] == [(Outcome.APPLIED, frozenset())] * 3
    (said,) = [one for one in logs if one["event"] == "issues are not linked with their pages"]
    assert (said["project"], "Link issues" in said["reason"]) == ("ITSM", True)
    assert not [one for one in either.sent if "remotelink" in one.path]


def test_where_a_project_takes_no_links_though_we_may_it_is_said_once(either: Here) -> None:
    ids = [either.open(f"INC{n}", at=NOW - MINUTE) for n in range(3)]
    jira = either.connect(concurrency=1)
    writes = [LinkWrite(id_, f"ITSM-{n}", PAGE) for n, id_ in enumerate(ids, 1)]
    assert list(jira.left_out(writes)) == [{}] * 3
    either.sandbox.site.switches.withheld = ("LINK_ISSUES",)
    with capture_logs() as logs:
        assert [(one.outcome, one.stored) for one in jira.write(writes)] == [(Outcome.APPLIED, frozenset())] * 3
    assert [one["event"] for one in logs].count("issues are not linked with their pages") == 1
    assert len([one for one in either.sent if one.method == "POST"]) == 1


def test_an_issue_that_is_gone_is_gone_also_where_it_had_our_link(either: Here) -> None:
    either.open("INC1", at=NOW - MINUTE)
    jira = either.connect()
    write(jira)
    either.delete("INC1")
    assert write(jira).outcome is Outcome.GONE
    assert write(jira, ELSEWHERE, PAGE).outcome is Outcome.GONE


def test_our_own_link_is_never_read_as_one_nor_is_its_history(either: Here) -> None:
    one = either.open("INC1", at=NOW - MINUTE)
    jira = either.connect(fields=(REMOTE_LINKS,), written=())
    write(jira)
    either.act("remote-link", issue="ITSM-1", url="https://acme.com/7", title="Theirs", globalId="id=7", by="A person")
    (link,) = [one for one in links(either) if one["globalId"].startswith("slabridge")]
    asked(either, "PUT", f"remotelink/{link['id']}", {**link, "object": {**link["object"], "title": "Renamed"}})

    def course() -> tuple[Any, ...]:
        found = tickets(either.connect(fields=(REMOTE_LINKS,), written=()).reread([one]))[one]
        return found.fields[REMOTE_LINKS], [entry.changes[REMOTE_LINKS] for entry in found.history]

    theirs = (Value("2", "https://acme.com/7 id=7"),)
    assert course() == (theirs, [((), theirs)])
    either.act("remote-unlink", issue="ITSM-1", by="A person")  # a history has titles, and no globalId
    assert course()[0] == ()
    assert [[len(side) for side in change] for change in course()[1]] == [[0, 1], [1, 0]]


def test_a_comment_and_a_link_of_one_issue_are_two_writes(here: Here) -> None:
    here.open("INC1", at=NOW - MINUTE)
    writes: list[Write] = [CommentWrite("10000", "ITSM-1", ("m",), "late"), LinkWrite("10000", "ITSM-1", PAGE)]
    assert [one.outcome for one in here.connect().write(writes)] == [Outcome.APPLIED] * 2
