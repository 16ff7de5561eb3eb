"""When open tickets were last counted, when a ticket was read, what it was when it was set aside, and gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_INDEXES = (
    ("ticket_next_change", ("next_change_at", "id"), "next_change_at IS NOT NULL", "next_change_at IS NOT NULL"),
    ("ticket_pending", ("id",), "pending = 1", "pending"),
    ("ticket_open", ("id",), "is_open = 1", "is_open"),
)
"""Name, columns, and which tickets they hold, in SQLite's words and PostgreSQL's: before, it was all of them."""


def upgrade() -> None:
    """Add the columns, and narrow the indexes."""
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
    for name, columns, sqlite, postgresql in _INDEXES:
        op.drop_index(name, "ticket")
        op.create_index(
            name, "ticket", ["connection", *columns], sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql)
        )
