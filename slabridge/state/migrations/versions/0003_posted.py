"""Words: comments are posted, fields written."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COMMENTS = {
    ("outbox", "marker"): "agreement, objective, cycle and status: posted once ever",
    ("outbox", "state"): "sending, posted, refused or lost",
    ("quarantine", "digest"): "of the payload that was quarantined, where there was one",
}


def upgrade() -> None:
    """Rename what was called told; a rename in place, as a copy of a million tickets would take minutes."""
    op.execute(sa.text("ALTER TABLE ticket RENAME COLUMN told TO last_written"))
    op.execute(sa.text("UPDATE outbox SET state = 'posted' WHERE state = 'told'"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for (table, column), comment in _COMMENTS.items():
            op.alter_column(table, column, comment=comment)
