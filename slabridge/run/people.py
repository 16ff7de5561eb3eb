"""Who is called by a pseudonym in a run (docs/privacy.md)."""

from sqlalchemy import Connection

from slabridge.config import Config, ConfigError, Problem
from slabridge.state import Transaction, forgotten
from slabridge.ticket.people import Key, People

_LEAST = 16
"""Characters of a key."""


def key_of(config: Config) -> Key | None:
    """Return the key of the pseudonyms, read now; None where the file names none.

    Raises:
        ConfigError: it cannot be had.
    """
    secret = config.privacy.key
    if secret is None:
        return None
    held = secret.read()
    if len(held.get_secret_value()) < _LEAST:
        remedy = (
            f"is too short, so that hashes could be guessed; let it have {_LEAST} characters at least, drawn at random"
        )
        raise ConfigError([Problem(secret.config, secret.path, None, remedy)])
    return Key(held)


def people_of(config: Config, sql: Connection) -> People:
    """Return who is called by a pseudonym; the state notes of which fields.

    Raises:
        ConfigError: the key cannot be had.
        StateError: what the state has was read otherwise, or with another key.
    """
    privacy, key = config.privacy, key_of(config)
    for connection in config.connections:
        fields = privacy.fields_of(connection) if privacy.pseudonyms else None
        forgotten.agree(Transaction(sql, connection.name), key, fields, connection.fields.values())
    return People(key, forgotten.called(sql, key), frozenset() if privacy.pseudonyms else None)
