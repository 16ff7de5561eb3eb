"""When open tickets were last counted, when a ticket was read, what it was when it was set aside, and gaps."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
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
