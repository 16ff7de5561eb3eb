"""Words: comments are posted, fields written."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Rename what was called told; a rename in place, as a copy of a million tickets would take minutes."""
    op.execute(sa.text("ALTER TABLE ticket RENAME COLUMN told TO last_written"))
    op.execute(sa.text("UPDATE outbox SET state = 'posted' WHERE state = 'told'"))
