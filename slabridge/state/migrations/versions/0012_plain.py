"""Short tickets stand as they are, not compressed: an older slabridge would take them for damaged."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say so; what is there stays compressed until its ticket changes."""
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("ticket", "payload", comment="the native ticket, JSON, compressed where it is long")
