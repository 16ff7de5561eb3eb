"""Recordings of what a Jira answered, without whose it was. Those kept here were made from the sandbox.

python -m tests.connectors.jira.cassette    records them anew
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import vcr
from pydantic import SecretStr

from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import CommentWrite, FieldsWrite, Instant, NativeTicket, Receipt
from connectors.jira.connector import Jira
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings
from tests.connectors.jira.site import FIELDS, MINUTE, NOW, WRITTEN, Here, sandbox, tickets

FOLDER = Path(__file__).with_name("cassettes")
URL = "https://example.atlassian.net"
KEPT = {"content-type", "date", "retry-after"}
"""The headers of answers that are kept."""
PRIVATE = ("emailAddress", "avatarUrls", "timeZone", "locale")
"""What of a person is not kept."""


@contextmanager
def cassette(path: Path, mode: str) -> Iterator[None]:
    """Record what is asked and answered (`all`), or answer from the recording alone (`none`)."""
    recorder = vcr.VCR(
        record_mode=mode,
        match_on=("method", "host", "path", "query", "body"),
        filter_headers=["Authorization", "Cookie", "User-Agent", "Accept-Encoding", "Connection", "Accept"],
        before_record_request=_moved,
        before_record_response=_cleaned,
        decode_compressed_response=True,
    )
    with recorder.use_cassette(str(path)):
        yield


def _moved(request: Any) -> Any:  # noqa: ANN401 - vcrpy has no types
    request.uri = urlunsplit(urlsplit(request.uri)._replace(scheme="https", netloc=urlsplit(URL).netloc))
    return request


def _cleaned(response: dict[str, Any]) -> dict[str, Any]:
    body = re.sub(rb"https?://[^/\"]+", URL.encode(), response["body"]["string"])
    if body.startswith((b"{", b"[")):
        body = json.dumps(_nobody(json.loads(body))).encode()
    headers = {name: value for name, value in response["headers"].items() if name.lower() in KEPT}
    return {**response, "headers": headers, "body": {"string": body}}


def _nobody(content: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(content, dict):
        return {key: _nobody(value) for key, value in content.items() if key not in PRIVATE}
    return [_nobody(one) for one in content] if isinstance(content, list) else content


def connect(url: str) -> Jira:
    """Connect one call at a time, so that the order is always the same."""
    auth = BasicAuth("slabridge@example.com" if "https" in url else "slabridge", SecretStr("sandbox-jira-token"))
    settings = JiraSettings(name="jira", url=url, auth=auth, fields=FIELDS, written=WRITTEN, concurrency=1)
    return Jira(settings, Http("jira", auth, rules=RULES, sleep=lambda _: None))


def pulled(jira: Jira) -> dict[str, NativeTicket]:
    """Read everything."""
    jira.check()
    return tickets(jira.changed(None))


def written(jira: Jira) -> list[Receipt]:
    """Write fields and an internal comment."""
    due = jira.encode("SLA due", Instant(NOW))
    fields = FieldsWrite(
        "10000", "ITSM-1", {"SLA due": due, "SLA status": "At risk"}, {"standard.resolution": "0" * 16}
    )
    return list(jira.write([fields, CommentWrite("10000", "ITSM-1", ("standard.resolution#1 at_risk",), "Due soon.")]))


SCENES: dict[str, Callable[[Jira], object]] = {"pull": pulled, "write": written}


def people(here: Here) -> None:
    """Let two issues have a history."""
    for number in range(2):
        here.open(f"INC{number}", at=NOW - (30 - number) * MINUTE)
    here.change("INC0", at=NOW - 20 * MINUTE, state="Active", assigned_to="Bob", assignment_group="Network")
    here.comment("INC0", "Alice", internal=True)


def main() -> None:
    """Record every scene from the sandbox, in both kinds of Jira."""
    for deployment in ("Cloud", "Server"):
        for name, scene in SCENES.items():
            with sandbox(deployment) as here:
                people(here)
                path = FOLDER / f"{deployment.lower()}_{name}.yaml"
                path.unlink(missing_ok=True)
                jira = here.connect(concurrency=1)
                with cassette(path, "all"):
                    scene(jira)


if __name__ == "__main__":
    main()
