from pathlib import Path

import pytest

from connectors.settings import BasicAuth, BearerAuth, JiraSettings, ServiceNowSettings
from slabridge.config import CommentRule, ConfigError, Connection, FieldMap, ResultRef
from tests.config.small import config

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
        timeout = { connect = "2s", read = "1m30s" }
        writeback.fields = [{ field = "u_due", value = "sla.due_at" }]
    """).settings()
    assert isinstance(settings, ServiceNowSettings)
    assert isinstance(settings.auth, BasicAuth)
    assert (settings.auth.user, settings.auth.secret.get_secret_value()) == ("bridge", SECRET)
    assert (settings.name, settings.url) == ("snow", "https://acme.service-now.com")
    assert (settings.table, settings.filter, settings.created) == ("change_request", "active=true", "opened_at")
    assert (settings.page_size, settings.overlap, settings.timeout) == (50, 300, (2.0, 90.0))
    assert settings.fields == ("state", "priority", "assignment_group")
    assert settings.written == ("u_due",)


@pytest.mark.usefixtures("secrets")
def test_what_the_file_leaves_out_is_as_the_connector_has_it() -> None:
    for made, kind in zip(config("").settings(), (ServiceNowSettings, JiraSettings), strict=True):
        assert made == kind(name=made.name, url=made.url, auth=made.auth, fields=made.fields)


def test_a_token_is_read_from_a_file_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    change = 'auth = { kind = "bearer", token = { file = "token" }, user = "(gone)", password = "(gone)" }'
    auth = _snow(change).settings().auth
    assert isinstance(auth, BearerAuth)
    assert auth.token.get_secret_value() == SECRET


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
    assert (second.table, third.table) == ("problem", "problem")
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
