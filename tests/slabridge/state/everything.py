"""All that a state holds, as bytes in which anybody may look for what must not be there."""

import zlib
from pathlib import Path

import sqlalchemy as sa

from slabridge.state import State, schema


def everything(place: str) -> bytes:
    """Return all that a state holds, files and unpacked values."""
    state = State.of(place)
    found: list[bytes] = []
    with state.reading() as transaction:
        for table in schema.metadata.sorted_tables:
            for row in transaction.execute(sa.select(table)):
                found += map(plain, row)
    if "://" not in place:  # before the file is closed, which ends the -wal
        found += [path.read_bytes() for path in Path(place).parent.glob(f"{Path(place).name}*")]
    state.close()
    return b"\n".join(found)


def plain(value: object) -> bytes:
    """Return a value as bytes, unpacked where it was compressed."""
    if not isinstance(value, bytes | memoryview):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return bytes(value)
