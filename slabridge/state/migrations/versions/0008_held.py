"""Comments that wait; and tickets that wake when time alone changes anything that is written or posted."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COMMENTS = {
    ("outbox", "state"): "sending, posted, refused, lost or held",
    ("ticket", "wake_at"): "when time alone changes what is written or posted",
}


def upgrade() -> None:
    """Add the columns, and rename in place, as a copy of a million tickets would take minutes."""
    op.add_column("outbox", sa.Column("not_before", sa.BigInteger(), comment="when one that is held is planned anew"))
    op.add_column("outbox", sa.Column("held_at", sa.BigInteger(), comment="since when it had to wait"))
    op.drop_index("ticket_next_change", "ticket")
    op.execute(sa.text("ALTER TABLE ticket RENAME COLUMN next_change_at TO wake_at"))
    there = sa.text("wake_at IS NOT NULL")
    op.create_index(
        "ticket_wake", "ticket", ["connection", "wake_at", "id"], sqlite_where=there, postgresql_where=there
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for (table, column), comment in _COMMENTS.items():
            op.alter_column(table, column, comment=comment)
