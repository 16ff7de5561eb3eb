"""The file of a refresh token: read before each use, as another connection may have replaced it."""

import os
import tempfile
from pathlib import Path

from pydantic import SecretStr

from connectors.errors import Refused


def stored(name: str, file: Path) -> SecretStr | None:
    """Return the refresh token that is in the file now, None if it is empty; `name` is the connection's.

    Raises:
        Refused: the file cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"{name}: the refresh token's file {file} cannot be read: {error.strerror}") from None
    return SecretStr(text) if text else None


def store(file: Path, token: SecretStr) -> None:
    """Put a token in the place of the file's, whole or not at all, readable by us alone.

    Raises:
        OSError: it cannot be kept.
    """
    target = file.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(f"{token.get_secret_value()}\n")
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
