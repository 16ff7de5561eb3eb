"""A folder of customers: what they have in common, and what is a customer's own."""

from pathlib import Path

import pytest

from connectors.http.credentials import BasicAuth
from sla_engine.duration import parse_duration
from slabridge.config import Config, ConfigError, Problem, load_config, read_definitions
from slabridge.config.config import read_config
from slabridge.config.customers import Customers
from slabridge.config.services.reporting import read_reporting

COMMON = """
timezone = "Europe/Stockholm"
[calendars.always]
timezone = "UTC"
hours = "24x7"
[clocks.main]
start = { status = "new" }
stop = { status = "done" }
[agreements.gold]
kind = "sla"
calendar = "always"
objectives.fix = { clock = "main", targets = "4h" }
[agreements.silver]
kind = "sla"
calendar = "always"
objectives.fix = { clock = "main", targets = "8h" }
[agreements.desk]
kind = "ola"
calendar = "always"
supports = ["gold.fix", "silver.fix"]
objectives.fix = { clock = "main", targets = "2h", supports = ["gold.fix", "silver.fix"] }
[connections.desk]
type = "servicenow"
url = "https://acme.service-now.com"
auth = { kind = "basic", user = "slabridge", password = { env = "NOT_SET_HERE" } }
fields = { status = "state" }
"""
ACME = '[connections.acme]\nlike = "desk"\nfilter = "company.name=Acme"\n'
GLOBEX = ACME.replace("acme", "globex")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "customers"
    place.mkdir()
    write(place, common=COMMON, acme=ACME, globex=GLOBEX)
    return place


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")


def load(folder: Path, name: str = "acme") -> Config:
    return load_config(folder / f"{name}.toml")


def problems(folder: Path, name: str = "acme") -> list[tuple[str, str, str]]:
    """Return (file, key, message) of what is wrong."""
    with pytest.raises(ConfigError) as error:
        load(folder, name)
    return [(Path(one.file).name, one.path, one.message) for one in error.value.problems]


def agreements(config: Config) -> dict[str, tuple[str, ...]]:
    """Return what each agreement backs, by its id."""
    return {one.id: one.objectives[0].supports for one in config.definitions.agreements}


def test_a_customer_has_what_all_have_and_its_own_and_a_connection_of_all_is_nobodys(folder: Path) -> None:
    config = load(folder)
    (connection,) = config.connections
    assert (connection.name, connection.filter, connection.url) == (
        "acme",
        "company.name=Acme",
        "https://acme.service-now.com",
    )
    assert config.definitions.timezone == "Europe/Stockholm"
    assert list(agreements(config)) == ["gold", "silver", "desk"]
    assert (config.customer, config.file) == ("acme", str(folder / "acme.toml"))


def test_commands_that_need_no_connection_read_the_same(folder: Path) -> None:
    assert read_definitions(folder / "acme.toml") == load(folder).definitions
    assert read_reporting(folder / "acme.toml").definitions == load(folder).definitions


def test_a_customers_own_key_replaces_that_of_all(folder: Path) -> None:
    write(folder, acme='timezone = "Asia/Tokyo"\n' + ACME)
    assert load(folder).definitions.timezone == "Asia/Tokyo"
    assert load(folder, "globex").definitions.timezone == "Europe/Stockholm"


@pytest.mark.parametrize(
    ("table", "key"),
    [('[calendars.always]\ntimezone = "UTC"\n', "calendars.always"), ("[job]\n", "job"), ("[[chain]]\n", "chain")],
)
def test_a_table_in_both_files_is_an_error_that_names_both(folder: Path, table: str, key: str) -> None:
    chain = '[[chain]]\nlink = ["problem"]\nwaits = { status = "new" }\nuntil = { status = "done" }\n'
    write(folder, common=COMMON + "[job]\n" + chain, acme=table + ACME)
    found = [one for one in problems(folder) if "stands in" in one[2]]
    assert [one[:2] for one in found] == [("acme.toml", key)]
    assert str(folder / "common.toml") in found[0][2]


def test_a_customer_that_names_agreements_has_these_alone_and_what_backs_them_backs_no_other(folder: Path) -> None:
    write(folder, acme='like = ["gold", "desk"]\n' + ACME, globex='like = "silver"\n' + GLOBEX)
    assert agreements(load(folder)) == {"gold": (), "desk": ("gold.fix",)}
    assert agreements(load(folder, "globex")) == {"silver": ()}


def test_an_agreement_can_be_like_one_of_all_that_the_customer_has_not(folder: Path) -> None:
    own = '[agreements.mine]\nlike = "silver"\nid = "silver"\nobjectives.fix = { clock = "main", targets = "6h" }\n'
    write(folder, acme='like = ["desk"]\n' + own + ACME)
    config = load(folder)
    assert agreements(config) == {"desk": ("silver.fix",), "silver": ()}
    (mine,) = [one for one in config.definitions.agreements if one.table == "mine"]
    assert (mine.kind, mine.objectives[0].targets[0].limit) == ("sla", parse_duration("6h"))


@pytest.mark.parametrize(
    ("like", "message"),
    [
        ('"glod"', 'no agreement of common.toml has this id; the nearest is "gold"'),
        ("7", 'names agreements of common.toml, as in like = ["gold", "desk"]'),
        ("[7]", 'names agreements of common.toml, as in like = ["gold", "desk"]'),
    ],
)
def test_a_choice_that_means_nothing_is_refused(folder: Path, like: str, message: str) -> None:
    write(folder, acme=f"like = {like}\n" + ACME)
    assert ("acme.toml", "like", message) in problems(folder)


def test_a_problem_names_the_file_in_which_the_key_stands(folder: Path) -> None:
    broken = COMMON.replace('url = "https://acme', 'url = "http://acme').replace('targets = "8h"', 'targets = "8d"')
    write(folder, common=broken, acme=ACME.replace("filter", "fliter"))
    assert {one[:2] for one in problems(folder)} == {
        ("common.toml", "agreements.silver.objectives.fix.targets"),
        ("common.toml", "connections.desk.url"),
        ("acme.toml", "connections.acme.fliter"),
    }


def test_a_secret_or_certificate_that_cannot_be_had_is_named_where_it_stands(folder: Path) -> None:
    write(folder, common=COMMON + 'ca = "none.pem"\n')
    with pytest.raises(ConfigError) as error:
        load(folder).settings()
    assert [(Path(one.file).name, one.path) for one in error.value.problems] == [
        ("common.toml", "connections.desk.ca"),
        ("common.toml", "connections.desk.auth.password"),
    ]


def test_a_customer_without_a_connection_is_refused_and_told_what_to_write(folder: Path) -> None:
    write(folder, acme='like = "gold"\n')
    ((file, key, message),) = problems(folder)
    assert (file, key) == ("acme.toml", "connections")
    assert 'write [connections.NAME] with like = "desk" into this file' in message


def test_each_customer_has_a_state_of_its_own(folder: Path) -> None:
    assert load(folder).state == str(folder / "acme.db")
    write(folder, common='state = "/var/lib/slabridge"\n' + COMMON)
    assert load(folder).state == "/var/lib/slabridge/acme.db"
    write(folder, common='state = "postgresql://db/slabridge?sslmode=require"\n' + COMMON)
    assert load(folder).state == "postgresql://db/slabridge?sslmode=require&schema=acme"
    write(folder, acme='state = "mine.db"\n' + ACME)
    assert load(folder).state == str(folder / "mine.db")


@pytest.mark.parametrize("state", ["sqlite:///all.db", "postgresql://db/slabridge?schema=all"])
def test_a_state_that_all_would_share_is_refused_where_it_stands(folder: Path, state: str) -> None:
    write(folder, common=f'state = "{state}"\n' + COMMON)
    assert ("common.toml", "state") in [one[:2] for one in problems(folder)]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ('state = "./acme.db"', ""),
        ('state = "postgresql://me@db/one"', 'state = "postgresql://you@DB:5432/one?sslmode=require"'),
    ],
)
def test_two_customers_that_name_one_state_are_both_refused(folder: Path, own: str, other: str) -> None:
    write(folder, globex=f"{own}\n{GLOBEX}", acme=f"{other}\n{ACME}")
    assert problems(folder) == [("acme.toml", "state", "is that of globex, too; each customer has its own")]
    assert problems(folder, "globex") == [("globex.toml", "state", "is that of acme, too; each customer has its own")]


def test_customers_are_the_toml_files_of_the_folder_by_name_and_a_broken_one_hides_no_other(folder: Path) -> None:
    write(folder, zeta="= broken", Alpha=ACME.replace("acme", "alpha"))
    write(folder, **{".#acme": "x"})
    (folder / "more").mkdir()
    write(folder / "more", hidden=ACME)
    (folder / "notes.txt").write_text("x")
    assert Customers.of(folder).names == ("Alpha", "acme", "globex", "zeta")
    assert load(folder).customer == "acme"
    assert "no valid TOML" in problems(folder, "zeta")[0][2]


def test_a_name_that_can_be_no_schema_is_refused(folder: Path) -> None:
    write(folder, **{"a b": ACME})
    assert "a name has only letters" in problems(folder, "a b")[0][2]


def problem_of(folder: Path) -> Problem:
    with pytest.raises(ConfigError) as error:
        Customers.of(folder)
    (problem,) = error.value.problems
    return problem


def test_a_folder_that_is_none_of_customers_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "there is no common.toml in this folder" in problem_of(tmp_path).message
    (folder / "acme.toml").unlink()
    (folder / "globex.toml").unlink()
    assert "there is no customer in this folder" in problem_of(folder).message


def test_what_all_have_in_common_is_no_configuration_by_itself(folder: Path) -> None:
    assert "no configuration by itself" in problems(folder, "common")[0][2]


def test_a_file_that_stands_alone_can_have_agreements_like_others_and_no_like_of_its_own(tmp_path: Path) -> None:
    own = '[agreements.mine]\nlike = "gold"\nscope = { status = "new" }\n'
    write(tmp_path, config=COMMON + own)
    config = load(tmp_path, "config")
    assert list(agreements(config)) == ["gold", "silver", "desk", "mine"]
    write(tmp_path, config='like = "gold"\n' + COMMON)
    assert problems(tmp_path, "config")[0][1] == "like"


@pytest.mark.parametrize(
    "own", ["agreements = 3", "connections = [1]", "calendars = true", "agreements.gold = 3", "like = {}"]
)
def test_what_has_not_the_form_of_tables_is_a_problem_and_no_crash(folder: Path, own: str) -> None:
    write(folder, acme=f"{own}\n" + ("" if own.startswith("connections") else ACME))
    key = own.partition(" ")[0]
    assert ("acme.toml", key) in [one[:2] for one in problems(folder)]
    write(folder, common=f"{own}\n", acme=ACME)
    assert problems(folder)


def test_the_file_of_one_customer_reaches_what_the_process_may_read_also_of_another(folder: Path) -> None:
    (folder / "globex.secret").write_text("of Globex", "utf-8")
    taking = 'auth = { kind = "basic", user = "u", password = { file = "globex.secret" } }\n'
    write(folder, acme=ACME + taking, globex=GLOBEX)
    (settings,) = read_config(Customers.of(folder).source("acme")).settings()
    assert isinstance(settings.auth, BasicAuth)
    assert settings.auth.secret.get_secret_value() == "of Globex"
