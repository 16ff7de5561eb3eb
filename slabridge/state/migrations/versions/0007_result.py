"""Results in a table of their own, a row for each cycle; what fields held then, the next run fills in."""

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
        sa.PrimaryKeyConstraint("connection", "ticket", "agreement", "objective", "cycle"),
        sqlite_with_rowid=False,
    )


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
