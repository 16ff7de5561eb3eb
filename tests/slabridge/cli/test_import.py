import json
from pathlib import Path

import pytest

from tests.slabridge.cli.conftest import Call

XML = """<?xml version="1.0" encoding="UTF-8"?>
<unload unload_date="2026-03-02 08:00:00">
<contract_sla action="INSERT_OR_UPDATE"><name>Resolution</name><active>true</active><collection>incident</collection>
<type>SLA</type><target>resolution</target><duration>1970-01-01 08:00:00</duration><duration_type/><schedule/>
<schedule_source>no_schedule</schedule_source><timezone/><timezone_source/>
<start_condition>state=1^assignment_group=0123456789abcdef0123456789abcdef^EQ<item field="assignment_group"
 value="0123456789abcdef0123456789abcdef" display_value="Network"/></start_condition>
<stop_condition>stateIN6,7</stop_condition><pause_condition/><resume_condition/><reset_condition/><cancel_condition/>
<condition_class/><reset_action>cancel</reset_action><when_to_cancel>no_match</when_to_cancel>
<when_to_resume>no_match</when_to_resume><retroactive>false</retroactive><retroactive_pause>true</retroactive_pause>
<set_start_to/></contract_sla>
</unload>
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "contract_sla.xml"
    path.write_text(XML)
    return path


def test_a_document_goes_to_standard_output_and_findings_to_standard_error(call: Call, export: Path) -> None:
    code, out, err = call("import", "servicenow", "--from", export)
    assert code == 0
    assert 'start = { state = "1", assignment_group = "Network" }' in out
    assert "check: fields and values: state: is not mapped" in err


def test_json_has_document_and_findings(call: Call, export: Path) -> None:
    code, out, _ = call("import", "servicenow", "--from", export, "--json")
    document = json.loads(out)
    assert (code, "[agreements.resolution]" in document["toml"], document["compared"]) == (0, True, None)
    assert set(document["findings"][0]) == {"kind", "subject", "column", "text", "why"}


def test_what_cannot_be_translated_ends_with_3(call: Call, export: Path) -> None:
    export.write_text(XML.replace("stateIN6,7", "state&gt;5"))
    code, out, err = call("import", "servicenow", "--from", export)
    assert (code, "untranslated: Resolution: stop_condition = state>5" in err) == (3, True)
    assert "# not translated: Resolution" in out


def test_a_file_is_never_written_over(call: Call, export: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.toml"
    assert call("import", "servicenow", "--from", export, "--output", made)[:2] == (0, "")
    before = made.read_text()
    code, _, err = call("import", "servicenow", "--from", export, "--output", made)
    assert (code, "is there already" in err, made.read_text() == before) == (2, True, True)
    assert call("import", "servicenow", "--from", export, "--output", tmp_path / "no" / "where.toml")[0] == 2


BROKEN = {
    "no XML": ("<unload", "is no XML"),
    "a document type": ('<!DOCTYPE unload [<!ENTITY x "y">]><unload/>', "declares a document type or entities"),
    "another form": ("<xml/>", "export lists as XML"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_export_is_refused_by_its_name(content: str, message: str, call: Call, export: Path) -> None:
    export.write_text(content)
    code, out, err = call("import", "servicenow", "--from", export)
    assert (code, out, str(export) in err, message in err) == (2, "", True, True)


def test_text_in_another_encoding_is_refused(call: Call, export: Path) -> None:
    export.write_bytes(XML.encode("utf-16"))
    assert "is no UTF-8 text" in call("import", "servicenow", "--from", export)[2]


@pytest.mark.parametrize("content", ["[]", "{", '{"timeMetrics": 3}', '{"timeMetrics": [3]}', "{}"])
def test_what_is_no_saved_answer_is_refused(content: str, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(content)
    assert call("import", "jira", "--from", path)[:2] == (2, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "nowhere.xml"), "nowhere.xml: cannot be read"),
        (("--config", "config.example.toml", "--connection", "jira"), "is no connection to ServiceNow"),
        (("--years", "2026"), "is no range of at most 30 years"),
        (("--timezone", "Stockholm"), "Europe/Stockholm"),
    ],
)
def test_what_is_asked_for_and_not_there_is_named(arguments: tuple[str, ...], message: str, call: Call) -> None:
    code, out, err = call("import", "servicenow", *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


def test_without_connection_and_export_there_is_nothing_to_import(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    code, _, err = call("import", "jira", "--config", tmp_path / "empty.toml")
    assert (code, "name a file with a connection to Jira" in err) == (2, True)


def test_the_words_are_those_of_the_customer_that_is_named(call: Call, export: Path, tmp_path: Path) -> None:
    folder = tmp_path / "customers"
    folder.mkdir()
    auth = '{ kind = "basic", user = "me", password = { env = "SNOW_PASSWORD" } }'
    common = f'[connections.desk]\ntype = "servicenow"\nauth = {auth}\ntable = "incident"\nfields.status = "state"\n'
    (folder / "common.toml").write_text(common)
    customer = '[connections.{}]\nlike = "desk"\nurl = "https://{}.service-now.com"\nvalues.status = {{ {} = ["1"] }}\n'
    for name, word in (("acme", "new"), ("zeta", "fresh")):
        (folder / f"{name}.toml").write_text(customer.format(name, name, word))
    code, _, err = call("import", "servicenow", "--from", export, "--config", folder)
    assert (code, "name one with --only" in " ".join(err.split())) == (2, True)
    _, out, _ = call("import", "servicenow", "--from", export, "--config", folder, "--only", "zeta")
    assert 'status = "fresh"' in out
