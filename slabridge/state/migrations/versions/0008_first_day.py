"""Comments that wait, and tickets that wake; configurations that runs went by; what was made in the tools."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COMMENTS = {
    ("outbox", "state"): "sending, posted, refused, lost or held",
    ("ticket", "wake_at"): "when time alone changes what is written or posted",
}


def upgrade() -> None:
    """Add columns and tables."""
    _add_what_waits()
    _add_configurations()
    _add_what_was_made()


def _add_what_waits() -> None:
    """Add the columns, and rename in place, as a copy of a million tickets would take minutes."""
    op.add_column("outbox", sa.Column("not_before", sa.BigInteger(), comment="when one that is held is planned anew"))
    op.add_column("outbox", sa.Column("held_at", sa.BigInteger(), comment="since when it had to wait"))
    op.drop_index("ticket_next_change", "ticket")
    op.execute(sa.text("ALTER TABLE ticket RENAME COLUMN next_change_at TO wake_at"))
    there = sa.text("wake_at IS NOT NULL")
    op.create_index(
        "ticket_wake", "ticket", ["connection", "wake_at", "id"], sqlite_where=there, postgresql_where=there
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for (table, column), comment in _COMMENTS.items():
            op.alter_column(table, column, comment=comment)


def _add_configurations() -> None:
    """Add those of runs, and what came of each change; what was before the next run is not known."""
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


def _add_what_was_made() -> None:
    """Add what was made in the tools for results, so that it can be taken back."""
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
