"""Results in a table of their own; what fields held then, the next run fills in. Issued reports, and views."""

import json
import zlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    """Add the table, move the results there, and have all tickets evaluated once more."""
    _create()
    _create_reports()
    op.add_column("ticket", _commented("quiet_since", "since when nothing has happened to it, where no cycle is open"))
    where = sa.text("quiet_since IS NOT NULL")
    op.create_index(
        "ticket_quiet", "ticket", ["connection", "quiet_since", "id"], sqlite_where=where, postgresql_where=where
    )
    sql = op.get_bind()
    after: tuple[str, str] | None = ("", "")
    while after is not None:
        after = _move(sql, after)
    op.drop_column("ticket", "results")
    sql.execute(sa.text("UPDATE connection SET judged_by = '' WHERE judged_by IS NOT NULL"))


def _commented(name: str, comment: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=True, comment=comment)


def _create() -> None:
    op.create_table(
        "result",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False, comment="its id"),
        sa.Column("agreement", sa.String(), nullable=False, comment="its id"),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("place", sa.Integer(), nullable=False, comment="in the order of the file"),
        sa.Column("toml_table", sa.String(), nullable=False, comment="the agreement's table in the file: its version"),
        sa.Column("kind", sa.String(), nullable=False, comment="sla, ola or uc"),
        sa.Column("stage", sa.String(), nullable=False, comment="running, paused, completed or cancelled"),
        sa.Column(
            "status", sa.String(), nullable=False, comment="on_track, at_risk, paused, breached, met or cancelled"
        ),
        sa.Column("breached", sa.Boolean(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), comment="none while it is open"),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("due_if_resumed", sa.BigInteger()),
        sa.Column("breached_at", sa.BigInteger()),
        sa.Column("next_change_at", sa.BigInteger(), comment="when time alone changes its status"),
        sa.Column("target_ms", sa.BigInteger(), nullable=False, comment="working time, as all that follow"),
        sa.Column("elapsed_ms", sa.BigInteger(), nullable=False),
        sa.Column("remaining_ms", sa.BigInteger(), nullable=False, comment="negative after the breach"),
        sa.Column("paused_ms", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(), comment="at the deciding row"),
        sa.Column("breach_holder", sa.String(), comment="who held the ticket at the breach"),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False, comment="identity of what it was judged by"),
        sa.Column("since", sa.BigInteger(), comment="when it came to be at risk or breached"),
        sa.Column("deadline", sa.BigInteger(), comment="what a target 'by' came to"),
        sa.Column("priority", sa.String(), comment="at the deciding row, as all that follow"),
        sa.Column("team", sa.String()),
        sa.Column("service", sa.String()),
        sa.Column("customer", sa.String()),
        sa.Column("type", sa.String()),
        sa.Column("dimensions", sa.Text(), comment="all other mapped fields, and lists of these, JSON"),
        # A SQLite of slabridge before schema 0012 keeps it in the order of this key: the same to all who read or write.
        sa.PrimaryKeyConstraint("connection", "ticket", "agreement", "objective", "cycle"),
    )


def _create_reports() -> None:
    issued = (("period", "2026-03"), ("about", "of which services and customer, by which fields"))
    op.create_table(
        "report",
        *(sa.Column(name, sa.String(), nullable=False, comment=comment) for name, comment in issued),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 as first issued, then restated"),
        sa.Column("issued_at", sa.BigInteger(), nullable=False, comment="by this machine's clock"),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False, comment="of the document"),
        sa.Column(
            "definitions", sa.LargeBinary(), nullable=False, comment="that it was worked out by, compressed JSON"
        ),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="compressed JSON"),
        sa.PrimaryKeyConstraint("period", "about", "number"),
    )
    op.create_table(
        "figure",
        sa.Column("period", sa.String(), nullable=False, comment="as all keys that follow, of an issued report"),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, comment="agreement's id, or service"),
        sa.Column("objective", sa.String(), nullable=False, comment="empty for availability"),
        sa.Column("measure", sa.String(), nullable=False, comment="compliance or availability"),
        sa.Column("dimension", sa.String(), nullable=False, comment="by which field, empty: all"),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False, comment="met; or ms of service time that it was up"),
        sa.Column("denominator", sa.BigInteger(), nullable=False, comment="cases; or ms of service time"),
        sa.Column("percent", sa.String(), comment="cut"),
        sa.Column("target", sa.String()),
        sa.Column("kept", sa.Boolean(), comment="none: no verdict"),
        sa.PrimaryKeyConstraint(
            *("period", "about", "number", "subject", "objective", "measure", "dimension", "value")
        ),
    )
    op.create_table(
        "credit",
        *_of_report(),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("bill", sa.String(), nullable=False, comment="the period in which it is due"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(), comment="its key"),
        sa.Column("amount", sa.String(), nullable=False, comment="decimal"),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("points", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("period", "about", "number", "service", "bill", "place"),
    )
    op.create_table(
        "share",
        *_of_report(),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False, comment="empty: nobody"),
        sa.Column("cover", sa.String(), nullable=False, comment="the promise beneath, empty: none"),
        *(
            sa.Column(f"{name}_ms", sa.BigInteger(), nullable=False)
            for name in ("counted", "covered", "closed", "paused", "uncovered")
        ),
        sa.PrimaryKeyConstraint("period", "about", "number", "agreement", "holder", "cover"),
    )
    op.create_table(
        "outage",
        *_of_report(),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", "about", "number", "service", "started_at"),
    )
    for name, query in _VIEWS.items():
        op.execute(sa.text(f"CREATE VIEW {name} AS {query}"))


def _of_report() -> list["sa.Column[Any]"]:
    return [
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    ]


_VIEWS = {
    "v_open_risk": """
        SELECT r.connection, t.key AS ticket, r.agreement, r.kind, r.objective, r.cycle, r.status, r.breached,
               r.started_at, r.due_at, r.due_if_resumed, r.breached_at, r.holder,
               r.priority, r.team, r.service, r.customer, r.type
        FROM result AS r JOIN ticket AS t ON t.connection = r.connection AND t.id = r.ticket
        WHERE r.stopped_at IS NULL AND NOT r.excluded AND NOT t.gone
    """,
    "v_compliance_month": """
        SELECT f.period, f.about, f.subject AS agreement, f.objective, f.dimension, f.value,
               f.numerator AS met, f.denominator AS cases, f.percent, f.target, f.kept
        FROM figure AS f
        WHERE f.measure = 'compliance' AND f.period LIKE '____-__'
          AND f.number = (SELECT MAX(r.number) FROM report AS r WHERE r.period = f.period AND r.about = f.about)
    """,
    "v_availability_month": """
        SELECT f.period, f.about, f.subject AS service, f.numerator AS up_ms, f.denominator AS service_time_ms,
               f.percent, f.target, f.kept
        FROM figure AS f
        WHERE f.measure = 'availability' AND f.period LIKE '____-__'
          AND f.number = (SELECT MAX(r.number) FROM report AS r WHERE r.period = f.period AND r.about = f.about)
    """,
    "v_credit": """
        SELECT c.period, c.about, c.service, c.bill, c.text, c.ticket, c.amount, c.currency, c.points
        FROM credit AS c
        WHERE c.number = (SELECT MAX(r.number) FROM report AS r WHERE r.period = c.period AND r.about = c.about)
    """,
}

_RESULT = sa.table(
    "result",
    *map(
        sa.column,
        (
            *("connection", "ticket", "agreement", "objective", "cycle", "place", "toml_table", "kind", "stage"),
            *("status", "breached", "excluded", "started_at", "stopped_at", "due_at", "due_if_resumed"),
            *("breached_at", "next_change_at", "target_ms", "elapsed_ms", "remaining_ms", "paused_ms", "holder"),
            *("calendar", "definition", "since", "deadline"),
        ),
    ),
)
_ENDED = sa.text("UPDATE ticket SET quiet_since = :quiet_since WHERE connection = :connection AND id = :id")


def _move(sql: sa.Connection, after: tuple[str, str]) -> tuple[str, str] | None:
    """Move the results of the next tickets; return the last of them."""
    statement = sa.text(
        "SELECT connection, id, results FROM ticket"
        " WHERE results IS NOT NULL AND (connection, id) > (:connection, :id) ORDER BY connection, id LIMIT :most"
    )
    found = sql.execute(statement, {"connection": after[0], "id": after[1], "most": _AT_ONCE}).all()
    if not found:
        return None
    rows: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    for connection, id_, packed in found:
        of_one = [_row(connection, id_, place, one) for place, one in enumerate(_results(packed))]
        ends = [row["stopped_at"] for row in of_one]
        last = max(ends) if ends and None not in ends else None
        ended.append({"connection": connection, "id": id_, "quiet_since": last})
        rows += of_one
    if rows:
        sql.execute(sa.insert(_RESULT), rows)
    sql.execute(_ENDED, ended)
    return found[-1].connection, found[-1].id


def _results(packed: bytes) -> list[dict[str, Any]]:
    """Return what a ticket came to; of what is damaged nothing, and the next run judges it anew."""
    try:
        found = json.loads(zlib.decompress(packed))
        return [one for one in found if _row("", "", 0, one)]
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError):
        return []


def _row(connection: str, id_: str, place: int, one: dict[str, Any]) -> dict[str, Any]:
    instants = ("started_at", "stopped_at", "due_at", "due_if_resumed", "breached_at", "next_change_at")
    amounts = ("target", "elapsed", "remaining", "paused")
    same = (
        "agreement",
        "objective",
        "cycle",
        "kind",
        "stage",
        "status",
        "breached",
        "excluded",
        "holder",
        "definition",
    )
    return {
        "connection": connection,
        "ticket": id_,
        "place": place,
        "toml_table": one.get("table", one["agreement"]),
        "calendar": one.get("calendar", ""),
        "since": one.get("since"),
        "deadline": one.get("deadline"),
        **{name: one[name] for name in (*same, "definition")},
        **{name: None if one[name] is None else _instant(one[name]) for name in instants},
        **{f"{name}_ms": round(one[f"{name}_seconds"] * 1000) for name in amounts},
    }


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1000)
