"""The configurations that runs went by, and what came of each change. What was before the next run is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "configuration",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False, comment="that first went by it"),
        sa.Column("seen_at", sa.BigInteger(), nullable=False, comment="when that run began, by this machine's clock"),
        sa.Column("files", sa.Text(), nullable=False, comment="where it stands, whose they are and since when, JSON"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="what it says, compressed JSON"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "configuration_effect",
        sa.Column("configuration", sa.Integer(), nullable=False, comment="its number"),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False, comment="tickets judged anew"),
        sa.Column("moved", sa.Integer(), nullable=False, comment="tickets that came out otherwise"),
        sa.Column("results", sa.Integer(), nullable=False, comment="cycles that came out otherwise"),
        sa.Column("writes", sa.Integer(), nullable=False, comment="fields of one ticket, or one comment, each"),
        sa.Column("held", sa.Integer(), nullable=False, comment="tickets that the guard held back at first"),
        sa.Column("is_over", sa.Boolean(), nullable=False, comment="all was written, or another came after it"),
        sa.PrimaryKeyConstraint("configuration", "connection"),
    )
