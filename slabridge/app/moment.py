"""What figures over the state depend on: where they are equal, a draft that was made is the one that would be."""

import hashlib

import orjson

from slabridge.config import Config
from slabridge.state import State, connections
from slabridge.state.forgotten import last_forgotten
from slabridge.state.transaction import Transaction


def moment(config: Config, state: State) -> str:
    """Return what tells this moment of the state, and of the file, from others.

    Runs that were complete move it on, and so do a changed file and somebody who is forgotten.

    Raises:
        StateError: the state cannot be read.
    """
    with state.reading() as sql:
        reached = [connections.standing(Transaction(sql, one.name)).as_of for one in config.connections]
        known = [reached, last_forgotten(sql), config.document]
    return hashlib.sha256(orjson.dumps(known, default=str)).hexdigest()
