"""[connections.NAME.native]: objectives, and the tool's own clocks that they are compared with."""

from collections.abc import Iterable, Mapping

from slabridge.config.agreements.agreement import Promise
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading


def read_native(
    raw: object, path: KeyPath, promises: Iterable[Promise], reading: Reading
) -> dict[str, tuple[str, ...]]:
    """Return objective (`agreement.objective`, by the agreement's id) -> names of the tool's clocks."""
    if not isinstance(raw, Mapping):
        reading.problem(path, 'must be a table, as in "standard.resolution" = ["Time to resolution"]', raw)
        return {}
    known = list(dict.fromkeys(f"{promise.agreement}.{promise.objective}" for promise in promises))
    found: dict[str, tuple[str, ...]] = {}
    for key, names in raw.items():
        place = (*path, key)
        if isinstance(names, Mapping):
            inner = next(iter(names), "resolution")
            reading.problem(place, f'must be in quotes: write "{key}.{inner}" = ["Time to resolution"]', names)
        elif key not in known:
            reading.problem(place, f"no such objective; {instead(key, known)}", names)
        elif not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            reading.problem(place, 'must be a list of names, as in ["Time to resolution"]', names)
        else:
            found[key] = tuple(dict.fromkeys(names))
    return found
