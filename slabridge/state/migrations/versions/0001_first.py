"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "connection",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("changed", sa.Text(), nullable=True, comment="cursor of changed tickets, JSON"),
        sa.Column("touched", sa.Text(), nullable=True, comment="cursor of ids outside the filter, JSON"),
        sa.Column(
            "fields", sa.Text(), nullable=True, comment="native fields that the tickets here were read with, JSON"
        ),
        sa.Column(
            "judged_by",
            sa.String(length=64),
            nullable=True,
            comment="identity of the definitions and mappings last evaluated with",
        ),
        sa.Column("as_of", sa.BigInteger(), nullable=True, comment="the tool's clock at the last complete pull"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("ticket", sa.String(length=100), nullable=False),
        sa.Column(
            "marker",
            sa.String(length=300),
            nullable=False,
            comment="agreement, objective, cycle and status: told once ever",
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="sending, told, refused or lost"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False, comment="by the tool's clock"),
        sa.PrimaryKeyConstraint("connection", "ticket", "marker"),
    )
    op.create_index("outbox_state", "outbox", ["connection", "state"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("ticket", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "ticket"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False, comment="counts per connection and versions, JSON"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ticket",
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="the native ticket, compressed JSON"),
        sa.Column("digest", sa.String(length=32), nullable=False, comment="of the payload"),
        sa.Column("pulled_in", sa.Integer(), nullable=False, comment="the run that last read it"),
        sa.Column("pending", sa.Boolean(), nullable=False, comment="changed since it was last evaluated"),
        sa.Column("is_open", sa.Boolean(), nullable=False, comment="has a cycle that runs or is paused"),
        sa.Column("next_change_at", sa.BigInteger(), nullable=True, comment="when time alone changes a status"),
        sa.Column("told", sa.Text(), nullable=False, comment="native field -> value we last wrote, JSON"),
        sa.Column(
            "results", sa.LargeBinary(), nullable=True, comment="results of the last evaluation, compressed JSON"
        ),
        sa.Column("as_of", sa.BigInteger(), nullable=True, comment="of the last evaluation"),
        sa.Column("gone", sa.Boolean(), nullable=False, comment="the tool has it no more, or hides it"),
        sa.PrimaryKeyConstraint("connection", "id"),
    )
    op.create_index(op.f("ix_ticket_key"), "ticket", ["key"], unique=False)
    op.create_index("ticket_next_change", "ticket", ["connection", "next_change_at"], unique=False)
    op.create_index("ticket_open", "ticket", ["connection", "is_open"], unique=False)
    op.create_index("ticket_pending", "ticket", ["connection", "pending"], unique=False)
