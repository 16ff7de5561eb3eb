import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.http.credentials import BasicAuth
from connectors.interface import Identity
from slabridge_sandbox.jira.oauth import CLOUD_ID
from tests.connectors.jira.site import MINUTE, NOW, Here, scripted, tickets

LOGIN = "<!doctype html><title>Log in</title><form><input type='password'></form>"


def test_it_says_who_we_are_and_what_the_sites_clock_shows(here: Here) -> None:
    assert here.connect().check() == Identity(here.sandbox.site.account, NOW)


def test_wrong_credentials_are_refused_with_the_way_out(here: Here) -> None:
    jira = here.connect(auth=BasicAuth("slabridge@example.com", SecretStr("hunter22")))
    with pytest.raises(Refused, match="credentials are wrong, expired or locked") as raised:
        jira.check()
    assert "hunter22" not in str(raised.value)


def test_an_anonymous_200_is_refused() -> None:
    with scripted(myself=[{"displayName": "Anonymous"}]) as site, pytest.raises(Refused, match="takes us for nobody"):
        site.connect().check()


def test_a_server_that_is_no_jira_is_refused() -> None:
    answers: list[object] = [(404, {"error": "no such path"}), {"result": []}, []]
    for answer in answers:
        with scripted(serverInfo=[answer]) as site, pytest.raises(Refused, match=r"is no Jira; write https://"):
            site.connect().check()


def test_a_login_page_with_200_is_refused_as_one() -> None:
    with scripted(serverInfo=[LOGIN]) as site, pytest.raises(Refused, match="a login page"):
        site.connect().check()


def test_a_site_without_a_clock_is_unavailable() -> None:
    with scripted() as site:
        site.date = None
        with pytest.raises(Unavailable, match="no Date"):
            site.connect().check()


def test_a_context_path_and_a_final_slash_are_kept() -> None:
    with scripted() as site:
        site.answers = {
            "/jira/rest/api/2/serverInfo": [{"deploymentType": "Cloud"}],
            "/jira/rest/api/3/myself": [{"accountId": "me"}],
        }
        site.url += "/jira/"
        assert site.connect().check().account == "me"


def test_unknown_and_ambiguous_fields_are_refused_all_at_once(here: Here) -> None:
    jira = here.connect(fields=("status", "Taem", "Prioritty"))
    with pytest.raises(
        Refused,
        match=r"there is no field 'Taem' .`connections\.jira\.fields`.; is it 'Team'.*'Prioritty' .*; is it 'Priority'",
    ):
        next(jira.reread(["10000"]))


def test_one_of_two_fields_of_the_same_name_is_asked_for_by_id() -> None:
    twins = [{"id": f"customfield_{n}", "name": "Team", "schema": {"type": "string", "custom": "x"}} for n in (7, 8)]
    with (
        scripted(field=[twins]) as site,
        pytest.raises(Refused, match="2 fields, write one of customfield_7, customfield_8"),
    ):
        next(site.connect(fields=("Team",)).reread(["1"]))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("project = OPS ORDER BY created", "remove ORDER BY"),
        ("project = OPS) OR (project = HR", "parentheses"),
        ("project = OPS)", "parentheses"),
        ("(project = OPS", "parentheses"),
        ('summary ~ "open', "quote"),
        (r'summary ~ "open\"', "quote"),
    ],
)
def test_a_filter_that_could_leave_its_parentheses_is_refused(here: Here, text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        here.connect(filter=text)


def test_quotes_may_hold_what_a_filter_may_not(here: Here) -> None:
    here.connect(filter=r"""summary ~ "order by (" AND summary ~ 'it\'s )'""")


def test_an_anonymous_answer_is_no_empty_result(either: Here) -> None:
    either.open("INC1")
    either.sandbox.switches.anonymous = True
    jira = either.connect(auth=BasicAuth("slabridge", SecretStr("wrong")))
    with pytest.raises(Refused):
        list(jira.changed(None))


def test_an_account_that_has_to_solve_a_captcha_is_refused(server: Here) -> None:
    server.sandbox.switches.locked = True
    with pytest.raises(Refused):
        server.connect().check()


def test_a_site_is_reached_by_its_cloud_id_too(here: Here) -> None:
    here.open("INC1", at=NOW - MINUTE)
    here.url += f"/ex/jira/{CLOUD_ID}"
    assert len(tickets(here.connect().changed(None))) == 1
    assert {sent.path.partition("/rest/")[0] for sent in here.sent} == {f"/ex/jira/{CLOUD_ID}"}
