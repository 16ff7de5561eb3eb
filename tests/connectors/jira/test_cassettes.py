"""What was recorded reads as it did, the requests are those recorded, and nobody's secrets are in a recording."""

from pathlib import Path

import pytest
import requests

from connectors.interface import NativeTicket, Outcome
from slabridge_sandbox.jira.site import Deployment
from tests.connectors.jira.cassette import FOLDER, SCENES, URL, cassette, connect, people, pulled, written
from tests.connectors.jira.site import MINUTE, NOW, issue, sandbox, scripted
from tests.patience import PATIENCE

RECORDED = sorted(FOLDER.glob("*.yaml"))
PLANTED = "planted-secret"


def test_every_scene_is_recorded_from_both_kinds_of_jira() -> None:
    assert {path.stem for path in RECORDED} == {f"{kind}_{name}" for kind in ("cloud", "server") for name in SCENES}


@pytest.mark.parametrize("kind", ["cloud", "server"])
def test_a_recorded_pull_reads_as_it_did(kind: str) -> None:
    jira = connect(URL)
    with cassette(FOLDER / f"{kind}_pull.yaml", "none"):
        found = pulled(jira)
    jira.close()
    first: NativeTicket = found["10000"]
    assert set(found) == {"10000", "10001"}
    assert [entry.at for entry in first.history] == [NOW - 20 * MINUTE]
    assert first.history[0].changes["status"][1][0].name == "Active"
    assert [(comment.role, comment.public) for comment in first.comments] == [("agent", False)]


@pytest.mark.parametrize("kind", ["cloud", "server"])
def test_a_recorded_write_sends_what_was_recorded(kind: str) -> None:
    jira = connect(URL)
    with cassette(FOLDER / f"{kind}_write.yaml", "none"):
        assert [receipt.outcome for receipt in written(jira)] == [Outcome.APPLIED] * 2
    jira.close()


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_the_sandbox_still_answers_as_recorded(deployment: Deployment) -> None:
    with sandbox(deployment) as here:
        people(here)
        live = pulled(here.connect(concurrency=1))
    jira = connect(URL)
    with cassette(FOLDER / f"{deployment.lower()}_pull.yaml", "none"):
        assert pulled(jira) == live
    jira.close()


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_no_recording_tells_whose_it_is(path: Path) -> None:
    text = path.read_text().lower()
    for word in ("authorization", "cookie", "sandbox-jira-token", "127.0.0.1", "localhost", "emailaddress", "basic "):
        assert word not in text, word
    assert "example.atlassian.net" in text


def test_a_planted_secret_is_in_no_recording(tmp_path: Path) -> None:
    payload = issue("1", reporter={"accountId": "r", "emailAddress": f"{PLANTED}@example.com"})
    answers = {"GET issue/1": [(200, payload, {"Set-Cookie": f"session={PLANTED}", "X-Request": PLANTED})]}
    path = tmp_path / "planted.yaml"
    with scripted(**answers) as site, cassette(path, "all"):
        headers = {"Authorization": f"Bearer {PLANTED}", "Cookie": f"session={PLANTED}"}
        got = requests.get(f"{site.url}/rest/api/3/issue/1", headers=headers, timeout=PATIENCE)
        assert PLANTED in got.text
    text = path.read_text()
    assert "OPS-1" in text
    assert PLANTED not in text
    assert site.url not in text
