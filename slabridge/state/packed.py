"""What is compressed in the state, unpacked: a state that somebody tampered with fills no memory."""

import zlib

LARGEST = 256_000_000
"""Bytes: four times what one answer of a tool may be, unless a connection's `max_answer` says otherwise."""


def unpacked(packed: bytes) -> bytes:
    """Return what was compressed.

    Raises:
        zlib.error: it is not whole, or larger than anything that we keep.
    """
    machine = zlib.decompressobj()
    text = machine.decompress(packed, LARGEST)
    if not machine.eof:
        raise zlib.error("larger than anything that is kept" if machine.unconsumed_tail else "not whole")
    return text
