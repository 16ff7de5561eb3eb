import pytest
from pydantic import SecretStr

from connectors.errors import Refused, Unavailable
from connectors.interface import Identity
from connectors.settings import BasicAuth
from tests.connectors.jira.site import NOW, Here, scripted

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


def test_data_center_is_refused_by_name() -> None:
    with scripted(serverInfo=[{"deploymentType": "Server"}]) as site, pytest.raises(Refused, match="Jira Server"):
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
            "/jira/rest/api/3/serverInfo": [{"deploymentType": "Cloud"}],
            "/jira/rest/api/3/myself": [{"accountId": "me"}],
        }
        site.url += "/jira/"
        assert site.connect().check().account == "me"


def test_unknown_and_ambiguous_fields_are_refused_all_at_once(here: Here) -> None:
    jira = here.connect(fields=("status", "Taem", "Prioritty"))
    with pytest.raises(Refused, match=r"there is no field 'Taem'; is it 'Team'.*'Prioritty'; is it 'Priority'"):
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
