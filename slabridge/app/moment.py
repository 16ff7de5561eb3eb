"""What figures over the state depend on: where they are equal, a draft that was made is the one that would be."""

import hashlib

import orjson

from slabridge.config import Config
from slabridge.state import State
from slabridge.state.connections import as_ofs
from slabridge.state.forgotten import last_forgotten


def document_digest(config: Config) -> str:
    """Return what tells what stands in a configuration's file from what it said before."""
    return hashlib.sha256(orjson.dumps(config.document, default=str)).hexdigest()


def moment(config: Config, state: State) -> str:
    """Return what tells this moment of the state, and of the file, from others.

    Runs that were complete move it on, and so do a changed file and somebody who is forgotten.

    Raises:
        StateError: the state cannot be read.
    """
    with state.reading() as sql:
        known = [sorted(as_ofs(sql).items()), last_forgotten(sql), document_digest(config)]
    return hashlib.sha256(orjson.dumps(known)).hexdigest()
