"""What the account may read of an instance, table by table (docs/servicenow.md, "The account").

Whether a column may be written, only a write shows: a field rule is known to administrators alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.interface import Finding, Verdict
from connectors.servicenow import query
from connectors.servicenow.page import PageRequest
from connectors.servicenow.records import Records
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.table import Tables

_AUDIT = ("documentkey", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on", "record_checkpoint")
_JOURNAL = ("element_id", "element", "value", "sys_created_on", "sys_created_by")
_ACL = "System Security > Access Control (ACL)"


@dataclass(frozen=True, slots=True)
class _Need:
    """A table, its columns, a condition, how bad it is where they may not be read, and what is lost then."""

    table: str
    fields: tuple[str, ...]
    loss: str
    verdict: Verdict = "warning"
    where: str = ""


def rights(tables: Tables, records: Records, settings: ServiceNowSettings, tickets: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each table that is read beside the tickets; `tickets` are some of theirs (sys_ids)."""
    yield _zone(records)
    for need in _needs(settings, tickets):
        yield _read(records, need)
    yield _batch(tables, settings)


def _needs(settings: ServiceNowSettings, tickets: Sequence[str]) -> Iterator[_Need]:
    audited, noted = (query.among(name, tickets) if tickets else "" for name in ("documentkey", "element_id"))
    if settings.history == "sys_audit" and audited:
        yield _Need("sys_audit", _AUDIT, "there is no history", "failure", audited)
    if settings.history == "metric_instance":
        yield _Need("metric_definition", ("table", "field", "type", "active"), "there is no history", "failure")
        yield _Need("metric_instance", ("id", "definition", "start", "end"), "there is no history", "failure")
    if settings.comments and noted:
        yield _Need("sys_journal_field", _JOURNAL, "comments come from the tickets, with losses", where=noted)
    yield _Need("sys_user", ("user_name", "name"), "codes stand for people's names")
    yield _Need("sys_user_group", ("name",), "codes stand for names of teams")
    if settings.agents.groups or settings.not_agents.groups:
        yield _Need("sys_user_grmember", ("group", "user"), "nobody knows whose comments are an agent's", "failure")
    yield _Need("sys_choice", ("name", "element", "value", "label"), "codes stand for their labels")
    yield _Need("sys_dictionary", ("name", "element", "internal_type", "audit"), "all fields count as audited")
    yield _Need("sys_db_object", ("name", "super_class"), "choices are those of the table and of task alone")
    if settings.result_table:
        fields = (settings.result_reference, *settings.written)
        yield _Need(settings.result_table, fields, "results cannot be compared with what stands", "failure")
    yield _Need("task_sla", ("task", "sla", "stage"), "compare has nothing to compare with")


def _read(records: Records, need: _Need) -> Finding:
    check = f"read.{need.table}"
    remedy = f"give the account's role a rule (ACL) of type record, operation read, on {need.table}: {_ACL}"
    try:
        page = records.page(need.table, need.where, ["sys_id", *need.fields], limit=5)
    except Refused as refused:
        if not refused.is_of_one_thing:
            raise
        return Finding(check, need.verdict, f"{need.table} may not be read: {need.loss}", remedy)
    if not page.rows and page.count:
        what = f"all {page.count} rows of {need.table} are hidden by access rules: {need.loss}"
        return Finding(check, need.verdict, what, remedy)
    hidden = sorted({field for field in need.fields for row in page.rows if field not in row})
    if hidden:
        columns = f"rules on {', '.join(f'{need.table}.{field}' for field in hidden)}"
        what = f"columns of {need.table} are hidden: {', '.join(hidden)}; {need.loss}"
        return Finding(check, need.verdict, what, f"{remedy}, and {columns}")
    if not page.rows and need.where and need.verdict == "failure":
        what = f"{need.table} has nothing for the newest tickets: either nothing happened to them, or it is not kept"
        return Finding(check, "warning", what, f"look at the history of a ticket there, and at {need.table}")
    return Finding(
        check,
        "ok",
        f"{need.table} can be read" if page.rows else f"{need.table} can be asked, and has nothing of these",
    )


def _zone(records: Records) -> Finding:
    try:
        rows = records.page("sys_user", "sys_id=javascript:gs.getUserID()", ["time_zone"], limit=2).rows
    except Refused as refused:
        if not refused.is_of_one_thing:
            raise
        what = "the account's time zone cannot be read; times are read in UTC all the same"
        return Finding("zone", "warning", what, "let the account read sys_user, to see it here")
    zone = str(rows[0].get("time_zone") or "") if len(rows) == 1 else ""
    return Finding("zone", "ok", f"the account's time zone is {zone or 'that of the instance'}; times are read in UTC")


def _batch(tables: Tables, settings: ServiceNowSettings) -> Finding:
    ask = PageRequest(settings.table, "", ["sys_id"], 1)
    if tables.batch.send([tables.inner_read(ask)], idempotent=True) is None:
        remedy = "let the account call /api/now/v1/batch: System Web Services > REST API Access Policies"
        return Finding("calls.batch", "warning", "the Batch API is closed: each record is a call of its own", remedy)
    return Finding("calls.batch", "ok", "the Batch API answers")
