"""Counts the calls of a session and what they waited for, from any number of threads."""

import threading

from connectors.interface.traffic import Traffic


class Meter:
    """Counts as it goes; `traffic` is what it has come to."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._traffic = Traffic()

    @property
    def traffic(self) -> Traffic:
        """Return what was counted so far."""
        with self._one_at_a_time:
            return self._traffic.copy()

    def answered(self, host: str, status: int | None) -> None:
        """Count a call, with the status of its answer (None: there was none)."""
        with self._one_at_a_time:
            self._traffic.answers[host, "none" if status is None else f"{status // 100}xx"] += 1

    def waited(self, host: str, seconds: float) -> None:
        """Count what was waited for a limit."""
        with self._one_at_a_time:
            self._traffic.waited[host] += seconds  # type: ignore[assignment] # typeshed knows counters of whole numbers

    def add(self, other: Traffic) -> None:
        """Count what another session sent for this one."""
        with self._one_at_a_time:
            self._traffic.add(other)
