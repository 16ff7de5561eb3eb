"""The outage tables of ServiceNow: outages of configuration items, their own and those that affect them.

`cmdb_ci_outage` holds them; `cmdb_outage_ci_mtom` says which further items (`ci_item`) an `outage` affects.
"""

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import Refused
from connectors.interface import NativeOutage, OutageKind, Skipped
from connectors.servicenow import query, stamp
from connectors.servicenow.page import Record
from connectors.servicenow.records import Records

_FIELDS = ("sys_id", "number", "type", "begin", "end", "short_description", "sys_mod_count", "sys_created_on")
_KINDS: Mapping[str, OutageKind] = {"outage": "down", "degradation": "degraded", "planned": "planned"}
_NAMESAKES = 1_000
"""Configuration items of one name that are looked at."""


def read_outages(records: Records, items: Sequence[str], name: str) -> Iterator[NativeOutage | Skipped]:
    """Yield each outage of the configuration items of these names once, or why its record is none.

    `name` is the connection's.

    Raises:
        Refused: there is no such item, or the tables may not be read.
    """
    ids = [sys_id for item in items for sys_id in _ids_of(records, item, name)]
    affecting = records.select("cmdb_outage_ci_mtom", "ci_item", ids, ["ci_item", "outage"], complete=True)
    further = sorted({row["outage"] for row in affecting if query.SYS_ID.fullmatch(row.get("outage", ""))})
    seen: set[str] = set()
    for field, values in (("cmdb_ci", ids), ("sys_id", further)):
        for row in records.select("cmdb_ci_outage", field, values, [*_FIELDS, "cmdb_ci"], complete=True):
            if row["sys_id"] not in seen:
                seen.add(row["sys_id"])
                yield _outage(row)


def _ids_of(records: Records, item: str, name: str) -> list[str]:
    page = records.page("cmdb_ci", query.equal("name", item), ["sys_id", "name"], limit=_NAMESAKES)
    found = [row["sys_id"] for row in page.rows if row.get("name", "").casefold() == item.casefold()]
    if not found:
        raise Refused(f"{name}: no configuration item (cmdb_ci) that the account may read is named {item!r}")
    return found


def _outage(row: Record) -> NativeOutage | Skipped:
    key = str(row.get("number") or row["sys_id"])
    try:
        kind = _KINDS[row.get("type", "")]
    except KeyError:
        return Skipped(row["sys_id"], key, f"its type is {row.get('type', '')[:40]!r}, which is none of ServiceNow's")
    try:
        start = stamp.instant_of(row.get("begin", ""), "begin")
        end = stamp.instant_of(row["end"], "end") if row.get("end") else None
        recorded = stamp.instant_of(row.get("sys_created_on", ""), "sys_created_on")
        version = int(row.get("sys_mod_count") or 0) + 1
    except ValueError as error:
        return Skipped(row["sys_id"], key, str(error))
    if end is not None and end <= start:
        return Skipped(row["sys_id"], key, "it ends before it begins")
    cause = str(row.get("short_description", ""))
    return NativeOutage(row["sys_id"], key, kind, start, end, cause, version, recorded)
