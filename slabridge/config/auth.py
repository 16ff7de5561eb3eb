"""How a connection says who we are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from connectors.settings import BasicAuth, BearerAuth
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.secret import Secret, read_secret
from slabridge.config.shape import Table, shape


@dataclass(frozen=True, slots=True)
class Basic:
    """A user, and where the password or API token is."""

    user: str
    password: Secret

    def read(self) -> BasicAuth:
        """Return it with the secret, read now. Raises ConfigError."""
        return BasicAuth(self.user, self.password.read())


@dataclass(frozen=True, slots=True)
class Bearer:
    """Where the token is."""

    token: Secret

    def read(self) -> BearerAuth:
        """Return it with the secret, read now. Raises ConfigError."""
        return BearerAuth(self.token.read())


class BasicTable(Table):
    """`{ kind = "basic", ... }`."""

    kind: str
    user: str = Field(examples=['"slabridge"'], min_length=1)
    password: Any = Field(examples=['{ env = "PASSWORD" }'])


class BearerTable(Table):
    """`{ kind = "bearer", ... }`."""

    kind: str
    token: Any = Field(examples=['{ env = "TOKEN" }'])


def read_auth(raw: object, path: KeyPath, folder: Path, reading: Reading) -> Basic | Bearer | None:
    """Return how to authenticate, with references to secrets. None of its values is ever shown but `kind`."""
    if not isinstance(raw, Mapping):
        reading.problem(
            path, 'must be a table, as in { kind = "basic", user = "slabridge", password = { env = "..." } }'
        )
        return None
    match raw.get("kind"):
        case "basic":
            basic = shape(BasicTable, raw, path, reading, secret=True)
            password = read_secret(raw["password"], (*path, "password"), folder, reading) if "password" in raw else None
            return Basic(basic.user, password) if basic and password else None
        case "bearer":
            shape(BearerTable, raw, path, reading, secret=True)
            token = read_secret(raw["token"], (*path, "token"), folder, reading) if "token" in raw else None
            return Bearer(token) if token else None
        case None:
            reading.problem((*path, "kind"), "is missing; write basic or bearer")
        case kind if isinstance(kind, str) and kind.startswith("oauth"):
            reading.problem((*path, "kind"), "OAuth is not supported yet; use basic, or bearer with a token", kind)
        case kind:
            reading.problem((*path, "kind"), f"no such kind; {instead(kind, ('basic', 'bearer'))}", kind)
    return None
