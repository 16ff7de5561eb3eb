"""Certificates that a connection trusts instead of the usual ones."""

import ssl
from pathlib import Path

from slabridge.config.problem import Problem


def certificate_problems(file: Path, place: tuple[str, str]) -> list[Problem]:
    """Return what is wrong if the file holds no certificates, or cannot be read; nothing is if it does.

    `place` is the file and the key that name it.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        wrong = "holds no certificates that can be used; it has them as PEM text, -----BEGIN CERTIFICATE-----"
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
    else:
        return []
    return [Problem(*place, None, f"file {file} {wrong}")]
