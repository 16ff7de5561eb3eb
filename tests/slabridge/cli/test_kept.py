"""The configurations of a daemon that are read anew: what it goes on by, and what it gives back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from slabridge.app.demo import example
from slabridge.app.watch import Watch
from slabridge.cli.kept import Kept
from slabridge.config import Config
from slabridge.state import State, lease, schema


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOW_PASSWORD", "x")
    monkeypatch.setenv("JIRA_TOKEN", "x")


def begun(watch: Watch, kept: Kept) -> Config:
    """Let a round begin on the one state."""
    (config,) = kept.configs.values()
    state = State.of(config.state)
    watch.begin(config, state)
    state.close()
    return config


def owners(config: Config) -> list[str]:
    state = State.of(config.state)
    try:
        with state.reading() as sql:
            return list(sql.scalars(sa.select(schema.lease.c.owner)))
    finally:
        state.close()


def gone(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def turned(path: Path) -> None:
    """Let it be a folder where it was a file, and the other way round."""
    if path.is_dir():
        gone(path)
        path.write_text("x", "utf-8")
    else:
        gone(path)
        path.mkdir()


def test_a_file_that_names_another_state_gives_the_lease_of_the_former_back(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(example(), "utf-8")
    kept = Kept(path, None)
    with lease.daemon() as owner:
        watch = Watch(owner=owner, every=300)
        before = begun(watch, kept)
        path.write_text(example().replace('state = "slabridge.db"', 'state = "other.db"'), "utf-8")
        left = kept.read()
        assert left == [before]
        for config in left:
            watch.forget(config)
        now = begun(watch, kept)
        assert (owners(before), owners(now)) == ([], [owner])
        watch.forget(now)


def emptied(path: Path) -> None:
    (path / "acme.toml").unlink()


@pytest.mark.parametrize(
    ("name", "spoils"), [("acme.toml", gone), ("acme.toml", turned), (".", gone), (".", turned), (".", emptied)]
)
def test_what_cannot_be_read_anew_stays_as_it_was(tmp_path: Path, name: str, spoils: Callable[[Path], None]) -> None:
    folder = tmp_path / "customers"
    folder.mkdir()
    (folder / "acme.toml").write_text(example(), "utf-8")
    (folder / "common.toml").write_text("", "utf-8")
    kept = Kept(folder / name, None)
    before = dict(kept.configs)
    assert before
    spoils(folder / name)
    assert kept.read() == []
    assert kept.configs == before
    assert not kept.valid
