"""Cassettes: what an instance answered, to be played again without one.

They are synthetic, recorded against the sandbox, and hold no credentials. Made anew by

    python -m tests.connectors.servicenow.cassette
"""

import base64
import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from pydantic import SecretStr

from connectors.errors import ConnectorError
from connectors.http.credentials import Auth, BasicAuth, OAuthPassword
from connectors.http.session import Http
from connectors.interface import CommentWrite, FieldsWrite, Write
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.rate import RULES
from connectors.servicenow.settings import ServiceNowSettings
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.servicenow.conftest import COLUMNS, LOG
from tests.connectors.servicenow.instant import NOON

FOLDER = Path(__file__).parent / "cassettes"
EXAMPLE = "https://example.service-now.com"
_FILTERED = "FILTERED"
_FORM = ("username", "password", "client_id", "client_secret", "refresh_token")
_TOKENS = ("access_token", "refresh_token", "id_token")

Tell = Callable[[object], None]


def listing(snow: ServiceNow, tell: Tell) -> None:
    """Records, history, comments and names."""
    tell(snow.check())
    for page in snow.changed(None):
        tell([(ticket.key, len(ticket.history), ticket.fields["state"][0].name) for ticket in page.tickets])
        tell(page.cursor)


def writing(snow: ServiceNow, tell: Tell) -> None:
    """Fields and a note in one batch, read back in another."""
    (page,) = snow.changed(None)
    first, second, *_ = page.tickets
    writes: list[Write] = [
        FieldsWrite(first.id, first.key, {"u_sla_status": "At risk"}),
        CommentWrite(first.id, first.key, ("standard.resolution#1 at_risk",), "Due soon."),
        FieldsWrite(second.id, second.key, {"u_nope": "1"}),
    ]
    tell([str(receipt.outcome) for receipt in snow.write(writes)])
    (again,) = snow.reread([first.id, second.id])
    tell([(t.written["u_sla_status"], [next(iter(c.markers), None) for c in t.comments]) for t in again.tickets])


def signing_in(snow: ServiceNow, tell: Tell) -> None:
    """A token, and who it is."""
    tell(snow.check().account)


def failing(snow: ServiceNow, tell: Tell) -> None:
    """What goes wrong, as far as it gets."""
    try:
        tell([ticket.key for page in snow.changed(None) for ticket in page.tickets])
    except ConnectorError as error:
        tell(f"{type(error).__name__}: {error}")


SCENES: dict[str, tuple[Callable[[ServiceNow, Tell], None], dict[str, object]]] = {
    "listing": (listing, {}),
    "writing": (writing, {}),
    "signing_in": (signing_in, {}),
    "refused": (failing, {}),
    "partial": (failing, {"do": "error_inside", "path": "table/incident", "times": 2}),
    "hibernating": (failing, {"do": "html", "path": "table/incident"}),
}


def auth_of(scene: str, url: str, user: str, secret: str) -> Auth:
    if scene != "signing_in":
        return BasicAuth(user, SecretStr(f"not {secret}" if scene == "refused" else secret))
    return OAuthPassword(
        token_url=f"{url}/oauth_token.do",
        client_id="slabridge-client",
        client_secret=SecretStr("sandbox-client-secret"),
        user=user,
        secret=SecretStr(secret),
    )


@contextmanager
def connected(url: str, auth: Auth) -> Iterator[ServiceNow]:
    settings = ServiceNowSettings(
        name="snow",
        url=url,
        auth=auth,
        fields=("state", "assignment_group", "assigned_to"),
        written=("u_sla_status",),
        created="opened_at",
        concurrency=1,
    )
    connector = ServiceNow(settings, Http(settings.name, auth, rules=RULES, sleep=lambda _: None))
    try:
        yield connector
    finally:
        connector.close()


def play(scene: str, url: str, auth: Auth) -> list[object]:
    """Act a scene and return what it said."""
    said: list[object] = []
    with connected(url, auth) as connector:
        SCENES[scene][0](connector, said.append)
    return said


def player(folder: Path, base: str = EXAMPLE, mode: str = "none") -> Any:  # noqa: ANN401 - vcrpy has no types
    def request_without_place(request: Any) -> Any:  # noqa: ANN401 - as above
        request.uri = request.uri.replace(base, EXAMPLE)
        return request

    def response_without_secrets(response: dict[str, Any]) -> dict[str, Any]:
        response["headers"] = {
            name: [value.replace(base, EXAMPLE) for value in values]
            for name, values in response["headers"].items()
            if name.casefold() not in {"set-cookie", "content-length"}
        }
        body = response["body"]["string"].decode()
        response["body"]["string"] = _clean(body, base).encode()
        return response

    return vcr.VCR(
        cassette_library_dir=str(folder),
        record_mode=mode,
        match_on=("method", "scheme", "host", "path", "query"),
        filter_headers=[(name, _FILTERED) for name in ("Authorization", "x-sn-apikey", "Cookie")],
        filter_post_data_parameters=[(name, _FILTERED) for name in _FORM],
        before_record_request=request_without_place,
        before_record_response=response_without_secrets,
    )


def _clean(body: str, base: str) -> str:
    """Return a body without the place it came from and without tokens, within batches too."""
    body = body.replace(base, EXAMPLE)
    for name in _TOKENS:
        body = re.sub(rf'("{name}"\s*:\s*)"[^"]*"', rf'\1"{_FILTERED}"', body)
    if '"serviced_requests"' not in body:
        return body
    batch = json.loads(body)
    for served in batch["serviced_requests"]:
        inner = _clean(base64.b64decode(served["body"]).decode(), base)
        served["body"] = base64.b64encode(inner.encode()).decode()
    return json.dumps(batch)


def record(folder: Path, scene: str, box: Sandbox, auth: Auth | None = None) -> list[object]:
    """Act a scene before the sandbox and keep what it answered."""
    end = box.servicenow
    fault = SCENES[scene][1]
    if fault:
        box.fault("servicenow", **fault)
    with player(folder, end.url, "all").use_cassette(f"{scene}.yaml"):
        return play(scene, end.url, auth or auth_of(scene, end.url, end.user, end.secret))


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "log.csv"
        with log.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *LOG])
        for scene in SCENES:
            (FOLDER / f"{scene}.yaml").unlink(missing_ok=True)
            with Sandbox(SandboxOptions(log=log, share=0.0, start=NOON)) as box:
                print(scene, record(FOLDER, scene, box))  # noqa: T201 - to be read beside the tests


if __name__ == "__main__":
    main()
