"""Signing in as somebody else for one command: by a secret in the environment or a file, never on the command line."""

import re
from dataclasses import replace
from pathlib import Path

from connectors import TOOLS
from slabridge.config import ConfigError, Connection, Problem
from slabridge.config.connections.auth import Account
from slabridge.config.connections.secret import Secret

_FORM = re.compile(r"(?:(?P<user>.+?):)??(?P<how>env|file):(?P<where>.+)", re.DOTALL)


def signed_in_as(connection: Connection, text: str) -> Connection:
    """Return a connection with another account: `USER:env:NAME`, `USER:file:PATH`, or without USER for a token.

    Raises:
        ConfigError: the text is none of these.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        said = "write USER:env:VARIABLE or USER:file:PATH, where the password stands; for a token without USER:"
        raise ConfigError([Problem("--as", "", None, said)])
    user, how, where = found["user"], found["how"], found["where"]
    secret = Secret("--as", "", where if how == "env" else None, Path(where) if how == "file" else None)
    signing_in = TOOLS[connection.type].signing_in
    if user:
        return replace(connection, auth=Account(signing_in, "basic", {"user": user}, {"password": secret}))
    return replace(connection, auth=Account(signing_in, "bearer", {}, {"token": secret}))
