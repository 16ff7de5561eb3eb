"""Where the state of a scenario is, and copies of it: one for each case."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
import sqlalchemy as sa


class Store(Protocol):
    """A state that can be copied; `place` is what the configuration calls it."""

    place: str

    def copy(self) -> AbstractContextManager[str]:
        """Give the place of a copy, which is there as long as the block lasts."""
        ...


class Sqlite:
    """A file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder / "before.db")
        self._number = count()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """See `Store.copy`."""
        folder = self._folder / f"copy{next(self._number)}"
        folder.mkdir()
        for path in self._folder.glob("before.db*"):
            shutil.copy(path, folder)
        yield str(folder / "before.db")
        shutil.rmtree(folder)


class Postgresql:
    """A database of a server; its URL names one that may make others."""

    def __init__(self, url: sa.URL, name: str) -> None:
        self._url = url
        self._name = name
        self._number = count()
        self.place = self._place(name)
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')

    @contextmanager
    def copy(self) -> Iterator[str]:
        """See `Store.copy`."""
        name = f"{self._name}_{next(self._number)}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{self._name}"')
        yield self._place(name)
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        """End it."""
        self._do(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _place(self, name: str) -> str:
        url = self._url.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _do(self, *statements: str) -> None:
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload,unused-ignore]
