"""`template` of a connection's comments: texts of the administrator's own (docs/configuration.md, "Comments")."""

from collections.abc import Collection, Mapping

from slabridge.config.agreements.agreement import KINDS
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.text.template import faults


def read_templates(
    raw: object, path: KeyPath, statuses: Collection[str], fields: Collection[str], reading: Reading
) -> tuple[tuple[str, str], ...]:
    """Return texts by `status` or `status.kind`; one text alone is for all `statuses`. `fields` are mapped."""
    if raw is None:
        return ()
    if isinstance(raw, str):
        _check(raw, path, fields, reading)
        return tuple((status, raw) for status in statuses)
    if not isinstance(raw, Mapping):
        reading.problem(path, "must be a text, or a table of texts by transition", raw)
        return ()
    known = [*statuses, *(f"{status}.{kind}" for status in statuses for kind in KINDS)]
    found = []
    for key, text in raw.items():
        if key not in known:
            reading.problem((*path, key), f"is no transition that is posted; {instead(key, known)}")
        elif not isinstance(text, str):
            reading.problem((*path, key), "must be text in quotes", text)
        else:
            _check(text, (*path, key), fields, reading)
            found.append((key, text))
    return tuple(found)


def _check(text: str, path: KeyPath, fields: Collection[str], reading: Reading) -> None:
    if not text.strip():
        reading.problem(path, "is empty, and a comment says something; leave the key out for ours")
    for what, name, known in faults(text, fields):
        reading.problem(path, f"{what}; {instead(name, known)}" if known else what, name or None)
