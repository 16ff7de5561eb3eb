import json
from pathlib import Path

import pytest
import typer

from slabridge.cli.validate import validate
from slabridge.config import ConfigError
from tests.slabridge.config.small import CONNECTIONS, DEFINITIONS


def test_problems_are_json_where_json_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text('stat = "a"\n' + DEFINITIONS.replace("4h", "4d"), encoding="utf-8")
    with pytest.raises(typer.Exit) as caught:
        validate(config=file, json=True)
    assert caught.value.exit_code == 2
    shown = capsys.readouterr()
    assert shown.err == ""
    document = json.loads(shown.out)
    assert document["file"] == str(file)
    assert [(problem["path"], problem["value"]) for problem in document["problems"]] == [
        ("stat", None),
        ("agreements.standard.objectives.resolution.targets", '"4d"'),
    ]
    assert 'the nearest is "state"' in document["problems"][0]["message"]


def test_problems_are_text_where_it_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        validate(config=tmp_path / "none.toml", json=False)


def test_warnings_have_the_form_of_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bridge.toml"
    text = CONNECTIONS.replace("[connections.help]", '[connections.help]\nfilter = "status = Open"')
    file.write_text(DEFINITIONS + text, encoding="utf-8")
    validate(config=file, json=True)
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert (warning["path"], warning["value"]) == ("connections.help.filter", '"status = Open"')


def test_strict_ends_with_2_on_a_warning_and_with_0_without_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(DEFINITIONS + CONNECTIONS, encoding="utf-8")
    validate(config=file, strict=True)
    assert "warning" not in capsys.readouterr().out
    text = CONNECTIONS.replace("[connections.help]", '[connections.help]\nfilter = "status = Open"')
    file.write_text(DEFINITIONS + text, encoding="utf-8")
    validate(config=file)
    with pytest.raises(typer.Exit) as caught:
        validate(config=file, strict=True)
    assert caught.value.exit_code == 2
