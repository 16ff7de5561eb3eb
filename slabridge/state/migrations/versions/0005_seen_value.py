"""The values that tickets hold and ever held. They are counted by the next run, from the tickets that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "seen_value",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False, comment="native"),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="as people saw it"),
        sa.Column("tickets", sa.Integer(), nullable=False, comment="that hold it or ever held it"),
        sa.PrimaryKeyConstraint("connection", "field", "code", "name"),
    )
