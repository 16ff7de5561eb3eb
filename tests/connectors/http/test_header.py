from pydantic import SecretStr

from connectors.http.credentials import ApiKeyAuth
from connectors.http.session import Http
from tests.connectors.misbehaving import answer, misbehaving_server


def test_a_key_is_sent_in_its_own_header() -> None:
    with misbehaving_server() as server, Http("tool", ApiKeyAuth(SecretStr("k3y"), "x-key")) as http:
        server.will(answer())
        http.call("GET", server.url)
    assert server.seen[0].headers["x-key"] == "k3y"
    assert "Authorization" not in server.seen[0].headers
