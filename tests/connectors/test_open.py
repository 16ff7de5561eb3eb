"""A connector is had from its settings alone, and what talks to a tool is loaded then."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

import connectors
from connectors.errors import Halted, Refused
from connectors.http.credentials import BasicAuth
from connectors.http.limits import Limits
from connectors.jira.connector import Jira
from connectors.jira.settings import JiraSettings
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.settings import ServiceNowSettings
from connectors.settings import Settings
from tests.connectors.misbehaving import answer, misbehaving_server
from tests.patience import PATIENCE

AUTH = BasicAuth("me", SecretStr("s3cret"))
SNOW = ServiceNowSettings(name="snow", url="http://acme.invalid", auth=AUTH, fields=())
JIRA = JiraSettings(name="jira", url="http://acme.invalid", auth=AUTH, fields=())


@pytest.mark.parametrize("modules", ["connectors", "connectors.servicenow.settings, connectors.jira.settings"])
def test_no_client_library_is_loaded_before_it_is_needed(modules: str) -> None:
    code = f"import sys, {modules}; print({{'requests', 'jira', 'pysnow'}} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603 - as above
    assert ran.stdout.strip() == "set()"


@pytest.mark.parametrize(("settings", "kind"), [(SNOW, ServiceNow), (JIRA, Jira)])
def test_the_settings_say_which_tool_it_is(settings: Settings, kind: type) -> None:
    connector = connectors.open(settings)
    assert isinstance(connector, kind)
    connector.close()


@pytest.mark.parametrize("kind", [ServiceNowSettings, JiraSettings])
def test_the_route_is_that_of_the_settings(kind: type[ServiceNowSettings | JiraSettings], tmp_path: Path) -> None:
    with misbehaving_server() as proxy:
        proxy.will(answer(418))
        settings = kind(
            name="tool", url="http://acme.invalid", auth=AUTH, fields=(), proxy=proxy.url, ca=tmp_path / "ca.pem"
        )
        connector = connectors.open(settings)
        assert isinstance(connector, ServiceNow | Jira)
        with pytest.raises(Refused):
            connector.check()
        connector.close()
    assert proxy.seen[0].path.startswith("http://acme.invalid/")
    assert connector.http._route["verify"] == str(tmp_path / "ca.pem")


@pytest.mark.parametrize("settings", [SNOW, JIRA])
def test_what_the_run_hands_in_is_kept_to(settings: Settings) -> None:
    limits = Limits(7)
    connector = connectors.open(settings, limits=limits, left=lambda: 9.0, stopping=lambda: True)
    assert isinstance(connector, ServiceNow | Jira)
    assert connector.http._gate.limits is limits
    with pytest.raises(Halted):
        connector.check()
    connector.close()
