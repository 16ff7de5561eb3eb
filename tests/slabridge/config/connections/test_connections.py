from pathlib import Path

import certifi
import pytest
from pydantic import SecretStr

from connectors.http.credentials import (
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    OAuthClient,
    OAuthPassword,
    OAuthRefresh,
)
from connectors.jira.settings import JiraSettings
from connectors.roster import Roster
from connectors.servicenow.settings import ServiceNowSettings
from sla_engine.instant import DAY, HOUR
from slabridge.config import CommentRule, ConfigError, Connection, FieldMap, ResultRef
from tests.slabridge.config.small import config

SECRET = "hunter2"


def _snow(change: str = "") -> Connection:
    return config(f"[connections.snow]\n{change}").connections[0]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOW_PASSWORD", SECRET)
    monkeypatch.setenv("JIRA_TOKEN", SECRET)


@pytest.mark.usefixtures("secrets")
def test_servicenow_settings_say_all_that_the_file_says() -> None:
    settings = _snow("""
        url = "https://acme.service-now.com/"
        table = "change_request"
        filter = "active=true"
        created = "opened_at"
        page_size = 50
        overlap = "5m"
        timeout = { connect = "2s", read = "1m30s", total = "10m" }
        max_answer = "8MB"
        writeback.fields = [{ field = "u_due", value = "sla.due_at" }]
    """).settings()
    assert isinstance(settings, ServiceNowSettings)
    assert isinstance(settings.auth, BasicAuth)
    assert (settings.auth.user, settings.auth.secret.get_secret_value()) == ("bridge", SECRET)
    assert (settings.name, settings.url) == ("snow", "https://acme.service-now.com")
    assert (settings.table, settings.filter, settings.created) == ("change_request", "active=true", "opened_at")
    assert (settings.page_size, settings.overlap, settings.timeout) == (50, 300, (2.0, 90.0))
    assert (settings.total, settings.max_answer) == (600.0, 8_000_000)
    assert settings.fields == ("state", "priority", "assignment_group")
    assert settings.written == ("u_due",)
    assert settings.places == {
        "state": "connections.snow.fields.status",
        "priority": "connections.snow.fields.priority",
        "assignment_group": "connections.snow.fields.team",
        "u_due": "connections.snow.writeback.fields[0].field",
    }


@pytest.mark.usefixtures("secrets")
def test_what_the_file_leaves_out_is_as_the_connector_has_it() -> None:
    for made, kind in zip(config("").settings(), (ServiceNowSettings, JiraSettings), strict=True):
        assert made == kind(name=made.name, url=made.url, auth=made.auth, fields=made.fields, places=made.places)


def test_a_token_is_read_from_a_file_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    change = 'auth = { kind = "bearer", token = { file = "token" }, user = "(gone)", password = "(gone)" }'
    auth = _snow(change).settings().auth
    assert isinstance(auth, BearerAuth)
    assert auth.token.get_secret_value() == SECRET


@pytest.mark.usefixtures("secrets")
def test_limits_route_and_history_reach_the_connector(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").symlink_to(certifi.where())
    snow = _snow(f"""
        concurrency = 4
        calls_per_hour = 2000
        ca = "{tmp_path}/ca.pem"
        proxy = "http://proxy.acme.com:3128"
        history = "metric_instance"
        census = "7h"
        writes_per_run = 500
        native = {{ "standard.resolution" = ["Time to resolution", "Resolve"] }}
        [connections.snow.writeback]
        table = "u_sla_result"
        reference = "u_task"
        fields = [{{ field = "state", value = "sla.status" }}]
    """)
    settings = snow.settings()
    assert isinstance(settings, ServiceNowSettings)
    assert (settings.concurrency, settings.calls_per_hour, settings.history) == (4, 2000, "metric_instance")
    assert (settings.ca, settings.proxy) == (tmp_path / "ca.pem", "http://proxy.acme.com:3128")
    assert (settings.result_table, settings.result_reference) == ("u_sla_result", "u_task")
    assert (snow.census, snow.writes_per_run) == (7 * HOUR, 500)
    assert snow.native == {"standard.resolution": ("Time to resolution", "Resolve")}


def test_a_census_is_daily_unless_told_otherwise() -> None:
    assert (_snow().census, _snow().writes_per_run) == (DAY, 2000)
    assert _snow('census = "never"').census is None


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("place", [0, 1])
def test_who_is_an_agent_and_who_is_none_is_named_by_account_group_and_domain(place: int) -> None:
    name = ("snow", "help")[place]
    changed = config(f"""
        [connections.{name}]
        agents = {{ groups = ["desk"], accounts = ["5b10ac"] }}
        not_agents = {{ domains = ["acme.com"] }}
    """)
    settings = changed.connections[place].settings()
    assert settings.agents == Roster(accounts=("5b10ac",), groups=("desk",))
    assert settings.not_agents == Roster(domains=("acme.com",))


@pytest.mark.usefixtures("secrets")
def test_earlier_names_of_a_jiras_fields_reach_its_settings() -> None:
    changed = config('connections.help.was = { priority = ["Urgency"], status = [] }')
    (help_,) = (settings for settings in changed.settings() if settings.name == "help")
    assert isinstance(help_, JiraSettings)
    assert help_.was == {"priority": ("Urgency",), "status": ()}


@pytest.mark.parametrize("url", ["https://jira.acme.com/jira/", "https://api.atlassian.com/ex/jira/1a-2b"])
def test_the_address_of_a_jira_may_have_a_path(url: str) -> None:
    assert config(f'connections.help.url = "{url}"').connections[1].url == url.rstrip("/")


CLIENT = 'client_id = "id-1", client_secret = { env = "CLIENT" }'
NO_USER = 'user = "(gone)", password = "(gone)"'
AUTHS = {
    "basic": ("", BasicAuth("bridge", SecretStr(SECRET))),
    "api_key": (
        f'kind = "api_key", key = {{ env = "CLIENT" }}, {NO_USER}',
        ApiKeyAuth(SecretStr("client"), "x-sn-apikey"),
    ),
    "oauth_password": (
        f'kind = "oauth_password", {CLIENT}',
        OAuthPassword(
            token_url="https://acme.service-now.com/oauth_token.do",
            client_id="id-1",
            client_secret=SecretStr("client"),
            user="bridge",
            secret=SecretStr(SECRET),
        ),
    ),
    "oauth_client": (
        f'kind = "oauth_client", {CLIENT}, scope = "useraccount", {NO_USER}',
        OAuthClient(
            token_url="https://acme.service-now.com/oauth_token.do",
            client_id="id-1",
            client_secret=SecretStr("client"),
            scope="useraccount",
            hint="ServiceNow: glide.oauth.inbound.client.credential.grant_type.enabled",
        ),
    ),
    "oauth_refresh": (
        f'kind = "oauth_refresh", {CLIENT}, token_url = "https://t.acme.com/t", refresh_token.env = "R", {NO_USER}',
        OAuthRefresh(
            token_url="https://t.acme.com/t",
            client_id="id-1",
            client_secret=SecretStr("client"),
            token=SecretStr("refresh"),
        ),
    ),
}


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(("change", "auth"), AUTHS.values(), ids=AUTHS)
def test_each_kind_of_auth_reaches_the_connector(change: str, auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT", "client")
    monkeypatch.setenv("R", "refresh")
    made = _snow(f"auth = {{ {change} }}").settings().auth
    assert made == auth
    assert SECRET not in repr(made)
    assert "refresh'" not in repr(made)


@pytest.mark.usefixtures("secrets")
def test_a_refresh_token_in_a_file_is_known_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT", "client")
    (tmp_path / "refresh").write_text("refresh\n", encoding="utf-8")
    auth = f'kind = "oauth_refresh", {CLIENT}, refresh_token = {{ file = "{tmp_path}/refresh" }}, {NO_USER}'
    made = _snow(f"auth = {{ {auth} }}").settings().auth
    assert isinstance(made, OAuthRefresh)
    assert (made.token.get_secret_value(), made.file) == ("refresh", tmp_path / "refresh")


@pytest.mark.parametrize("url", ["https://acme.atlassian.net", "https://api.atlassian.com/ex/jira/1a"])
def test_tokens_of_jira_cloud_are_atlassians(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT", "client")
    auth = f'{{ kind = "oauth_client", {CLIENT}, {NO_USER} }}'
    found = config(f'connections.help.url = "{url}"\nconnections.help.auth = {auth}').connections[1].auth
    assert found.token_url == "https://auth.atlassian.com/oauth/token"
    made = found.read()
    assert isinstance(made, OAuthClient)
    assert (made.as_json, made.hint) == (True, "")


def test_missing_certificates_and_secrets_are_shown_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOW_PASSWORD", raising=False)
    monkeypatch.delenv("CLIENT", raising=False)
    auth = f'auth = {{ kind = "oauth_password", {CLIENT} }}'
    with pytest.raises(ConfigError) as caught:
        _snow(f'ca = "{tmp_path}/nowhere.pem"\n{auth}').settings()
    assert [problem.path for problem in caught.value.problems] == [
        "connections.snow.ca",
        "connections.snow.auth.client_secret",
        "connections.snow.auth.password",
    ]
    assert "No such file" in caught.value.problems[0].message


@pytest.mark.usefixtures("secrets")
def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("hello", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"ca\.pem holds no certificates"):
        _snow(f'ca = "{tmp_path}/ca.pem"').settings()


def test_secrets_are_not_needed_to_read_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOW_PASSWORD", raising=False)
    assert _snow().name == "snow"


def test_all_missing_secrets_are_shown_at_once_with_key_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOW_PASSWORD", raising=False)
    monkeypatch.setenv("JIRA_TOKEN", "")
    with pytest.raises(ConfigError) as caught:
        config("").settings()
    assert str(caught.value).splitlines() == [
        "config.toml: connections.snow.auth.password: environment variable SNOW_PASSWORD is not set",
        "config.toml: connections.help.auth.password: environment variable JIRA_TOKEN is empty",
    ]


@pytest.mark.parametrize("content", [None, b"", b"\xff", f"{SECRET}\n{SECRET}\n".encode(), f"{SECRET}\t".encode()])
def test_a_secret_in_a_file_that_cannot_be_used_is_refused_and_not_shown(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    connection = _snow(f'auth.password = {{ env = "(gone)", file = "{file}" }}')
    with pytest.raises(ConfigError, match=r"connections\.snow\.auth\.password: file .*password") as caught:
        connection.settings()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.usefixtures("secrets")
def test_a_secret_is_in_no_text_of_configuration_or_settings() -> None:
    loaded = config("")
    settings = loaded.settings()
    for text in (repr(loaded), str(loaded), repr(settings), str(settings)):
        assert SECRET not in text


def test_values_are_turned_round() -> None:
    values = _snow('values.status = { new = ["1", "New"], active = ["2"] }').values
    assert values == {"status": {"1": "new", "New": "new", "2": "active", "7": "closed"}}


def test_like_takes_whole_keys_along_a_chain() -> None:
    _, _, second, third = config("""
        [connections.second]
        like = "third"
        fields = { status = "incident_state" }
        values = {}
        [connections.third]
        like = "snow"
        table = "problem"
    """).connections
    assert (second.own, third.own) == ({"table": "problem"}, {"table": "problem"})
    assert second.fields == {"status": "incident_state"}
    assert third.fields == _snow().fields
    assert second.url == third.url == _snow().url


@pytest.mark.parametrize(
    ("value", "ref"),
    [
        ("sla.status", ResultRef("status", kind="sla")),
        ("ola.holder", ResultRef("holder", kind="ola")),
        ("sla.resolution.due_at", ResultRef("due_at", kind="sla", objective="resolution")),
        ("standard.resolution.stage", ResultRef("stage", agreement="standard", objective="resolution")),
    ],
)
def test_a_result_is_named_by_kind_or_agreement(value: str, ref: ResultRef) -> None:
    writeback = _snow(f'writeback.fields = [{{ field = "u_a", value = "{value}" }}]').writeback
    assert writeback.fields == (FieldMap("u_a", ref, {}),)
    assert str(ref) == value


def test_comments_are_internal_unless_told_otherwise() -> None:
    rule = _snow('writeback.comments = { on = ["breached"], kinds = ["ola", "uc"] }').writeback.comments
    assert rule == CommentRule(("breached",), ("ola", "uc"), "internal")


def test_customers_may_read_of_their_own_agreements() -> None:
    comments = '{ on = ["breached"], kinds = ["sla"], visibility = "public" }'
    rule = _snow(f"writeback.comments = {comments}").writeback.comments
    assert rule == CommentRule(("breached",), ("sla",), "public")
