"""Which tickets set aside were asked to be tried again; names, ids and codes of any length."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SHORT = {
    "connection": ("name", "judged_by"),
    "lease": ("name", "owner"),
    "outbox": ("connection", "ticket", "marker", "key", "state"),
    "quarantine": ("connection", "ticket", "key", "digest"),
    "ticket": ("connection", "id", "key", "digest"),
}


def upgrade() -> None:
    """Add the column, and lift the limits, which SQLite never had."""
    op.add_column(
        "quarantine",
        sa.Column(
            "asked",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="to be tried again by the next run",
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in _SHORT.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.String())
