"""Addresses of tools, of their tokens, and of a proxy."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading


def check_url(url: str, path: KeyPath, reading: Reading, *examples: str, of: str = "a tool") -> None:
    """Note a problem unless this is an https address without credentials, or one of http on this machine.

    It is not shown where it may hold credentials.
    """
    parts = _parts(url)
    if parts is not None and (parts.username or parts.password):
        reading.problem(path, "holds a user or password; they go under auth")
    elif parts is None or parts.query:
        written = examples or ("https://acme.service-now.com", "https://acme.atlassian.net")
        reading.problem(path, f"is no address of {of}; write it as in {' or '.join(written)}")
    elif parts.scheme == "http" and not _is_here(parts.hostname or ""):
        reading.problem(path, "http sends the credentials in clear text over the network; write https", url)


def check_proxy(url: str, path: KeyPath, reading: Reading) -> None:
    """Note a problem unless this is a proxy's address without credentials. It is not shown: it may hold some."""
    parts = _parts(url)
    if parts is not None and (parts.username or parts.password):
        reading.problem(path, "holds a user or password, and no secret stands in this file; set HTTPS_PROXY instead")
    elif parts is None or parts.query or parts.path.strip("/"):
        reading.problem(path, "is no address of a proxy; write it as in http://proxy.acme.com:3128")


def check_no_secret(url: str, path: KeyPath, reading: Reading) -> None:
    """Note a problem where an address may hold credentials; it is not shown then."""
    if "@" in url.partition("?")[0]:
        reading.problem(path, "holds a user or password, and no secret stands in this file; name one that needs none")


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an http address, None where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and parts.scheme in ("http", "https") and not parts.fragment else None


def _is_here(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
