"""From when on transitions are posted; a state that is there already has posted before, and has no such floor."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    comment = "transitions before it are not posted: the as_of of the first run"
    op.add_column("connection", sa.Column("posts_from", sa.BigInteger(), nullable=True, comment=comment))
