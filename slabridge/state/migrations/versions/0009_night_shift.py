"""What runs replaced, messages, counters, and people who are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.add_column("ticket", sa.Column("judged_in", sa.Integer(), comment="the run that last evaluated it"))
    _add_replaced()
    _add_notifications()
    op.execute(sa.text("UPDATE ticket SET quiet_since = read_at WHERE gone AND quiet_since IS NULL"))
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False, comment="of a metric that only grows"),
        sa.Column("labels", sa.String(), nullable=False, comment="JSON"),
        sa.Column("value", sa.Double(), nullable=False, comment="in all runs of this state together"),
        sa.PrimaryKeyConstraint("name", "labels"),
    )
    op.create_table(
        "forgotten",
        sa.Column("pseudonym", sa.String(), nullable=False, comment="keyed hash of one of a person's names"),
        sa.Column(
            "person", sa.String(), nullable=False, comment="the pseudonym that stands in the place of all of them"
        ),
        sa.Column("words", sa.Integer(), nullable=False, comment="of how many that name is"),
        sa.Column("key", sa.String(), nullable=False, comment="by which it was hashed: a check, not the key"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="by this machine's clock"),
        sa.PrimaryKeyConstraint("pseudonym"),
    )
    op.add_column(
        "connection",
        sa.Column(
            "pseudonyms",
            sa.Text(),
            comment="native fields whose people are hashed, and by which key, JSON; none: names",
        ),
    )
    op.add_column(
        "report",
        sa.Column(
            "redacted_at", sa.BigInteger(), comment="when somebody was last forgotten in it; the digest is as issued"
        ),
    )


def _add_replaced() -> None:
    """Add what runs replace from now on; what earlier ones replaced is not known."""
    op.create_table(
        "replaced",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False, comment="native"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), comment="what stood there, as the tool had it"),
        sa.Column("after", sa.Text(), comment="what that run wrote"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="the tool's clock when that run began"),
        sa.Column("ours", sa.Boolean(), nullable=False, comment="whether we had written what stood there"),
        sa.PrimaryKeyConstraint("run", "connection", "ticket", "field"),
        sqlite_with_rowid=False,
    )
    op.add_column("run", sa.Column("reverts", sa.Integer(), comment="the run that it takes back"))
    op.add_column("outbox", sa.Column("run", sa.Integer(), comment="that last sent it"))
    held = "run that was taken back: what it judged by is held back until accepted"
    op.add_column("connection", sa.Column("reverted", sa.Integer(), comment=held))
    op.add_column("connection", sa.Column("reverted_by", sa.String(), comment="identity of what that run judged by"))


def _add_notifications() -> None:
    op.create_table(
        "notification",
        sa.Column("receiver", sa.String(), nullable=False, comment="by its name in the file"),
        sa.Column("connection", sa.String(), nullable=False, comment="empty: of no ticket"),
        sa.Column("ticket", sa.String(), nullable=False, comment="its id"),
        sa.Column("agreement", sa.String(), nullable=False, comment="its id, or a service"),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False, comment="of a ladder: sent once ever"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "state", sa.String(), nullable=False, comment="waiting, sending, sent, unclear, dropped, counted or told"
        ),
        sa.Column("urgent", sa.Boolean(), nullable=False, comment="waits for no digest"),
        sa.Column("noted_at", sa.BigInteger(), nullable=False, comment="by the tool's clock, as all that follow"),
        sa.Column("not_before", sa.BigInteger(), comment="when it is looked at next"),
        sa.Column("tried_at", sa.BigInteger(), comment="when it was first tried"),
        sa.Column("sent_at", sa.BigInteger(), comment="when it was last tried"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("receiver", "connection", "ticket", "agreement", "objective", "cycle", "step"),
    )
    op.create_index("notification_state", "notification", ["state", "receiver"])
