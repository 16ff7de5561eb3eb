"""When open tickets were counted and a ticket was read, gaps, more on what was set aside; texts of any length."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SHORT = {
    "connection": ("name", "judged_by"),
    "lease": ("name", "owner"),
    "outbox": ("connection", "ticket", "marker", "key", "state"),
    "quarantine": ("connection", "ticket", "key", "digest"),
    "ticket": ("connection", "id", "key", "digest"),
}
_INDEXES = (
    ("ticket_next_change", ("next_change_at", "id"), "next_change_at IS NOT NULL", "next_change_at IS NOT NULL"),
    ("ticket_pending", ("id",), "pending = 1", "pending"),
    ("ticket_open", ("id",), "is_open = 1", "is_open"),
)
"""Name, columns, and which tickets they hold, in SQLite's words and PostgreSQL's: before, it was all of them."""


def upgrade() -> None:
    """Add the columns, narrow the indexes, and lift the limits, which SQLite never had."""
    op.add_column(
        "connection",
        sa.Column(
            "census_at", sa.BigInteger(), nullable=True, comment="the tool's clock at the last census of open tickets"
        ),
    )
    op.add_column(
        "connection",
        sa.Column(
            "gaps",
            sa.Text(),
            nullable=True,
            comment="native field or comments -> why it has no history, as last reported, JSON",
        ),
    )
    op.add_column(
        "ticket",
        sa.Column("read_at", sa.BigInteger(), nullable=True, comment="the tool's clock when that run began"),
    )
    op.add_column(
        "quarantine",
        sa.Column(
            "digest",
            sa.String(length=32),
            nullable=True,
            comment="of the payload that was set aside, where there was one",
        ),
    )
    op.add_column(
        "quarantine",
        sa.Column(
            "asked",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="to be tried again by the next run",
        ),
    )
    for name, columns, sqlite, postgresql in _INDEXES:
        op.drop_index(name, "ticket")
        op.create_index(
            name, "ticket", ["connection", *columns], sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql)
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, short in _SHORT.items():
            for column in short:
                op.alter_column(table, column, type_=sa.String())
