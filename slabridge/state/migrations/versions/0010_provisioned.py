"""What was made in the tools for results, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "provisioned",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="what it is in the tool: field, screen, column, rule"),
        sa.Column("id", sa.String(), nullable=False, comment="how it is known there"),
        sa.Column("field", sa.String(), nullable=False, comment="for which field of the configuration"),
        sa.Column("text", sa.Text(), nullable=False, comment="what it is to people"),
        sa.Column("detail", sa.Text(), nullable=False, comment="what it takes to take it back, JSON"),
        sa.Column("made_at", sa.BigInteger(), nullable=False, comment="by this machine's clock"),
        sa.PrimaryKeyConstraint("connection", "kind", "id"),
    )
