"""Recorded answers of an instance, played without one; and what is recorded holds no secret."""

import base64
import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from vcr.cassette import Cassette

from connectors.http.credentials import BasicAuth, OAuthPassword
from connectors.http.session import Http
from slabridge_sandbox.embedded import Sandbox
from tests.connectors.servicenow.cassette import EXAMPLE, FOLDER, SCENES, auth_of, play, player, record

SAID = {
    "listing": r"Identity\(account='slabridge', now=1772539200000\).*\('INC0000001', 4, 'Resolved'\)",
    "writing": r"'applied', 'applied', 'refused'.*\('At risk', \['standard.resolution#1 at_risk'\]\)",
    "signing_in": "slabridge",
    "refused": "Refused.*credentials are wrong",
    "partial": "INC0000004.*INC0000002",
    "hibernating": "Unavailable.*Instance Hibernating page",
}


BATCHED = {"listing", "writing", "partial"}


@pytest.mark.parametrize("scene", SCENES)
def test_recorded_answers_are_understood(scene: str) -> None:
    with player(FOLDER).use_cassette(f"{scene}.yaml") as cassette:
        said = play(scene, EXAMPLE, auth_of(scene, EXAMPLE, "slabridge", "anything"))
        assert cassette.all_played
    assert re.search(SAID[scene], str(said))


def test_every_cassette_is_of_the_example_and_has_batches_where_history_is() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SCENES)
    for path in FOLDER.glob("*.yaml"):
        asked = [request.uri for request in Cassette.load(path=str(path)).requests]
        assert all(uri.startswith(EXAMPLE + "/") for uri in asked)
        assert any("/api/now/v1/batch" in uri for uri in asked) == (path.stem in BATCHED)


def unfolded(text: str) -> str:
    """Return a text with all that is base64 in it beside it, twice over: batches hold bodies in it."""
    for _ in range(2):
        joined = re.sub(r"\n\s+", "", text)
        for found in set(re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", text + joined)):
            text += base64.b64decode(found[: len(found) // 4 * 4]).decode(errors="replace")
    return text


@pytest.mark.parametrize("scene", ["refused", "signing_in", "writing"])
def test_no_secret_that_is_used_while_recording_stays(
    tmp_path: Path, box: Sandbox, monkeypatch: pytest.MonkeyPatch, scene: str
) -> None:
    end = box.servicenow
    issued: set[str] = set()
    close = Http.close

    def remember(self: Http) -> None:
        issued.update(self._authorization.secrets())
        close(self)

    monkeypatch.setattr(Http, "close", remember)
    planted = BasicAuth("slabridge", SecretStr("pl4nted-s3cret"))
    auth = planted if scene == "refused" else auth_of(scene, end.url, end.user, end.secret)
    record(tmp_path, scene, box, auth)
    text = unfolded((tmp_path / f"{scene}.yaml").read_text())
    assert len(text) > 1000
    secrets = issued - {"sandbox"}  # the password of the sandbox is a word that stands in its client's secret, too
    assert len(secrets) == {"refused": 2, "signing_in": 2, "writing": 1}[scene]
    assert not [secret for secret in secrets if secret in text]
    assert f":{end.secret}" not in text
    assert "password=sandbox" not in text
    assert end.url not in text
    assert isinstance(auth, BasicAuth | OAuthPassword)


@pytest.mark.parametrize("scene", SCENES)
def test_the_cassettes_kept_hold_no_credentials(scene: str) -> None:
    text = unfolded((FOLDER / f"{scene}.yaml").read_text())
    assert not re.search(r"Basic |Bearer (?!FILTERED)|slabridge:|sandbox-client-secret|127\.0\.0\.1", text)
