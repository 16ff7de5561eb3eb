"""What a result is decides on the field that is made for it; nobody's secret stands on the command line."""

from pathlib import Path

import pytest

from connectors.http.credentials import BasicAuth, BearerAuth
from connectors.interface import Kind
from slabridge.app.administrator import signed_in_as
from slabridge.app.demo import example
from slabridge.app.wanted import wanted_of
from slabridge.config import ConfigError, Connection, load_config
from slabridge.config.agreements.result import NEXT_DUE, RESULTS

KINDS = {
    Kind.INSTANT: {"due_at", "next_due_at", "breached_at", "started_at", "stopped_at", "next_change_at"},
    Kind.CHOICE: {"status", "stage", "kind", "breached", "excluded", "light"},
    Kind.NUMBER: {"cycle", "target_seconds", "percent_step", "risk_step"},
    Kind.TEXT: {"holder", "carrier", "carrier_key", "agreement", "objective", "definition"},
}


def connection_with(folder: Path, fields: str) -> Connection:
    path = folder / "config.toml"
    path.write_text(
        example().replace('field = "u_sla_holder"\nvalue = "sla.holder"', fields) + "\n[foresight]\n", "utf-8"
    )
    return load_config(path).connections[0]


def test_each_result_has_its_kind(tmp_path: Path) -> None:
    assert set().union(*KINDS.values()) == {*RESULTS, NEXT_DUE}
    for kind, results in KINDS.items():
        for result in results:
            wanted = wanted_of(connection_with(tmp_path, f'field = "u_x"\nvalue = "sla.{result}"'))[3]
            assert (wanted.kind, wanted.value, bool(wanted.options)) == (kind, f"sla.{result}", kind is Kind.CHOICE)


def test_the_options_are_all_that_may_be_written_each_once(tmp_path: Path) -> None:
    values = 'values = { breached = "Late", at_risk = "Late" }'
    wanted = wanted_of(connection_with(tmp_path, f'field = "u_x"\nvalue = "sla.status"\n{values}'))[3]
    assert wanted.options == ("on_track", "Late", "paused", "met")
    assert wanted.place == "connections.snow.writeback.fields[3].field"


def test_a_number_that_is_given_words_is_a_text(tmp_path: Path) -> None:
    wanted = wanted_of(connection_with(tmp_path, 'field = "u_x"\nvalue = "sla.cycle"\nvalues = { 1 = "first" }'))[3]
    assert wanted.kind is Kind.TEXT


@pytest.mark.parametrize("user", ["admin@acme.com", "domain:admin"])
def test_an_administrator_signs_in_by_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    secret = tmp_path / "a:env:b"
    secret.write_text("of the file\n", "utf-8")
    monkeypatch.setenv("ADMIN", "of the environment")
    plain = connection_with(tmp_path, 'field = "u_x"\nvalue = "sla.holder"')
    for where, text in {"env:ADMIN": "of the environment", f"file:{secret}": "of the file"}.items():
        auth = signed_in_as(plain, f"{user}:{where}").settings().auth
        assert isinstance(auth, BasicAuth)
        assert (auth.user, auth.secret.get_secret_value()) == (user, text)
        token = signed_in_as(plain, where).settings().auth
        assert isinstance(token, BearerAuth)
        assert token.token.get_secret_value() == text


@pytest.mark.parametrize("text", ["", "admin", "admin:secret", "admin:env:", ":env:X"])
def test_what_is_no_reference_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    plain = connection_with(tmp_path, 'field = "u_x"\nvalue = "sla.holder"')
    with pytest.raises(ConfigError) as caught:
        signed_in_as(plain, text)
    assert "write USER:env:VARIABLE" in str(caught.value)
    assert not text or text not in str(caught.value)
