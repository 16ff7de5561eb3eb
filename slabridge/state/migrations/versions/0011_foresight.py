"""What is likely to become of open cycles."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "foresight",
        sa.Column("as_of", sa.BigInteger(), primary_key=True, comment="until when tickets were learned from"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="what was learned, compressed"),
    )
    op.create_table(
        "forecast",
        sa.Column("connection", sa.String(), primary_key=True),
        sa.Column("ticket", sa.String(), primary_key=True, comment="its id"),
        sa.Column("agreement", sa.String(), primary_key=True),
        sa.Column("objective", sa.String(), primary_key=True),
        sa.Column("cycle", sa.Integer(), primary_key=True),
        sa.Column("risk", sa.Double(), nullable=False, comment="how likely it is to break, 0 to 1"),
        sa.Column("alike", sa.Integer(), nullable=False, comment="of how many cycles, as long open, that was said"),
        sa.Column("basis", sa.String(), nullable=False, comment="which these were, or the model"),
        sa.Column("as_of", sa.BigInteger(), nullable=False, comment="the tool's clock when it was said"),
        sa.Column("next_at", sa.BigInteger(), comment="when it comes to the next step"),
        sqlite_with_rowid=False,
    )
    op.create_index("forecast_risk", "forecast", ["risk"])
    op.create_index("forecast_next", "forecast", ["connection", "next_at"])
