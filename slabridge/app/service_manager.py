"""Telling systemd how a daemon is, where it asks (`Type=notify`): sd_notify(3)."""

import os
import socket
import time

import structlog

log = structlog.get_logger("slabridge")


def tell(state: str) -> None:
    """Tell systemd READY, RELOADING or STOPPING; nothing where nobody asks.

    RELOADING carries the time, as `Type=notify-reload` wants it.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    text = f"{state}=1"
    if state == "RELOADING":
        text += f"\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            line.sendall(text.encode())
    except OSError as error:
        log.warning("systemd is not told", state=state, reason=str(error))
